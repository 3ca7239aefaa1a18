"""Allocators that ask no price: one fixed worker, two, any, or whoever is known to pass."""

from __future__ import annotations

import numpy as np

from market.bids import Booleans, Floats, Ints
from market.mechanisms.selection import alphabetical
from market.welfare.allocation import Allocation
from market.welfare.book import Book
from market.welfare.columns import summed
from market.welfare.knobs import Allocator

_DIGITS = 12
"""Decimals to which means are compared: in which order rows were summed decides nothing."""


def always_strong(book: Book) -> Allocation:
    """The one worker with the best observed pass rate takes every task it made a forecast on.

    Observed over all tasks, so that it is one worker and the best that could have been chosen.
    Leaving the task in hand out would be worse, not more honest: of workers with equal rates it
    always picks one that failed that task. Ties: the cheaper worker, then the name.
    """
    chosen = _strongest(book)
    if chosen is None:
        return _nobody(
            Allocator.ALWAYS_STRONG, book, "always-strong: no outcome was observed, so none is known"
        )
    return _fixed(Allocator.ALWAYS_STRONG, book, (chosen,))


def always_cheap(book: Book) -> Allocation:
    """The one worker with the lowest mean cost (actual where known, else expected) takes every
    task it made a forecast on. Ties: the higher pass rate, then the name."""
    ranked = _by_cost(book)
    if not ranked:
        return _nobody(Allocator.ALWAYS_CHEAP, book, "always-cheap: no worker's cost is known")
    return _fixed(Allocator.ALWAYS_CHEAP, book, ranked[:1])


def run_both(book: Book) -> Allocation:
    """The strongest and the cheapest other worker both attempt every task; one pass solves it."""
    strong = _strongest(book)
    if strong is None:
        return _nobody(
            Allocator.RUN_BOTH, book, "run-both: no outcome was observed, so no strongest is known"
        )
    others = [worker for worker in _by_cost(book) if worker != strong]
    return _fixed(Allocator.RUN_BOTH, book, (strong, *others[:1]))


def at_random(book: Book) -> Allocation:
    """A worker drawn evenly among those that made a forecast on the task, in expectation."""
    rows = one_a_worker(book, np.ones(len(book), dtype=np.bool_))
    bidders = np.bincount(book.task[rows], minlength=len(book.tasks))
    return Allocation(Allocator.RANDOM, book, rows, 1 / bidders[book.task[rows]])


def oracle(book: Book) -> Allocation:
    """Full information: the cheapest worker that passes, else nobody.

    Only observed passes count. Ties: the name; a cost that is unknown comes last.
    """
    rows = np.flatnonzero(book.y == 1)
    cost = np.where(np.isnan(book.cost[rows]), np.inf, book.cost[rows])
    least = np.full(len(book.tasks), np.inf)
    np.minimum.at(least, book.task[rows], cost)
    rows = rows[cost == least[book.task[rows]]]
    rows = rows[np.argsort(alphabetical(book.workers)[book.worker[rows]], kind="stable")]
    first = np.full(len(book.tasks), -1, dtype=np.int64)
    first[book.task[rows[::-1]]] = rows[::-1]  # of repeated positions the last is kept
    chosen = first[first >= 0]
    return Allocation(Allocator.ORACLE, book, chosen, np.ones(len(chosen)))


def _fixed(allocator: Allocator, book: Book, workers: tuple[int, ...]) -> Allocation:
    rows = one_a_worker(book, np.isin(book.worker, workers))
    asked = int(np.count_nonzero(np.bincount(book.task)))
    notes = [
        f"{allocator}: {book.workers[worker]} made no forecast on {asked - has} of {asked} tasks; "
        f"there it gets nothing"
        for worker in workers
        if (has := int((book.worker[rows] == worker).sum())) < asked
    ]
    return Allocation(
        allocator, book, rows, np.ones(len(rows)), exclusive=len(workers) == 1, notes=tuple(notes)
    )


def _nobody(allocator: Allocator, book: Book, note: str) -> Allocation:
    nothing = np.array([], dtype=np.int64)
    return Allocation(allocator, book, nothing, np.array([], dtype=np.float64), notes=(note,))


def one_a_worker(book: Book, chosen: Booleans) -> Ints:
    """Of the chosen rows one for each worker and task: of several, the last by p, cost and outcome."""
    rows = np.flatnonzero(chosen)
    if not book.prepared.repeated:
        return rows
    rows = rows[np.lexsort((book.y_low[rows], book.cost[rows], book.p[rows]))]
    cell = book.task[rows] * len(book.workers) + book.worker[rows]
    _, last = np.unique(cell[::-1], return_index=True)
    return np.sort(rows[::-1][last])


def _strongest(book: Book) -> int | None:
    """The worker with the best observed pass rate; None without any outcome."""
    rate, cost = _pass_rates(book), _mean_costs(book)
    known = [worker for worker in range(len(book.workers)) if not np.isnan(rate[worker])]
    return min(known, key=lambda at: (-rate[at], _last(cost[at]), book.workers[at]), default=None)


def _by_cost(book: Book) -> tuple[int, ...]:
    """Workers whose mean cost is known, the cheapest first."""
    rate, cost = _pass_rates(book), _mean_costs(book)
    known = [worker for worker in range(len(book.workers)) if not np.isnan(cost[worker])]
    return tuple(sorted(known, key=lambda at: (cost[at], _last(-rate[at]), book.workers[at])))


def _last(value: float) -> float:
    """A key that puts an unknown value after every other."""
    return np.inf if np.isnan(value) else float(value)


def _pass_rates(book: Book) -> Floats:
    seen = ~np.isnan(book.y)
    return _means(book.worker[seen], book.y[seen], len(book.workers))


def _mean_costs(book: Book) -> Floats:
    return _means(book.worker, book.cost, len(book.workers))


def _means(group: Ints, values: Floats, groups: int) -> Floats:
    """The mean of each group, shape (groups,); NaN for an empty one."""
    with np.errstate(invalid="ignore"):
        mean = summed(group, values, groups) / np.bincount(group, minlength=groups)
    return np.round(mean, _DIGITS)
