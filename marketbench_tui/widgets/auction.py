"""The panes of the Auction screen that are tables and text: workers, allocators, allocation, difference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from market.spec import Unit
from market.welfare.knobs import Allocator
from market.welfare.outcome import Outcome
from marketbench_tui.lines import ELLIPSIS, Line, Span
from marketbench_tui.text import safe_line
from marketbench_tui.view import amounts
from marketbench_tui.view import auction_matrix as matrices
from marketbench_tui.view.auction import AllocatorLine, WorkerLine, mark_cells, share_cells
from marketbench_tui.view.auction_matrix import Matrix, Order
from marketbench_tui.widgets.chart import ChartPane
from marketbench_tui.widgets.columns import Column
from marketbench_tui.widgets.page import Page
from marketbench_tui.widgets.table import GUTTER, Table
from themes.tones import Tone

NO_FORECASTS = "This session has no forecasts that could be cleared anew."


def _text(text: str, tone: Tone = Tone.INK, bold: bool = False) -> Line:
    return (Span(text, tone, bold),)


class ProfitPane(ChartPane):
    """Profit of each worker in four accounts."""

    PANE_TITLE = "Profit against oracle"
    DIGIT = "2"
    HELP: ClassVar[str | None] = (
        "Mean profit a bid of each worker alone against the reserve. expected is by its own p and realized "
        "by what happened, both as published: (r - b*) p and (r - b*) y, which never charge a failure. "
        "settled is what a market would pay, y r - c - (1 - y) F. oracle bids its cost where it passes and "
        "abstains where it fails. Numbers are those of the win shares.\n\n"
        "y copies the chart in words; e writes it as PNG, SVG and CSV."
    )

    def __init__(self) -> None:
        super().__init__(self.PANE_TITLE, id="profit")


class ParetoPane(ChartPane):
    """Cost and passes of every allocator."""

    PANE_TITLE = "Cost and passes"
    DIGIT = "5"
    HELP: ClassVar[str | None] = (
        "Every allocator by what its attempts cost and how many tasks it solves, by the letters of the table "
        "of allocators; ● is the recorded run. No other beats those on the dashed line on both. Lines "
        "reach as far as outcomes that were never observed allow.\n\n"
        "y copies the chart in words; e writes it as PNG, SVG and CSV."
    )

    def __init__(self) -> None:
        super().__init__(self.PANE_TITLE, id="pareto", brief=True)


class WorkerShares(Table[WorkerLine]):
    """Who wins how much, in the what-if and as recorded."""

    PANE_TITLE = "Win shares"
    DIGIT = "3"
    HELP: ClassVar[str | None] = (
        "What each worker gets under the knobs: its share of all awards, and recorded its share in the "
        "session as it ran. won counts tasks, pass those it solves; expected is its profit by its own p, "
        "settled what it is left with. Where outcomes were never observed a figure is bounded.\n\n"
        "Space leaves a worker out of the what-if, or takes it back in."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "leave_out", "in or out", tooltip="leave the worker out, or take it back in"),
        Binding("e", "screen.export_shares", "export", tooltip="export the shares as PNG, SVG and CSV"),
    ]

    class Toggled(Message):
        """Leave this worker out, or take it back in."""

        def __init__(self, worker: str) -> None:
            super().__init__()
            self.worker = worker

    def __init__(self) -> None:
        super().__init__(
            _worker_columns(4, 4, 8, 8, 8, recorded=True),
            key=lambda row: row.worker,
            empty=NO_FORECASTS,
            id="shares",
        )

    def fill(self, rows: Sequence[WorkerLine], about: str) -> None:
        """Show these workers."""
        told = ([row.wins, row.passes, row.expected, row.profit, row.cost] for row in rows)
        kept = any(row.recorded is not None for row in rows)
        self.use(_worker_columns(*_widths(told, (3, 4, 8, 7, 4)), recorded=kept))
        self.show(rows)
        self.frame(self.titled(about))

    def action_leave_out(self) -> None:
        """Leave the chosen worker out, or take it back in."""
        if self.chosen is not None:
            self.post_message(self.Toggled(self.chosen.worker))

    def action_open(self) -> None:
        """A second click does what space does."""
        self.action_leave_out()


@lru_cache(maxsize=64)
def _worker_columns(*widths: int, recorded: bool) -> tuple[Column[WorkerLine], ...]:
    """Where nothing was awarded in the session, names have the room of the recorded shares."""
    won, passes, expected, profit, cost = widths
    then: Column[WorkerLine] = Column(
        "recorded", lambda row: _text(amounts.percent(row.recorded), Tone.SOFT), 8, keep=7, right=True
    )
    return (
        Column("", mark_cells, 3, keep=9),
        Column("worker", lambda row: _text(row.shown, row.tone), 9 if recorded else 15, 2, 30, keep=9),
        Column("share", share_cells, 13, keep=8),
        *((then,) if recorded else ()),
        Column("won", lambda row: _text(row.wins), won, keep=5, right=True),
        Column("pass", lambda row: _text(row.passes, Tone.PASSED), passes, keep=4, right=True),
        Column("expected", lambda row: _text(row.expected, Tone.RUNNING), expected, keep=3, right=True),
        Column("settled", lambda row: _text(row.profit), profit, keep=6, right=True),
        Column("cost", lambda row: _text(row.cost, Tone.SOFT), cost, keep=1, right=True),
    )


def _widths(rows: Iterable[Sequence[str]], least: Sequence[int]) -> tuple[int, ...]:
    """Cells that the widest text of each column needs."""
    return tuple(
        max(map(len, column)) for column in zip(*rows, ("x" * cells for cells in least), strict=True)
    )


class AllocatorTable(Table[AllocatorLine]):
    """What every allocator makes of the same bids."""

    PANE_TITLE = "Allocators"
    DIGIT = "6"
    HELP: ClassVar[str | None] = (
        "Every allocator on the same bids with the same knobs, and the recorded run where tasks were "
        "awarded. passes counts tasks solved, cost is of all attempts. expected is the workers' profit by "
        "their own p, settled what they are left with; those that ask no price pay none. surplus is bounty "
        "times passes less cost, and gap what the oracle has more of it. Two figures are bounds: outcomes "
        "were never observed, and none is invented.\n\n"
        "Enter makes an allocator the mechanism of the what-if. Letters are those of the plot."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "use", tooltip="use this mechanism in the what-if")
    ]

    class Chosen(Message):
        """Use this allocator."""

        def __init__(self, allocator: Allocator) -> None:
            super().__init__()
            self.allocator = allocator

    def __init__(self) -> None:
        super().__init__(
            _allocator_columns(6, 8, 8, 8, 8, 8),
            key=lambda row: row.name,
            empty=NO_FORECASTS,
            id="allocators",
        )

    def fill(self, rows: Sequence[AllocatorLine], about: str) -> None:
        """Show these allocators."""
        told = ([row.passes, row.cost, row.profit, row.gap, row.expected, row.surplus] for row in rows)
        self.use(_allocator_columns(*_widths(told, (6, 4, 7, 4, 8, 7))))
        self.show(rows)
        self.frame(self.titled(about))

    def clear(self, why: str) -> None:
        """Show nothing, and say why."""
        self.show((), empty=why)
        self.frame(self.titled(""))

    def action_open(self) -> None:
        """Use the chosen allocator in the what-if; the recorded run is no such thing."""
        if self.chosen is not None and self.chosen.allocator is not None:
            self.post_message(self.Chosen(self.chosen.allocator))


@lru_cache(maxsize=64)
def _allocator_columns(*widths: int) -> tuple[Column[AllocatorLine], ...]:
    passes, cost, profit, gap, expected, surplus = widths
    return (
        Column("", _letter, 2, keep=9),
        Column("allocator", _name, 13, 1, 21, keep=9),
        Column("passes", lambda row: _text(row.passes, Tone.PASSED), passes, keep=9, right=True),
        Column("cost", lambda row: _text(row.cost), cost, keep=8, right=True),
        Column("settled", lambda row: _text(row.profit), profit, keep=6, right=True),
        Column("gap", lambda row: _text(row.gap, row.gap_tone), gap, keep=7, right=True),
        Column("expected", lambda row: _text(row.expected, Tone.RUNNING), expected, keep=4, right=True),
        Column("surplus", lambda row: _text(row.surplus), surplus, keep=3, right=True),
        Column("sold", lambda row: _text(row.sold, Tone.SOFT), 5, keep=2, right=True),
        Column("what it does", lambda row: _text(row.summary, Tone.SOFT), 40, 4, keep=0),
    )


def _letter(row: AllocatorLine) -> Line:
    return _text(f"{'▸' if row.chosen else ' '}{row.letter}", Tone.ACCENT, True)


def _name(row: AllocatorLine) -> Line:
    if row.chosen:
        return _text(row.name, Tone.ACCENT, True)
    return _text(row.name, Tone.AWARD if row.allocator is None else Tone.INK)


class AllocationTable(Table[int]):
    """Tasks by workers: who gets what, and what came of it. Rows are positions of tasks."""

    PANE_TITLE = "Allocation"
    DIGIT = "4"
    HELP: ClassVar[str | None] = (
        "A row a task, a column a worker. [✓] is awarded the task and passes it, ✗ alone loses it and would "
        "have failed, 45%✓ is awarded it in 45 of 100 draws of the reserve, ? was never observed, · made no "
        "forecast. regret is what the oracle has more on that task than this what-if; o sorts by it."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "sort", "order", tooltip="by regret, or as recorded"),
    ]

    def __init__(self) -> None:
        self._matrix: Matrix | None = None
        self._order = Order.RECORDED
        self._about = ""
        super().__init__((), key=self._named, empty=NO_FORECASTS, id="allocation")

    @property
    def order(self) -> Order:
        """How the tasks are ordered."""
        return self._order

    def fill(self, outcome: Outcome, excluded: frozenset[str], unit: Unit, about: str) -> None:
        """Show who gets what in an outcome."""
        self._matrix = matrices.matrix_of(outcome, excluded, unit)
        self._about = about
        self._show_matrix(self._matrix)

    def clear(self, why: str) -> None:
        """Show nothing, and say why."""
        self._matrix = None
        self.show((), empty=why)
        self.frame(self.titled(""))

    def _show_matrix(self, matrix: Matrix) -> None:
        self.use(self._columns_of(matrix))
        self.show(matrices.ordered(matrix, self._order).tolist())
        self._say_what_is_hidden()

    def _say_what_is_hidden(self) -> None:
        if self._matrix is not None:
            hidden = len(self._matrix.shown) - len(self._shared) + BESIDE
            more = f"{amounts.count(hidden, 'worker')} more: z zooms" if hidden > 0 else ""
            self.frame(self.titled(self._title), (Span(more, Tone.INFRA),) if more else ())

    def on_resize(self) -> None:
        """Share the new width among the workers, and say who has no room."""
        super().on_resize()
        if self._matrix is not None:
            self._show_matrix(self._matrix)

    @property
    def _title(self) -> str:
        return f"{self._about}, {self._order}" if self._order is Order.REGRET else self._about

    def _columns_of(self, matrix: Matrix) -> tuple[Column[int], ...]:
        """Workers by name where all names have room, else by number."""
        regret = REGRET_CELLS[matrices.is_bounded(matrix)]
        each = (self.scrollable_content_region.width - GUTTER - TASK_CELLS - regret - 2) // max(
            1, len(matrix.shown)
        )
        cells = NAMED if each > NAMED else NARROWEST
        return (
            Column("task", self._task_cell, TASK_CELLS, 2, 34, keep=1_000),
            *(_worker_column(matrix, worker, place, cells) for place, worker in enumerate(matrix.shown)),
            Column("regret", partial(matrices.regret, matrix), regret, 0, keep=999, right=True),
        )

    def _task_cell(self, at: int) -> Line:
        """The end of a task's name says more than its beginning."""
        name, cells = safe_line(self._named(at)), self._shared[0][1]
        return _text(name if len(name) <= cells else f"{ELLIPSIS}{name[1 - cells :]}")

    def _named(self, at: int) -> str:
        return self._matrix.tasks[at] if self._matrix else ""

    def action_sort(self) -> None:
        """Order the tasks by regret, or as recorded."""
        self._order = Order.REGRET if self._order is Order.RECORDED else Order.RECORDED
        if self._matrix is not None:
            self._show_matrix(self._matrix)


BESIDE = 2
"""Columns that are no worker's: the task and its regret."""
REGRET_CELLS = {False: 7, True: 16}
"""Cells of a regret that is known, and of one that is bounded."""
TASK_CELLS = 9
"""Cells of the end of a task's name."""
NARROWEST, NAMED = 5, 12
"""Cells of a worker's column under its number, and under its name."""


def _worker_column(matrix: Matrix, worker: int, place: int, cells: int) -> Column[int]:
    cell: Callable[[int], Line] = partial(matrices.cell, matrix, worker)
    title = matrices.heading(matrix, worker, cells) if cells == NAMED else str(worker + 1)
    return Column(title, cell, cells, 1, NAMED, keep=max(1, 998 - place))


class Difference(Page, can_focus=True):
    """What the what-if would have changed."""

    PANE_TITLE = "Versus"
    DIGIT = "7"
    HELP: ClassVar[str | None] = (
        "The what-if against the session as it ran, task by task: McNemar's exact test on tasks solved, and "
        "the paired bootstrap on costs, with whole repositories drawn together. Below it, what could not be "
        "used, and what is not known."
    )

    def __init__(self) -> None:
        super().__init__(side=1, id="difference")
        self.frame(self.titled("recorded run and chosen allocator"))
