"""What a stated p has been worth: isotonic maps from stated to observed, in and out of sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from market.bids import Booleans, Floats, Ints
from market.calibration.corp import isotonic
from market.calibration.tally import Rows, tally

_CELLS = 2_000_000
"""Cells of a table of (group, distinct p) held at once."""


@dataclass(frozen=True, slots=True)
class Recalibration:
    """A map from stated to isotonically recalibrated p, straight between knots and flat beyond.

    Attributes:
        p: knots, distinct stated probabilities in rising order; empty maps every p to itself.
        rate: recalibrated p at each knot, never falling, in [0, 1].
    """

    p: Floats
    rate: Floats

    def __call__(self, p: ArrayLike) -> Floats:
        """Recalibrated probabilities, in the shape of p."""
        stated = np.asarray(p, dtype=np.float64)
        return np.interp(stated, self.p, self.rate) if len(self.p) else stated.copy()


def recalibration(p: ArrayLike, y: ArrayLike) -> Recalibration:
    """The isotonic map of these forecasts; of none, the identity.

    Raises:
        ValueError: shapes differ, p is NaN or outside [0, 1], or y is neither 0 nor 1.
    """
    said = tally(p, y)
    return Recalibration(said.p, isotonic(said.count, said.passes)[0])


def leave_one_out(p: ArrayLike, y: ArrayLike, group: ArrayLike) -> Floats:
    """Each row's p by the `recalibration` of the rows of all other groups (tasks); shape (n,).

    Takes time and memory as groups x distinct p.

    Args:
        p: stated probabilities, shape (n,).
        y: 1 for a pass, 0 for a fail, NaN where no outcome is known: such a row teaches nothing
            and is still recalibrated; shape (n,).
        group: the task of each row, whole numbers, shape (n,).

    Returns:
        Recalibrated p; the stated p where no other group has an outcome.

    Raises:
        ValueError: shapes differ, p is NaN or outside [0, 1], or y is not 0, 1 or NaN.
    """
    stated, outcome = np.asarray(p, dtype=np.float64), np.asarray(y, dtype=np.float64)
    groups, member = np.unique(np.asarray(group), return_inverse=True)
    if member.shape != stated.shape:
        raise ValueError(f"group must have one value a forecast, {stated.shape}, not {member.shape}")
    seen = ~np.isnan(outcome)
    rows = Rows.of(stated[seen], outcome[seen])
    if not len(rows):
        return stated.copy()
    recalibrated = np.empty(len(stated))
    step = max(1, _CELLS // len(rows))
    for start in range(0, len(groups), step):
        inside = np.flatnonzero((member >= start) & (member < start + step))
        left_out = np.arange(start, min(start + step, len(groups)))
        recalibrated[inside] = _without(rows, member[seen], left_out, stated[inside], member[inside] - start)
    return recalibrated


def _without(rows: Rows, member: Ints, left_out: Ints, p: Floats, own: Ints) -> Floats:
    """p of rows of these groups, each by the map that leaves its group out: the `own`-th of `left_out`."""
    said = rows.tally((member != left_out[:, None]).astype(np.float64))
    known = said.count > 0
    fitted = isotonic(said.count, said.passes)
    places = np.arange(len(said.p))
    # For each cell, the knots at or before it and at or after it that have a forecast.
    before = np.maximum.accumulate(np.where(known, places, -1), axis=1)
    after = np.minimum.accumulate(np.where(known, places, len(places))[:, ::-1], axis=1)[:, ::-1]
    left = np.searchsorted(said.p, p, side="right") - 1
    right = np.searchsorted(said.p, p, side="left")
    low = np.where(left >= 0, before[own, np.maximum(left, 0)], -1)
    high = np.where(right < len(places), after[own, np.minimum(right, len(places) - 1)], len(places))
    low, high = np.where(low < 0, high, low), np.where(high == len(places), low, high)
    alone: Booleans = ~np.any(known, axis=1, keepdims=True)[own, 0]
    low, high = np.where(alone, 0, low), np.where(alone, 0, high)
    width = said.p[high] - said.p[low]
    share = np.divide(p - said.p[low], width, out=np.zeros(len(p)), where=width > 0)
    between = fitted[own, low] + share * (fitted[own, high] - fitted[own, low])
    return np.where(alone, p, between)
