"""The published random-reserve auction: each worker alone against a reserve, in two accountings.

A worker bids, a reserve r is drawn, and it wins iff its ask is at most r, to be paid r on pass.
*Published* accounting: expected profit (r - b*) p, realized profit (r - b*) y; it never charges
a winner for failing. *Settled* accounting: y r - c - (1 - y) F. Source: Fradkin and Krishnan
(2026), MarketBench phase 1; design.md section 4.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

import numpy as np

from market.bids import Booleans, Floats, Ints
from market.calibration import POOLED
from market.welfare.book import Book
from market.welfare.bounds import Bounds
from market.welfare.columns import summed
from market.welfare.reserves import ReserveLaw


@dataclass(frozen=True, slots=True)
class ReserveRows:
    """The auction of each bid, by column, shape (n,), in units; NaN where it is not known.

    Attributes:
        break_even: b*; NaN where there is none.
        win: probability (closed form) or share of draws (seeded) that it wins.
        expected_profit: published: (r - b*) p.
        realized_profit: published: (r - b*) y.
        oracle_profit: published: (r - c^) y of a worker that knows y: it bids its expected cost
            where it passes, and abstains where it fails.
        settled_profit: y r - c - (1 - y) F, with c actual where known, else expected.
        settled_oracle_profit: (r - c) y of a worker that knows y and c.
    """

    break_even: Floats
    win: Floats
    expected_profit: Floats
    realized_profit: Floats
    oracle_profit: Floats
    settled_profit: Floats
    settled_oracle_profit: Floats


@dataclass(frozen=True, slots=True)
class ReserveFigures:
    """Means over the bids of a worker, or of all; None where undefined. Amounts are in units.

    `realized_profit`, `calibration_cost`, `oracle_profit`, `settled_profit` and
    `settled_oracle_profit` are over the `known` bids, as published; the `_bounds` are over all
    n, whatever the unobserved outcomes may have been, and equal the mean where all are known.

    Attributes:
        worker: its name, or `POOLED`.
        n: bids, those of p = 0 included.
        known: bids whose outcome was observed.
        bids: bids that have a break-even.
        calibration_cost: expected - realized profit: what believing p would have cost.
        mean_breakeven: over the bids that have one.
    """

    worker: str
    n: int
    known: int
    bids: int
    win_rate: float | None
    expected_profit: float | None
    realized_profit: float | None
    calibration_cost: float | None
    oracle_profit: float | None
    settled_profit: float | None
    settled_oracle_profit: float | None
    mean_breakeven: float | None
    realized_bounds: Bounds | None
    oracle_bounds: Bounds | None
    settled_bounds: Bounds | None


@dataclass(frozen=True, slots=True)
class ReserveAuction:
    """The auction of every bid, by worker in order of the book, and pooled.

    `draws` is None in closed form, else how many seeded draws a bid.
    """

    rows: ReserveRows
    workers: tuple[ReserveFigures, ...]
    pooled: ReserveFigures
    draws: int | None = None


@dataclass(frozen=True, slots=True)
class _Moments:
    """What a reserve does to each bid, shape (n,): P(r >= ask), E[r; r >= ask], and the surplus
    E[(r - x)+] of a worker that asks its expected, or its actual cost."""

    win: Floats
    paid: Floats
    over_cost_hat: Floats
    over_cost: Floats


def closed_form(book: Book, penalty: float, law: ReserveLaw) -> ReserveAuction:
    """The auction in expectation over the reserve.

    Args:
        book: the bids.
        penalty: F in units.
        law: the law of the reserve.
    """
    ask = book.asks(penalty)
    moments = (law.win(ask), law.paid(ask), law.surplus(book.cost_hat), law.surplus(book.cost))
    return _auction(book, penalty, _known(book, moments), None)


def seeded_draws(book: Book, penalty: float, law: ReserveLaw, draws: int, seed: int) -> ReserveAuction:
    """The auction on the published draws: row i of the observations draws from
    `random.Random(seed + i).uniform(0, R)`, through the quantiles of the law if that is not U(0, R).

    The result depends on the order of the observations, which is why it was published with it.

    Args:
        book: the bids.
        penalty: F in units.
        law: the law of the reserve.
        draws: how many a row, at least 1.
        seed: of row 0.

    Raises:
        ValueError: fewer than one draw.
    """
    if draws < 1:
        raise ValueError(f"there must be a draw at least, not {draws}")
    ask = book.asks(penalty)
    moments = np.empty((4, len(book)))
    for row, reserve in enumerate(_reserves(book, law, draws, seed)):
        moments[:, row] = (
            np.mean(reserve >= ask[row]),
            np.mean(reserve * (reserve >= ask[row])),
            np.mean(np.maximum(reserve - book.cost_hat[row], 0)),
            np.mean(np.maximum(reserve - book.cost[row], 0)),
        )
    return _auction(book, penalty, _known(book, tuple(moments)), draws)


def _reserves(book: Book, law: ReserveLaw, draws: int, seed: int) -> Iterator[Floats]:
    """The reserves that each bid meets, shape (draws,)."""
    for index in book.index.tolist():
        draw = random.Random(seed + index).random
        # uniform(0, R) is R x random(), digit for digit.
        yield law.quantile(np.array([draw() for _ in range(draws)]))


def _known(book: Book, moments: tuple[Floats, ...]) -> _Moments:
    """The moments with NaN where they rest on a price that is not known."""
    win, paid, over_cost_hat, over_cost = moments
    unknown = np.isnan(book.cost_hat) & np.isnan(book.recorded) & (book.p > 0)
    return _Moments(
        win=np.where(unknown, np.nan, win),
        paid=np.where(unknown, np.nan, paid),
        over_cost_hat=np.where(np.isnan(book.cost_hat), np.nan, over_cost_hat),
        over_cost=np.where(np.isnan(book.cost), np.nan, over_cost),
    )


def _auction(book: Book, penalty: float, moments: _Moments, draws: int | None) -> ReserveAuction:
    rows = _rows(book, penalty, moments, book.y)
    ends = (
        [rows]
        if not np.isnan(book.y).any()
        else [
            _rows(book, penalty, moments, book.y_low),
            _rows(book, penalty, moments, book.y_high),
        ]
    )
    *workers, pooled = _figures(book, rows, ends)
    return ReserveAuction(
        rows=rows, workers=tuple(each for each in workers if each.n), pooled=pooled, draws=draws
    )


def _rows(book: Book, penalty: float, moments: _Moments, y: Floats) -> ReserveRows:
    """Both accountings. A bid that wins nothing has profits of 0, whatever else is unknown of it."""
    break_even = book.break_even(penalty)
    won = moments.win
    return ReserveRows(
        break_even=break_even,
        win=won,
        expected_profit=book.p * moments.paid - _times(won, book.cost_hat + penalty * (1 - book.p)),
        realized_profit=(moments.paid - _times(won, break_even)) * y,
        oracle_profit=_times(y, moments.over_cost_hat),
        settled_profit=y * moments.paid - _times(won, book.cost + (1 - y) * penalty),
        settled_oracle_profit=_times(y, moments.over_cost),
    )


def _times(chance: Floats, amount: Floats) -> Floats:
    """chance x amount, and 0 where there is no chance of an amount that is not known."""
    product = chance * amount
    if np.isnan(product.sum()):
        product[chance == 0] = 0
    return product


class _Groups:
    """The bids of each worker, and after these of all; shapes (workers + 1,)."""

    def __init__(self, book: Book) -> None:
        self._of = book.worker
        self._count = len(book.workers)
        self.sizes = self.size()

    def size(self, chosen: Booleans | None = None) -> Ints:
        """How many (chosen) bids there are."""
        count = np.bincount(self._of if chosen is None else self._of[chosen], minlength=self._count)
        return np.append(count, count.sum())

    def mean(self, values: Floats, chosen: Booleans | None = None) -> list[float | None]:
        """The mean of each group; None without values, or where one is unknown, since a mean over
        the rest would be another figure."""
        size = self.sizes if chosen is None else self.size(chosen)
        group, weights = (self._of, values) if chosen is None else (self._of[chosen], values[chosen])
        sums = summed(group, weights, self._count)
        with np.errstate(invalid="ignore"):
            means = np.append(sums, sums.sum()) / size
        return [mean if isfinite(mean) else None for mean in means.tolist()]

    def between(self, low: Floats, high: Floats) -> list[Bounds | None]:
        """The mean of the lower and of the higher of each pair."""
        if low is high:
            return [None if mean is None else Bounds(mean, mean) for mean in self.mean(low)]
        least, most = self.mean(np.minimum(low, high)), self.mean(np.maximum(low, high))
        pairs = zip(least, most, strict=True)
        return [None if a is None or b is None else Bounds(a, b) for a, b in pairs]


def _figures(book: Book, rows: ReserveRows, ends: list[ReserveRows]) -> list[ReserveFigures]:
    """The figures of each worker and of all; `ends` are the rows with unobserved outcomes failed,
    and passed."""
    each = _Groups(book)
    known = None if len(ends) == 1 else ~np.isnan(book.y)
    priced = np.isfinite(rows.break_even)
    bids = None if priced.all() else priced
    low, high = ends[0], ends[-1]
    expected, realized = each.mean(rows.expected_profit, known), each.mean(rows.realized_profit, known)
    columns = zip(
        (*book.workers, POOLED),
        each.sizes.tolist(),
        each.size(known).tolist(),
        each.size(bids).tolist(),
        each.mean(rows.win),
        expected if known is None else each.mean(rows.expected_profit),
        realized,
        [_less(a, b) for a, b in zip(expected, realized, strict=True)],
        each.mean(rows.oracle_profit, known),
        each.mean(rows.settled_profit, known),
        each.mean(rows.settled_oracle_profit, known),
        each.mean(rows.break_even, bids),
        each.between(low.realized_profit, high.realized_profit),
        each.between(low.oracle_profit, high.oracle_profit),
        each.between(low.settled_profit, high.settled_profit),
        strict=True,
    )
    return [ReserveFigures(*column) for column in columns]


def _less(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first - second
