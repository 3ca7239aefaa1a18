"""Passes by distinct p: all that the figures of probability need, for many weightings at once.

Every figure of p and y depends on the rows only through how many forecasts stated each p and
how many of these passed. A bootstrap resample is a weighting of the rows, so one function a
figure serves the value (one weighting, all ones) and its intervals (thousands of them).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from market.bids import Booleans, Floats, Ints


@dataclass(frozen=True, slots=True)
class Tally:
    """Forecasts and passes by distinct p, for b weightings of the same rows.

    Attributes:
        p: distinct stated probabilities in rising order, shape (k,).
        count: weight of the forecasts that stated each, shape (b, k).
        passes: weight of those that passed, shape (b, k).
    """

    p: Floats
    count: Floats
    passes: Floats

    @property
    def n(self) -> Floats:
        """Weight of all rows, shape (b,)."""
        return self.count.sum(axis=1)

    @property
    def passed(self) -> Floats:
        """Weight of all passes, shape (b,)."""
        return self.passes.sum(axis=1)

    @property
    def surplus(self) -> Floats:
        """Sum of p - y at each distinct p, shape (b, k)."""
        return self.count * self.p - self.passes


@dataclass(frozen=True, slots=True)
class Rows:
    """Forecasts with outcomes, sorted by p, ready to be tallied under any weights.

    Attributes:
        order: where each sorted row stood in the columns given, shape (n,).
        p, y: sorted, shape (n,).
        start: first sorted row of each distinct p, shape (k,).
    """

    order: Ints
    p: Floats
    y: Floats
    start: Ints

    @classmethod
    def of(cls, p: ArrayLike, y: ArrayLike) -> Self:
        """Check and sort.

        Raises:
            ValueError: shapes differ, p is NaN or outside [0, 1], or y is neither 0 nor 1.
        """
        stated, outcome = checked(p, y)
        order = np.argsort(stated, kind="stable")
        stated, outcome = stated[order], outcome[order]
        first = np.ones(len(stated), dtype=np.bool_)
        first[1:] = stated[1:] != stated[:-1]
        return cls(order, stated, outcome, np.flatnonzero(first))

    def __len__(self) -> int:
        return len(self.p)

    def tally(self, weights: Floats | None = None) -> Tally:
        """The tally under weights of the rows as they were given, shape (b, n); by default one each."""
        weights = np.ones((1, len(self))) if weights is None else weights[:, self.order]
        return Tally(self.p[self.start], self._by_p(weights), self._by_p(weights * self.y))

    def _by_p(self, values: Floats) -> Floats:
        return np.add.reduceat(values, self.start, axis=1) if len(self.start) < len(self) else values


def tally(p: ArrayLike, y: ArrayLike) -> Tally:
    """The tally of these forecasts, each counted once: b = 1."""
    return Rows.of(p, y).tally()


def checked(p: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """Both columns as floats.

    Raises:
        ValueError: shapes differ, p is NaN or outside [0, 1], or y is neither 0 nor 1.
    """
    stated = np.asarray(p, dtype=np.float64)
    outcome = np.asarray(y, dtype=np.float64)
    if stated.ndim != 1 or stated.shape != outcome.shape:
        raise ValueError(f"p and y must be columns of one length, not {stated.shape} and {outcome.shape}")
    _refuse("p must be a probability from 0 to 1", stated, ~((stated >= 0) & (stated <= 1)))
    _refuse(
        "y must be 1 for a pass or 0; leave unknown outcomes out", outcome, (outcome != 0) & (outcome != 1)
    )
    return stated, outcome


def _refuse(rule: str, column: Floats, bad: Booleans) -> None:
    if bad.any():
        row = int(np.argmax(bad))
        raise ValueError(f"{rule}: row {row} holds {column[row]:g}")
