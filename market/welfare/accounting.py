"""From an allocation to what came of it. Figures are sums of columns; the oracle is the yardstick."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from market.bids import Booleans, Floats, Ints
from market.welfare.allocation import Allocation
from market.welfare.book import Book
from market.welfare.bounds import Bounds, bounds
from market.welfare.columns import summed
from market.welfare.knobs import Allocator
from market.welfare.outcome import Outcome, TaskOutcomes, WorkerOutcome


@dataclass(frozen=True, slots=True)
class _Awards:
    """The money of each award times its chance, shape (k,), in units; low and high by outcome."""

    worker: Ints
    weight: Floats
    pass_low: Floats
    pass_high: Floats
    cost: Floats
    expected: Floats | None
    profit_low: Floats | None
    profit_high: Floats | None
    paid: tuple[float, float] | None
    charged: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Yardstick:
    """The oracle's surplus of each task, in units, shape (tasks,), and whether it solves it."""

    forecast: Booleans
    solved_low: Floats
    solved_high: Floats
    surplus_low: Floats
    surplus_high: Floats


def yardstick(book: Book, value: float) -> Yardstick:
    """What full information would make of each task.

    The oracle takes the cheapest worker that passes, else nobody. Where outcomes were not
    observed its surplus lies between that of the worst and the best they may have been.

    Args:
        book: the bids.
        value: B, what a solved task is worth, in units.
    """
    unseen = np.isnan(book.y)
    passed = book.y == 1
    cheapest = _extreme(book, passed, np.minimum, np.inf)
    maybe = _extreme(book, passed | unseen, np.minimum, np.inf)
    dearest = _extreme(book, unseen, np.maximum, -np.inf)
    solved = _any(book, passed)
    # Without a candidate `maybe` is inf and `dearest` -inf: nobody gets the task, at nothing.
    low = np.where(solved, value - cheapest, np.minimum(0, value - dearest))
    high = np.where(solved, value - maybe, np.maximum(0, value - maybe))
    return Yardstick(
        forecast=_any(book, np.ones(len(book), dtype=np.bool_)),
        solved_low=solved.astype(np.float64),
        solved_high=_any(book, passed | unseen).astype(np.float64),
        surplus_low=low,
        surplus_high=high,
    )


def account(allocation: Allocation, value: float, best: Yardstick) -> Outcome:
    """What came of an allocation.

    Args:
        allocation: who gets what.
        value: B, what a solved task is worth, in units.
        best: of the same book.
    """
    awards = _awards(allocation)
    by_task = _by_task(allocation, awards, value, best)
    tasks = int(best.forecast.sum())
    passes = Bounds(float(by_task.solved_low.sum()), float(by_task.solved_high.sum()))
    is_oracle = allocation.allocator is Allocator.ORACLE
    return Outcome(
        allocation=allocation,
        tasks=tasks,
        sold=float(_at_least_one(allocation, np.ones(len(allocation.row))).sum()),
        attempts=float(awards.weight.sum()),
        passes=passes,
        pass_rate=Bounds(passes.low / tasks, passes.high / tasks) if tasks else None,
        cost=_finite(awards.cost.sum()),
        paid=None if awards.paid is None else bounds(*awards.paid),
        charged=None if awards.charged is None else bounds(*awards.charged),
        expected_profit=None if awards.expected is None else _finite(awards.expected.sum()),
        profit=_sum(awards.profit_low, awards.profit_high),
        surplus=_sum(by_task.surplus_low, by_task.surplus_high),
        gap=None if is_oracle else _sum(by_task.regret_low, by_task.regret_high),
        workers=_workers(allocation.book, awards),
        by_task=by_task,
        notes=(*allocation.notes, *_notes(allocation)),
    )


def _awards(allocation: Allocation) -> _Awards:
    book, row, weight = allocation.book, allocation.row, allocation.weight
    low, high = book.y_low[row], book.y_high[row]
    cost = weight * book.cost[row]
    money = _money(allocation, low, high)
    return _Awards(
        worker=allocation.worker,
        weight=weight,
        pass_low=weight * low,
        pass_high=weight * high,
        cost=cost,
        expected=money[0],
        profit_low=money[1],
        profit_high=money[2],
        paid=money[3],
        charged=money[4],
    )


def _money(
    allocation: Allocation, low: Floats, high: Floats
) -> tuple[
    Floats | None, Floats | None, Floats | None, tuple[float, float] | None, tuple[float, float] | None
]:
    """Expected and settled profit of each award, payments and penalties; nothing without a market."""
    if allocation.payment is None or allocation.penalty is None:
        return None, None, None, None, None
    book, row, weight = allocation.book, allocation.row, allocation.weight
    p, payment, penalty = book.p[row], weight * allocation.payment, weight * allocation.penalty
    cost = weight * book.cost[row]
    return (
        p * payment - weight * book.cost_hat[row] - (1 - p) * penalty,
        low * payment - cost - (1 - low) * penalty,
        high * payment - cost - (1 - high) * penalty,
        (float((low * payment).sum()), float((high * payment).sum())),
        (float(((1 - high) * penalty).sum()), float(((1 - low) * penalty).sum())),
    )


def _by_task(allocation: Allocation, awards: _Awards, value: float, best: Yardstick) -> TaskOutcomes:
    if allocation.allocator is Allocator.ORACLE:
        return TaskOutcomes(
            best.forecast, best.solved_low, best.solved_high, best.surplus_low, best.surplus_high
        )
    book, row = allocation.book, allocation.row
    cost = summed(allocation.task, awards.cost, len(book.tasks))
    low = _at_least_one(allocation, book.y_low[row])
    high = _at_least_one(allocation, book.y_high[row])
    surplus_low, surplus_high = value * low - cost, value * high - cost
    return TaskOutcomes(
        forecast=best.forecast,
        solved_low=low,
        solved_high=high,
        surplus_low=surplus_low,
        surplus_high=surplus_high,
        regret_low=best.surplus_low - surplus_high,
        regret_high=best.surplus_high - surplus_low,
    )


def _at_least_one(allocation: Allocation, happens: Floats) -> Floats:
    """Probability that an award of the task is made and `happens`, shape (tasks,)."""
    tasks = len(allocation.book.tasks)
    chance = allocation.weight * happens
    if allocation.exclusive:
        return summed(allocation.task, chance, tasks)
    with np.errstate(divide="ignore"):
        none = summed(allocation.task, np.log1p(-chance), tasks)
    return -np.expm1(none)


def _workers(book: Book, awards: _Awards) -> tuple[WorkerOutcome, ...]:
    def by_worker(column: Floats) -> Floats:
        return summed(awards.worker, column, len(book.workers))

    def where_paid(column: Floats | None) -> Floats | None:
        return None if column is None else by_worker(column)

    wins, low, high = by_worker(awards.weight), by_worker(awards.pass_low), by_worker(awards.pass_high)
    cost, expected = by_worker(awards.cost), where_paid(awards.expected)
    profits = where_paid(awards.profit_low), where_paid(awards.profit_high)
    total = wins.sum()
    present = np.bincount(book.worker, minlength=len(book.workers)) > 0
    return tuple(
        WorkerOutcome(
            worker=book.workers[at],
            wins=float(wins[at]),
            share=float(wins[at] / total) if total else None,
            passes=Bounds(float(low[at]), float(high[at])),
            cost=_finite(cost[at]),
            expected_profit=None if expected is None else _finite(expected[at]),
            profit=_at(profits, at),
        )
        for at in np.flatnonzero(present).tolist()
    )


def _at(ends: tuple[Floats | None, Floats | None], place: int) -> Bounds | None:
    low, high = ends
    return None if low is None or high is None else bounds(float(low[place]), float(high[place]))


def _notes(allocation: Allocation) -> tuple[str, ...]:
    """What a reader must know of the figures of these awards."""
    book, row = allocation.book, allocation.row
    unseen = int(np.isnan(book.y[row]).sum())
    guessed = int((~book.cost_known[row]).sum())
    unpriced: list[int] = np.unique(book.worker[row][np.isnan(book.cost[row])]).tolist()
    notes: list[str] = []
    if unseen:
        notes.append(
            f"{unseen} of {len(row)} awards have no observed outcome: passes and money lie between bounds"
        )
    if unpriced:
        names = ", ".join(book.workers[at] for at in unpriced)
        notes.append(f"no cost is known for {names}: money is left out")
    elif guessed:
        notes.append(f"{guessed} of {len(row)} awards have no actual cost: the expected cost stands in")
    return tuple(notes)


def _extreme(book: Book, chosen: Booleans, least_or_most: np.ufunc, start: float) -> Floats:
    """The lowest or highest cost of the chosen bids of each task, shape (tasks,)."""
    found = np.full(len(book.tasks), start)
    with np.errstate(invalid="ignore"):  # an unknown cost leaves the task's unknown
        least_or_most.at(found, book.task[chosen], book.cost[chosen])
    return found


def _any(book: Book, chosen: Booleans) -> Booleans:
    return np.bincount(book.task[chosen], minlength=len(book.tasks)) > 0


def _sum(low: Floats | None, high: Floats | None) -> Bounds | None:
    return None if low is None or high is None else bounds(float(low.sum()), float(high.sum()))


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
