"""A dialog in which another session is chosen, to compare with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from marketbench_tui.lines import Span
from marketbench_tui.ports import SessionCard
from marketbench_tui.screens.over import CLOSES, Over
from marketbench_tui.view import amounts, desk
from marketbench_tui.widgets.columns import Column
from marketbench_tui.widgets.table import Table
from themes.tones import Tone

HINTS = (
    Span("enter takes", Tone.FAINT, action="focused.open"),
    Span("  ", Tone.FAINT),
    Span("esc closes", Tone.FAINT, action=CLOSES),
)
"""What keys do here, and a click on the words does too."""
EMPTY = "There is no other session to compare with."
COLUMNS: tuple[Column[SessionCard], ...] = (
    Column("#", lambda card: desk.figure(str(card.id), Tone.SOFT), 3, keep=9, right=True),
    Column("name", desk.name, 18, flex=1, keep=9),
    Column("", desk.badge, 5, keep=9),
    Column("tasks", desk.tasks, 13, keep=3),
    Column("said", lambda card: desk.figure(amounts.percent(card.mean_p)), 4, keep=5, right=True),
    Column("passed", lambda card: desk.figure(amounts.percent(card.pass_rate)), 6, keep=5, right=True),
)


class SessionTable(Table[SessionCard]):
    """Sessions by name."""

    PANE_TITLE = "Sessions"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "open", "compare")]

    def __init__(self) -> None:
        super().__init__(COLUMNS, key=lambda card: str(card.id), empty=EMPTY, id="comparable")


class ChooseSession(Over[int]):
    """The number of a session, or None where none was chosen."""

    def __init__(self, title: str, cards: Sequence[SessionCard]) -> None:
        super().__init__()
        self._title = title
        self._cards = cards

    def compose(self) -> ComposeResult:
        """The sessions in a frame."""
        with Vertical(id="choosing-session"):
            yield SessionTable()

    def on_mount(self) -> None:
        """Show them."""
        table = self.query_one(SessionTable)
        table.frame((Span(self._title, Tone.ACCENT, bold=True),), HINTS)
        table.show(self._cards)
        table.focus()

    @on(Table.Opened)
    def _taken(self) -> None:
        card = self.query_one(SessionTable).chosen
        self.dismiss(card.id if card else None)
