"""The tables of the Calibration screen: groups of forecasts to draw or hide, and figures with intervals."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from marketbench_tui.lines import Span
from marketbench_tui.view import amounts, calibration
from marketbench_tui.view.calibration import GAP_CELLS, FigureLine, GroupLine
from marketbench_tui.widgets.columns import Column
from marketbench_tui.widgets.table import GUTTER, Table
from themes.tones import Tone

MARK_CELLS = 3


def _plain(text: str, tone: Tone = Tone.INK) -> tuple[Span, ...]:
    return (Span(text, Tone.FAINT if text == amounts.NONE else tone),)


GROUPS: tuple[Column[GroupLine], ...] = (
    Column("", calibration.mark, MARK_CELLS, keep=9),
    Column("", calibration.group_name, 14, flex=1, keep=9),
    Column("n", lambda row: _plain(f"{row.n:,}", Tone.SOFT), 5, keep=6, right=True),
    Column("said", lambda row: _plain(amounts.percent(row.mean_p)), 4, keep=4, right=True),
    Column("passed", lambda row: _plain(amounts.percent(row.pass_rate)), 6, keep=4, right=True),
    Column("under over", calibration.gap_drawn, GAP_CELLS + 2, keep=3),
    Column("gap", calibration.gap_told, 4, keep=7, right=True),
)
FIGURES: tuple[Column[FigureLine], ...] = (
    Column("figure", lambda row: _plain(row.figure.label), 16, keep=9),
    Column("value", lambda row: _plain(row.value), 6, keep=9, right=True),
    Column("95% interval", lambda row: _plain(row.interval, Tone.SOFT), 22, flex=1, most=26, keep=8),
    Column("by task", lambda row: _plain(row.by_task, Tone.FAINT), 17, keep=1),
    Column("n", lambda row: _plain(f"{row.n:,}", Tone.FAINT), 5, keep=2, right=True),
)


def compared(this: int, other: int) -> tuple[Column[FigureLine], ...]:
    """The columns where one session is compared with another."""
    return (
        Column("figure", lambda row: _plain(row.figure.label), 16, keep=9),
        Column(f"#{this}", lambda row: _plain(row.value), 7, keep=9, right=True),
        Column(f"#{other}", lambda row: _plain(row.other or amounts.NONE), 7, keep=9, right=True),
        Column("less", lambda row: _plain(row.difference or amounts.NONE, Tone.AWARD), 7, keep=9, right=True),
        Column(f"95% of #{this}", lambda row: _plain(row.interval, Tone.SOFT), 17, keep=2),
        Column(
            f"95% of #{other}", lambda row: _plain(row.other_interval or amounts.NONE, Tone.SOFT), 17, keep=1
        ),
    )


class Groups(Table[GroupLine]):
    """Workers, or parts of the suite."""

    PANE_TITLE = "Workers"
    DIGIT: ClassVar[str] = "1"
    HELP: ClassVar[str | None] = (
        "Each row is a group of forecasts that is drawn with its letter: a worker's, or those on tasks of "
        "one difficulty or one repository (d goes from one to the next). n counts the forecasts with an "
        "outcome. The bar goes right of the middle where more was said than happened, left where less.\n\n"
        "Space, or a click on the mark, draws a group or hides it; enter, or a second click, draws it alone, "
        "and all again. Of the chosen row the figures are shown, the consistency band and the bars of the "
        "histogram.\n\n"
        "v compares with another session, whose curves are dashed and have capital letters."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "draw_or_hide", "draw or hide"),
        Binding("enter", "open", "alone", tooltip="draw the chosen row alone, or all again"),
    ]

    class Toggled(Message):
        """Draw a group, or hide it."""

        def __init__(self, row: GroupLine) -> None:
            super().__init__()
            self.row = row

    def __init__(self) -> None:
        super().__init__(GROUPS, key=lambda row: row.key, empty=calibration.COUNTING, id="groups")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing can be drawn where there are no rows."""
        return bool(self.rows) if action == "draw_or_hide" else super().check_action(action, parameters)

    def action_draw_or_hide(self) -> None:
        """Draw the chosen group, or hide it."""
        if self.chosen is not None:
            self.post_message(self.Toggled(self.chosen))

    def on_click(self, event: events.Click) -> None:
        """A click on a mark draws or hides; elsewhere it is the table's."""
        offset = event.get_content_offset(self)
        on_mark = offset is not None and GUTTER <= offset.x < GUTTER + MARK_CELLS
        if on_mark and event.chain == 1 and self.chosen is not None:
            self.call_after_refresh(self.action_draw_or_hide)


class Figures(Table[FigureLine]):
    """Every figure of the chosen group, with its interval."""

    PANE_TITLE = "Figures"
    DIGIT: ClassVar[str] = "5"
    HELP: ClassVar[str | None] = (
        "Every figure of the chosen group with its 95% interval: whole repositories are drawn again, since "
        "tasks of one repository are alike; where there are too few of them, tasks are drawn and the "
        "interval ends in t. Where there are too few forecasts to tell anything, that is said and no figure "
        "is shown. What the chosen figure means stands below.\n\n"
        "Of two sessions, less is the first one's figure less the other's. It has no interval of its own: a "
        "difference that both intervals cover need not be one."
    )

    def __init__(self) -> None:
        super().__init__(FIGURES, key=lambda row: row.figure.value, empty=calibration.COUNTING, id="figures")
        self._compared: tuple[int, int] | None = None

    def compare(self, this: int, other: int | None) -> None:
        """Show the figures of one session, or those of two and their difference."""
        wanted = None if other is None else (this, other)
        if wanted != self._compared:
            self._compared = wanted
            self.use(compared(*wanted) if wanted else FIGURES)
