"""What a worker's other tasks make of the p it states: leave-one-task-out recalibration, at any size."""

from __future__ import annotations

import numpy as np

from market.bids import Booleans, Floats, Ints
from market.calibration import leave_one_out
from market.calibration.corp import isotonic
from market.welfare.columns import summed

LEAST_HISTORY = 10
"""Outcomes of a worker's other tasks below which its stated p is not recalibrated."""
FINEST = 1000
"""Distinct p of one worker above which they are rounded to as many steps before the fit."""


def learned(p: Floats, y: Floats, task: Ints, worker: Ints, workers: int) -> Floats:
    """Stated p, recalibrated by isotonic regression of each worker's outcomes on its other tasks.

    Args:
        p: stated probabilities in [0, 1], shape (n,).
        y: 1 for a pass, 0 for a fail, NaN where unknown, shape (n,).
        task, worker: positions, shape (n,).
        workers: how many there are.

    Returns:
        Shape (n,). Stated p stands where the worker has fewer than `LEAST_HISTORY` outcomes to
        fit on besides the one in question.
    """
    recalibrated = p.copy()
    order = np.argsort(worker, kind="stable")
    ends = np.cumsum(np.bincount(worker, minlength=workers))
    for rows in np.split(order, ends[:-1]) if workers else ():
        if np.count_nonzero(~np.isnan(y[rows])) > LEAST_HISTORY:
            recalibrated[rows] = _left_out(p[rows], y[rows], task[rows])
    return recalibrated


def _left_out(p: Floats, y: Floats, task: Ints) -> Floats:
    """One worker's p, recalibrated without the row's own task."""
    again = _repeated(task)
    if again.any():
        return leave_one_out(p, y, task)
    stated, at = np.unique(p, return_inverse=True)
    if len(stated) > FINEST:
        stated, at = np.unique(np.round(p * FINEST) / FINEST, return_inverse=True)
    seen = ~np.isnan(y)
    count = np.bincount(at[seen], minlength=len(stated)).astype(np.float64)
    passes = summed(at[seen], y[seen], len(stated))
    kinds, like = np.unique(3 * at + np.where(seen, y, 2).astype(np.int64), return_inverse=True)
    return _without_one(stated, count, passes, kinds)[like]


def _without_one(stated: Floats, count: Floats, passes: Floats, kinds: Ints) -> Floats:
    """The map at one row's p, fitted without that row, for each kind of row.

    Rows that say the same p with the same outcome leave the same rows behind, so that a
    million rows need no more fits than they have distinct p.

    Args:
        stated: distinct p in rising order, shape (k,).
        count, passes: outcomes and passes of each, shape (k,).
        kinds: 3 x position in `stated` + outcome (0, 1, or 2 for none observed), shape (m,).

    Returns:
        Shape (m,); straight between the nearest p that are left and flat beyond, as
        `market.calibration.recalibration` has it.
    """
    at, outcome = kinds // 3, kinds % 3
    each = np.arange(len(kinds))
    counts, passed = np.tile(count, (len(kinds), 1)), np.tile(passes, (len(kinds), 1))
    counts[each, at] -= outcome < 2
    passed[each, at] -= outcome == 1
    fitted = isotonic(counts, passed)
    value = fitted[each, at]
    for row in np.flatnonzero(counts[each, at] == 0):
        left = counts[row] > 0
        value[row] = np.interp(stated[at[row]], stated[left], fitted[row, left])
    return value


def _repeated(task: Ints) -> Booleans:
    """Rows whose task has another row, shape of `task`."""
    _, like, count = np.unique(task, return_inverse=True, return_counts=True)
    return count[like] > 1
