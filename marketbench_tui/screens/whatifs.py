"""The what-ifs that were kept beside a session, side by side with the recorded run, to go back to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from market.errors import MarketBenchError
from market.welfare.knobs import WhatIf
from marketbench_tui.auction.clearing import Bench, Cleared
from marketbench_tui.auction.messages import AnswerRefused, SavedChanged, SavedListed
from marketbench_tui.auction.ports import AuctionBackend, Kept
from marketbench_tui.lines import Span, line
from marketbench_tui.messages import Trouble
from marketbench_tui.screens.over import Over
from marketbench_tui.text import safe_line
from marketbench_tui.view.auction_saved import SavedLine, about, saved_lines
from marketbench_tui.widgets.columns import Column
from marketbench_tui.widgets.page import Page
from marketbench_tui.widgets.prompt import Prompt, Topic
from marketbench_tui.widgets.table import Table
from themes.tones import Tone

HINTS = line(
    Span("enter loads  ", Tone.FAINT, action="focused.open"),
    Span("e renames  ", Tone.FAINT, action="screen.rename"),
    Span("x removes  ", Tone.FAINT, action="screen.remove"),
    Span("esc closes", Tone.FAINT, action="screen.close"),
)
"""What keys do here, and a click on the words does too."""
NOTHING = "No what-if was kept beside this session yet: close this, turn the knobs, and press s."


class SavedTable(Table[SavedLine]):
    """What-ifs by name, with what they give now."""

    PANE_TITLE = "What-ifs"
    HELP: ClassVar[str | None] = (
        "The recorded run, the what-if on the screen, and those that were kept, each as it clears now. "
        "Enter loads the chosen one into the knobs."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "load", tooltip="turn the knobs so"),
        Binding("e,f2", "screen.rename", "rename", key_display="e"),
        Binding("delete,x", "screen.remove", "remove", key_display="x", tooltip="remove it for good"),
    ]

    def __init__(self) -> None:
        columns: tuple[Column[SavedLine], ...] = (
            Column("what-if", lambda row: (Span(row.name, row.tone, bold=row.current),), 18, 2, 34, keep=9),
            Column("mechanism", lambda row: (Span(row.mechanism, Tone.SOFT),), 14, 1, 21, keep=4),
            Column("passes", lambda row: (Span(row.passes, Tone.PASSED),), 8, keep=8, right=True),
            Column("cost", lambda row: (Span(row.cost),), 8, keep=7, right=True),
            Column("expected", lambda row: (Span(row.expected, Tone.RUNNING),), 8, keep=3, right=True),
            Column("settled", lambda row: (Span(row.profit),), 9, 1, 18, keep=6, right=True),
            Column("surplus", lambda row: (Span(row.surplus),), 9, 1, 18, keep=4, right=True),
            Column("gap", lambda row: (Span(row.gap, Tone.AWARD),), 9, 1, 18, keep=5, right=True),
            Column("kept", lambda row: (Span(row.kept, Tone.SOFT),), 16, keep=1, right=True),
        )
        super().__init__(columns, key=lambda row: row.key, empty=NOTHING, id="whatifs")


class SavedWhatIfs(Over[WhatIf]):
    """Gives back the what-if to load; None where none was chosen.

    Args:
        bench: the session, to clear what was kept as it stands now.
        backend: where what-ifs are kept.
        current: the what-if on the screen; None while its knobs have faults.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "close"),
        Binding("y", "app.copy", "copy", id="copy"),
    ]

    def __init__(self, bench: Bench, backend: AuctionBackend, current: Cleared | None) -> None:
        super().__init__()
        self._bench = bench
        self._backend = backend
        self._current = current
        self._saved: Sequence[Kept] = ()
        self._renaming = ""

    def compose(self) -> ComposeResult:
        """The list over what the chosen one is."""
        with Vertical(id="choosing", classes="-tall"):
            yield SavedTable()
            yield Page(side=1, id="about-whatif")
            yield Prompt()

    def on_mount(self) -> None:
        """Read what was kept."""
        table = self.query_one(SavedTable)
        table.frame(table.titled("as they clear now"), HINTS)
        table.focus()
        self._fill((), ())
        self._list()

    @work(thread=True, group="saved", exclusive=True)
    def _list(self) -> None:
        try:
            saved = self._backend.saved(self._bench.case.number)
            self.post_message(SavedListed(saved, [self._clear(each.whatif) for each in saved]))
        except MarketBenchError as error:
            self.app.post_message(Trouble(str(error)))

    def _clear(self, whatif: WhatIf | None) -> Cleared | None:
        """As it clears now; None where it names a worker that is gone, or is none of ours."""
        try:
            return self._bench.at_once(whatif) if whatif is not None else None
        except MarketBenchError:
            return None

    @on(SavedListed)
    def _listed(self, message: SavedListed) -> None:
        self._fill(message.saved, message.cleared)

    def _fill(self, saved: Sequence[Kept], cleared: Sequence[Cleared | None]) -> None:
        self._saved = saved
        table = self.query_one(SavedTable)
        table.show(saved_lines(self._current, saved, cleared, self._bench.case.unit))
        self._draw_about()

    def _draw_about(self) -> None:
        row, case = self.query_one(SavedTable).chosen, self._bench.case
        kept = any(row.saved for row in self.query_one(SavedTable).rows)
        self.query_one("#about-whatif", Page).show(
            lambda _: about(row, self._current, case.whatif, "" if kept else NOTHING)
        )

    @on(Table.Moved)
    def _moved(self, event: Table.Moved) -> None:
        event.stop()
        self._draw_about()

    @on(Table.Opened)
    def _opened(self, event: Table.Opened) -> None:
        event.stop()
        row = self.query_one(SavedTable).chosen
        if row is not None and row.whatif is not None:
            self.dismiss(row.whatif)

    # --- what keys do -----------------------------------------------------------------

    @property
    def chosen(self) -> Kept | None:
        """The chosen what-if, if it is one that was kept."""
        row = self.query_one(SavedTable).chosen
        return next((each for each in self._saved if row is not None and each.name == row.saved), None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what was kept can be renamed and removed."""
        return self.chosen is not None if action in ("rename", "remove") else True

    def action_close(self) -> None:
        """Load nothing."""
        self.dismiss(None)

    def action_rename(self) -> None:
        """Call the chosen one something else."""
        if self.chosen is not None:
            self._renaming = self.chosen.name
            self.query_one(Prompt).ask(Topic.NAME, safe_line(self._renaming), "what to call it")

    def action_remove(self) -> None:
        """Remove the chosen one for good."""
        if self.chosen is not None:
            self._remove(self.chosen.name)

    @on(Prompt.Answered)
    def _answered(self, event: Prompt.Answered) -> None:
        event.stop()
        self._rename(self._renaming, event.text)

    @on(Prompt.Cancelled)
    def _cancelled(self, event: Prompt.Cancelled) -> None:
        event.stop()
        self.query_one(SavedTable).focus()

    @work(thread=True, group="change")
    def _rename(self, name: str, to: str) -> None:
        try:
            self._backend.rename(self._bench.case.number, name, to)
        except MarketBenchError as error:
            self.post_message(AnswerRefused(str(error)))
        else:
            self.post_message(SavedChanged())

    @work(thread=True, group="change")
    def _remove(self, name: str) -> None:
        try:
            self._backend.delete(self._bench.case.number, name)
        except MarketBenchError as error:
            self.app.post_message(Trouble(str(error)))
        else:
            self.post_message(SavedChanged())

    @on(AnswerRefused)
    def _refused(self, message: AnswerRefused) -> None:
        self.query_one(Prompt).refuse(message.reason)

    @on(SavedChanged)
    def _changed(self) -> None:
        self.query_one(Prompt).close()
        self.query_one(SavedTable).focus()
        self._list()
