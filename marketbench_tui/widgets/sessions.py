"""The list of sessions on the Desk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar

from textual.binding import Binding, BindingType

from marketbench_tui.lines import Span
from marketbench_tui.ports import SessionCard
from marketbench_tui.text import safe_line
from marketbench_tui.view import amounts, desk
from marketbench_tui.widgets.columns import Column
from marketbench_tui.widgets.table import Table
from themes.tones import Tone


def _columns(now: Callable[[], datetime]) -> tuple[Column[SessionCard], ...]:
    def age(card: SessionCard) -> tuple[Span, ...]:
        return desk.figure(amounts.age(card.created_at, now()), Tone.SOFT)

    return (
        Column("#", lambda card: desk.figure(str(card.id), Tone.SOFT), 3, keep=6, right=True),
        Column("session", desk.name, 18, flex=3, most=44, keep=9),
        Column("", desk.badge, 5, keep=9),
        Column("status", desk.status, 10, keep=9),
        Column("tasks", desk.tasks, 13, keep=7),
        Column("pass", lambda card: desk.figure(amounts.percent(card.pass_rate)), 4, keep=6, right=True),
        Column("said", lambda card: desk.figure(amounts.percent(card.mean_p)), 4, keep=5, right=True),
        Column("under   over", desk.gap, desk.GAP_CELLS + 6, keep=6),
        Column("spent", lambda card: desk.figure(amounts.usd(card.spent_usd_nano)), 8, keep=4, right=True),
        Column(
            "suite", lambda card: desk.figure(safe_line(card.suite), Tone.SOFT), 10, flex=1, most=24, keep=1
        ),
        Column(
            "mechanism",
            lambda card: desk.figure(safe_line(card.mechanism), Tone.SOFT),
            16,
            flex=1,
            most=20,
            keep=2,
        ),
        Column("opened", age, 10, keep=3, right=True),
    )


class Sessions(Table[SessionCard]):
    """Every session of this workbench, the newest first."""

    PANE_TITLE = "Sessions"
    HELP: ClassVar[str | None] = (
        "Every session, the newest first. pass is the share of judged attempts that passed, said the mean "
        "probability the workers stated for them; the bar goes right of the middle where they promised "
        "more than they did, left where less. SIM marks sessions of simulated workers: nothing in them is "
        "real, their money neither.\n\n"
        "Enter shows a session on the Floor. One that was stopped or killed goes on with r, repeating no "
        "call that was answered."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "show on the Floor"),
        Binding("r", "screen.resume", "resume"),
        Binding("delete,backspace", "screen.delete", "delete", key_display="del"),
    ]

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__(
            _columns(now), key=lambda card: str(card.id), empty="Reading the sessions …", id="sessions"
        )

    def fill(self, cards: Sequence[SessionCard]) -> None:
        """Show these sessions."""
        self.show(cards, empty="There are no sessions yet.")
        self.frame(self.titled(str(len(cards)) if cards else ""))
        self.refresh()
