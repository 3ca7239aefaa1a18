"""The bid book of the chosen task."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from market.state import TaskState
from marketbench_tui.lines import Line, Span
from marketbench_tui.view.book import BookLine, book_lines, heading, name
from marketbench_tui.view.tasks import title_line
from marketbench_tui.watch import Watch
from marketbench_tui.widgets.columns import Column
from marketbench_tui.widgets.table import Table


def _figure(text: str, row: BookLine) -> Line:
    return (Span(text, row.tone),)


COLUMNS: tuple[Column[BookLine], ...] = (
    Column("", lambda row: (row.mark,), 1, keep=9),
    Column("worker", lambda row: (Span(row.shown, row.worker_tone),), 6, flex=2, most=24, keep=9),
    Column("p", lambda row: _figure(row.p, row), 4, keep=9, right=True),
    Column("tokens", lambda row: _figure(row.tokens, row), 6, keep=3, right=True),
    Column("ask", lambda row: _figure(row.ask, row), 5, flex=1, most=9, keep=8, right=True),
    Column("cost", lambda row: _figure(row.cost, row), 5, flex=1, most=9, keep=4, right=True),
    Column("score", lambda row: _figure(row.score, row), 7, flex=1, most=11, keep=7, right=True),
    Column("", lambda row: (row.note,), 11, flex=1, most=20, keep=1),
)

IMPORTED = tuple(column for column in COLUMNS if column.title not in ("ask", "cost", "score"))
"""Where outcomes come from elsewhere nobody asked for anything."""


class Book(Table[BookLine]):
    """What every worker says it can do for the chosen task, and who got it."""

    PANE_TITLE = "Book"
    DIGIT = "2"
    HELP: ClassVar[str | None] = (
        "The bids on the chosen task. p is the probability of solving it that the worker states, tokens "
        "what it expects to use, ask its price, cost what those tokens cost, score what the mechanism makes "
        "of them. The best score is on top and ▸ marks the award; workers that may not win stand dim at the "
        "end with the reason. Before the clearing the bids come in one by one.\n\n"
        "Enter explains the chosen bid: its score as a sum, and what decided."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "why?", tooltip="why did this bid win, or not?")
    ]

    def __init__(self) -> None:
        super().__init__(
            COLUMNS, key=lambda row: row.worker, empty="Choose a task to see its bids.", id="book"
        )
        self._of: TaskState | None = None

    @property
    def of_task(self) -> TaskState | None:
        """The task whose book this is."""
        return self._of

    def follow(self, watch: Watch, task: str | None) -> None:
        """Show the book of a task as it stands."""
        state = watch.state.tasks.get(task) if task else None
        if state is self._of and state is not None:
            return
        other = state is None or self._of is None or state.card.id != self._of.card.id
        self._of = state
        if state is None:
            self.show([])
            self.frame(self.titled(""))
            return
        self.use(IMPORTED if watch.state.spec is None else COLUMNS)
        rows = book_lines(watch.state, state, watch.tones)
        self.show(rows, (title_line(state), heading(watch.state, state)))
        self.frame(self.titled(name(state)))
        if other:
            self.choose(self.rows[0].worker if self.rows else "")
