"""The panes of the Check screen, each with its own words of help."""

from __future__ import annotations

from typing import ClassVar

from marketbench_tui.lines import Span
from marketbench_tui.view import amounts, check
from marketbench_tui.view.check import TaskLine
from marketbench_tui.widgets.chart import ChartPane
from marketbench_tui.widgets.columns import Column
from marketbench_tui.widgets.page import Page
from marketbench_tui.widgets.table import Table
from themes.tones import Tone

TASKS: tuple[Column[TaskLine], ...] = (
    Column("#", lambda row: (Span(str(row.number), Tone.SOFT),), 3, keep=4, right=True),
    Column("task", lambda row: (Span(row.name),), 12, flex=1, keep=9),
    Column("said", lambda row: (Span(amounts.percent(row.p)),), 4, keep=8, right=True),
    Column("", lambda row: (row.mark.spoken,), 9, keep=9),
    Column("gap", lambda row: (Span(amounts.points(row.gap), Tone.SOFT),), 4, keep=6, right=True),
)


class AskedTable(Table[TaskLine]):
    """The tasks that were asked, the latest first."""

    PANE_TITLE = "Tasks asked"
    DIGIT: ClassVar[str] = "1"
    HELP: ClassVar[str | None] = (
        "Every task that was asked about, the latest first: the probability that the model stated, what "
        "came of it, and the gap over all tasks up to there in percentage points. A task without a forecast "
        "or with an infra verdict adds nothing to the gap."
    )

    def __init__(self) -> None:
        super().__init__(TASKS, key=lambda row: row.key, empty=check.ASKING, id="asked")


class GapPane(ChartPane):
    """The running gap with its confidence sequence."""

    PANE_TITLE: ClassVar[str] = "Gap"
    DIGIT: ClassVar[str] = "2"
    HELP: ClassVar[str | None] = (
        "The gap so far, mean stated p less the share of passes, over the tasks asked. The shaded confidence "
        "sequence holds the true gap at every look at once, as surely as the note says. It is decided as "
        "soon as the shaded area lies wholly inside the dashed margin, above it, or below it. e writes the "
        "chart as PNG and SVG and its numbers as CSV; y copies it in words."
    )

    def __init__(self) -> None:
        super().__init__(self.PANE_TITLE, id="gap")


class EvidencePage(Page, can_focus=True):
    """The e-values of the three verdicts."""

    PANE_TITLE = "Evidence"
    DIGIT: ClassVar[str] = "3"
    HELP: ClassVar[str | None] = (
        "How near each verdict is, on a log scale: a bet of 1 is placed on it, and each task multiplies what "
        "was staked. Were the verdict wrong, the bets would win nothing on average, so a value as large as "
        "the threshold comes up no more often than half the error level, however long one goes on."
    )

    def __init__(self) -> None:
        super().__init__(side=1, id="evidence")


class VerdictPage(Page, can_focus=True):
    """The verdict in words, and what to do about it."""

    PANE_TITLE = "Verdict"
    DIGIT: ClassVar[str] = "4"
    HELP: ClassVar[str | None] = (
        "What is known at this moment. Recalibrate says what to add to the log-odds of every p of the model "
        "so that their mean fits what happened. AUROC says whether p tells passes from fails at all; its "
        "interval holds at a fixed number of tasks, not at every look. What a market lost is what a "
        "random-reserve market with a penalty of 2 and reserves up to 1 expects a task more than it gets, "
        "by believing the model."
    )

    def __init__(self) -> None:
        super().__init__(side=1, id="check-verdict")
