"""The Auction: what any market would have made of a session's forecasts, while knobs are turned.

The screen owns the knobs. Its own mechanism clears at once where the session is small; the other
allocators and the differences follow from a thread, which then takes up the latest knobs.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

import themes
from market.errors import MarketBenchError
from market.welfare.knobs import Allocator, WhatIf
from marketbench_tui.auction import knobs as typing_
from marketbench_tui.auction.knobs import Knobs
from marketbench_tui.auction.messages import (
    ClearingEnded,
    WhatIfCleared,
    WhatIfRefused,
)
from marketbench_tui.auction.ports import AuctionBackend, Case
from marketbench_tui.messages import AuctionLeft
from marketbench_tui.screens.keeping import Keeping
from marketbench_tui.text import safe_line
from marketbench_tui.view import auction as view
from marketbench_tui.view.shape import Shape, shape_of
from marketbench_tui.widgets.auction import AllocatorTable, WorkerShares
from marketbench_tui.widgets.auction_panes import PANES, AuctionPanes
from marketbench_tui.widgets.choices import Choices
from marketbench_tui.widgets.form import Form
from marketbench_tui.widgets.keybar import KeyBar
from marketbench_tui.widgets.page import HeaderLine
from marketbench_tui.widgets.panetabs import PaneTabs
from marketbench_tui.widgets.prompt import Prompt
from marketbench_tui.widgets.table import Table

HERE = Path(themes.__file__).parent
STEPS = {"wider": (4, True), "narrower": (-4, True), "taller": (2, False), "lower": (-2, False)}
"""Cells that a key moves a border, and whether across."""


class Auction(Keeping):
    """Knobs, profit, shares, allocation, cost and passes, allocators, differences.

    Args:
        case: the session.
        backend: where what-ifs are kept.
    """

    CSS_PATH: ClassVar = [HERE / "forms.tcss", HERE / "auction.tcss"]
    HELP: ClassVar[str | None] = (
        "The Auction clears the recorded forecasts anew under the knobs on the left; every change is shown "
        "at once. It begins with the session's own mechanism, or with the published auction where it has "
        "none. s keeps what you see under a name beside the session, l lists what was kept, to go back to "
        "it and to compare. No outcome is invented: what depends on one that nobody observed is bounded."
    )
    AUTO_FOCUS: ClassVar[str | None] = ""
    ALLOW_IN_MAXIMIZED_VIEW: ClassVar[str | None] = "HeaderLine, PaneTabs, KeyBar, Prompt"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "reset", "as it was", tooltip="the knobs the session had"),
        Binding("z", "zoom", "zoom"),
        Binding("ctrl+right", "resize('wider')", "wider pane", show=False),
        Binding("ctrl+left", "resize('narrower')", "narrower pane", show=False),
        Binding("ctrl+down", "resize('taller')", "taller pane", show=False),
        Binding("ctrl+up", "resize('lower')", "lower pane", show=False),
        Binding("equals_sign", "usual", "usual sizes", show=False, tooltip="give all panes their usual size"),
        *(
            Binding(str(place), f"go('{name}')", title.lower(), show=False)
            for place, (name, title) in enumerate(PANES.items(), 1)
        ),
        Binding("escape", "back", "back"),
    ]

    def __init__(self, case: Case, backend: AuctionBackend) -> None:
        super().__init__(case, backend)
        self._begun_as = self.knobs
        self._rival = Allocator.ORACLE
        self._refusal = ""
        self._clearing = self._at_work = False
        self._wanted: WhatIf | None = None

    def compose(self) -> ComposeResult:
        """Header, tabs, panes, footer."""
        yield HeaderLine()
        yield PaneTabs(PANES)
        yield AuctionPanes()
        yield Prompt()
        yield KeyBar()

    def on_mount(self) -> None:
        """Clear the session as it was."""
        self._show_knobs()
        self._draw()
        self._clear()

    def on_resize(self, event: events.Resize) -> None:
        """Choose the layout for the new size."""
        self.panes.shape = shape_of(event.size.width, event.size.height)
        self.panes.arrange_kept(f"auction-{self.panes.shape}")
        for shape in Shape:
            self.set_class(shape is self.panes.shape, f"-{shape}")
        self._arrange()
        self.call_after_refresh(self._draw)

    @property
    def panes(self) -> AuctionPanes:
        """The panes."""
        return self.query_one(AuctionPanes)

    # --- knobs ------------------------------------------------------------------------

    def apply(self, knobs: Knobs) -> None:
        """Turn the knobs so, and clear again if that makes another what-if."""
        before = self.reading.whatif
        self.knobs = knobs
        self.reading = typing_.read(knobs, self.case.observations.workers)
        self._show_knobs()
        if self.reading.whatif is None or self.reading.whatif != before:
            self._clear()

    def _show_knobs(self) -> None:
        self.panes.form.show(typing_.FIELDS, self.knobs.texts, self.reading.fault)
        self.refresh_bindings()

    @on(Form.Typed)
    def _typed(self, event: Form.Typed) -> None:
        self.apply(typing_.with_text(self.knobs, event.path, event.text))

    @on(WorkerShares.Toggled)
    def _toggled(self, event: WorkerShares.Toggled) -> None:
        self.apply(typing_.toggled(self.knobs, event.worker))

    @on(AllocatorTable.Chosen)
    def _allocator_chosen(self, event: AllocatorTable.Chosen) -> None:
        self.apply(typing_.with_text(self.knobs, "mechanism", str(event.allocator)))

    @on(Table.Moved, "#allocators")
    def _rival_chosen(self) -> None:
        chosen = self.panes.allocators.chosen
        if chosen is not None and chosen.allocator is not None and chosen.allocator is not self._rival:
            self._rival = chosen.allocator
            if self.reading.whatif is not None:
                self._clear_completely(self.reading.whatif)

    # --- clearing ---------------------------------------------------------------------

    def _clear(self) -> None:
        """Clear under the knobs as they are; what cannot be cleared says why and leaves the last figures."""
        whatif = self.reading.whatif
        self._refusal = "" if whatif else view.TO_MEND
        self._clearing = whatif is not None
        if whatif is not None:
            if self.bench.small and self.cleared is not None:
                try:
                    self.cleared = self.bench.at_once(whatif)
                except MarketBenchError as error:
                    self._refuse(str(error))
                    return
            self._clear_completely(whatif)
        self._draw()

    def _clear_completely(self, whatif: WhatIf) -> None:
        """One thread at a time: what is asked for meanwhile waits, and only the latest of it."""
        self._wanted = whatif
        if not self._at_work:
            self._take_up()

    def _take_up(self) -> None:
        whatif, self._wanted = self._wanted, None
        if whatif is not None:
            self._at_work = True
            self._clear_in_thread(whatif, self._rival)

    @work(thread=True, group="clear")
    def _clear_in_thread(self, whatif: WhatIf, rival: Allocator) -> None:
        try:
            if not self.bench.small:
                self.post_message(WhatIfCleared(self.bench.at_once(whatif)))
            if self._wanted is None:
                self.post_message(WhatIfCleared(self.bench.complete(whatif, rival)))
        except MarketBenchError as error:
            self.post_message(WhatIfRefused(whatif, str(error)))
        self.post_message(ClearingEnded())

    @on(WhatIfCleared)
    def _cleared(self, message: WhatIfCleared) -> None:
        if message.cleared.whatif == self.reading.whatif:
            self.cleared = message.cleared
            self._clearing = not message.cleared.complete
            self._draw()
            if self.focused is None:
                self.panes.form.enter()

    @on(WhatIfRefused)
    def _clearing_refused(self, message: WhatIfRefused) -> None:
        if message.whatif == self.reading.whatif:
            self._refuse(message.reason)

    @on(ClearingEnded)
    def _clearing_ended(self) -> None:
        self._at_work = False
        self._take_up()

    def _refuse(self, reason: str) -> None:
        self._refusal, self._clearing = safe_line(reason), False
        self._draw()

    # --- drawing ----------------------------------------------------------------------

    def _draw(self) -> None:
        """Bring everything in sight up to date."""
        whatif = self.reading.whatif
        heading = view.Heading(
            number=self.case.number,
            name=self.case.name,
            simulated=self.case.simulated,
            told=typing_.told(whatif, self.case.whatif) if whatif else "",
            forecasts=len(self.case.observations),
            working=self._clearing,
        )
        self.query_one(HeaderLine).show(lambda width: [view.header(heading, width)])
        self.panes.draw(self.case, self.cleared, self._refusal, self.knobs.excluded, self.maximized)
        self._mark_tabs()
        self.refresh_bindings()

    def _arrange(self) -> None:
        self.panes.show_in_sight()
        self._mark_tabs()

    def _mark_tabs(self) -> None:
        tabs, zoomed = self.query_one(PaneTabs), self.maximized
        tabs.display = self.panes.shape is not Shape.WIDE or zoomed is not None
        tabs.mark(self.panes.in_sight(zoomed), frozenset())

    # --- what keys do -----------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only keys that would do something are offered."""
        match action:
            case "reset":
                return self.knobs != self._begun_as
            case "resize" | "usual":
                return self.maximized is None
            case _:
                return super().check_action(action, parameters)

    def action_go(self, name: str) -> None:
        """Go to a pane by its name."""
        pane = self.panes.named(name)
        self.panes.bring(name)
        self._arrange()
        if self.maximized is not None and name != "knobs":
            self.maximize(pane, container=False)
        elif self.maximized is not None:
            self.minimize()
        self.call_after_refresh(self.panes.form.enter if name == "knobs" else pane.focus)
        self.call_after_refresh(self._draw)

    def action_zoom(self) -> None:
        """Give the focused pane the whole screen, or give the others their place back."""
        pane = self.focused
        if self.maximized is not None:
            self.minimize()
        elif pane is not None and pane in self.panes.zoomable():
            self.maximize(pane, container=False)
        self.call_after_refresh(self._draw)

    def action_resize(self, way: str) -> None:
        """Make the focused pane wider, narrower, taller or lower."""
        pane = self._pane_in_hand()
        if pane is not None:
            cells, across = STEPS[way]
            self.panes.grow(pane, cells, across)
            self.call_after_refresh(self._draw)

    def _pane_in_hand(self) -> Widget | None:
        focused = self.focused
        return self.panes.form if isinstance(focused, (Input, Choices)) else focused

    def action_usual(self) -> None:
        """Give all panes their usual size."""
        self.panes.reset_sizes()
        self.call_after_refresh(self._draw)

    def action_reset(self) -> None:
        """Turn the knobs to where the session had them."""
        self.apply(self._begun_as)

    def action_back(self) -> None:
        """Out of the form, out of a zoomed pane; from there to where the Auction was opened."""
        if isinstance(self.focused, (Input, Choices)):
            self.panes.profit.focus() if self.panes.profit.display else self.panes.first_in_sight().focus()
        elif self.maximized is not None:
            self.action_zoom()
        else:
            self.post_message(AuctionLeft())

    def leave_prompt(self) -> None:
        """Give the keyboard to a pane."""
        self.panes.first_in_sight().focus()
