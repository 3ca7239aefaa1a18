"""What to do about a worker's forecasts: recalibrate them, and what believing them would cost."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from market.bids import Floats, break_even

PENALTY = 2.0
"""F of the market that believes the worker, in units: the published default."""
MAX_RESERVE = 1.0
"""R of that market, in units: the published default."""
FEWEST = 30
"""Tasks from which on a recalibration is told."""
_STEEPEST = 40.0
"""Log-odds between which the shift is looked for."""


@dataclass(frozen=True, slots=True)
class LogitShift:
    """A recalibration: add `shift` to the log-odds of every p; None where there is none to give.

    It makes the mean of p on the tasks asked equal to their pass rate and keeps the order of
    forecasts (calibration in the large; Cox 1958). `note` says why it is not there.
    """

    shift: float | None
    note: str = ""

    def __call__(self, p: Floats) -> Floats:
        """Recalibrated probabilities, shape of p; p itself without a shift. 0 and 1 stay."""
        if self.shift is None:
            return p
        odds = math.exp(self.shift) * p
        return odds / (1 - p + odds)


@dataclass(frozen=True, slots=True)
class MarketLoss:
    """What a random-reserve market loses a task by believing the worker, in units.

    Each task is put up alone at a reserve r ~ U(0, R) and the worker asks its break-even b* for
    the p it states. Closed form, published accounting: expected E[(r - b*)+] p, realized
    E[(r - b*)+] y, with E[(r - b*)+] = (R - b*)^2 / 2R for b* < R. Source: Fradkin and Krishnan
    (2026).

    Attributes:
        expected, realized: mean a task.
        win_rate: mean probability that the worker is awarded a task.
        unpriced: tasks whose cost is not known and counts as nothing.
    """

    expected: float
    realized: float
    win_rate: float
    unpriced: int = 0

    @property
    def loss(self) -> float:
        """Expected less realized, mean a task; below zero is a gain."""
        return self.expected - self.realized


def logit_shift(p: Floats, y: Floats) -> LogitShift:
    """The shift of log-odds that fits the mean of p to the pass rate.

    Args:
        p, y: stated probabilities and outcomes (1 or 0), shape (n,).
    """
    if len(p) < FEWEST:
        return LogitShift(None, f"n = {len(p)}: too few to recalibrate by; {FEWEST} are needed")
    if not 0 < y.mean() < 1:
        same = "passed" if y.all() else "failed"
        return LogitShift(None, f"all {len(y)} tasks were {same}, so no finite shift fits")
    movable = (p > 0) & (p < 1)
    low, high = float(np.sum(p == 1)), float(len(p) - np.sum(p == 0))
    if not (movable.any() and low < y.sum() < high):
        return LogitShift(None, "p of 0 or 1 is not moved by a shift of log-odds, and no shift fits the rest")
    shift = _root(lambda a: float(LogitShift(a)(p).sum() - y.sum()))
    return LogitShift(shift)


def market_loss(p: Floats, y: Floats, cost: Floats) -> MarketLoss | None:
    """What the market expects and what it gets; None without tasks.

    Args:
        p, y: stated probabilities and outcomes (1 or 0), shape (n,).
        cost: expected costs in units, shape (n,); NaN, where no price is known, counts as
            nothing and is told in `unpriced`.
    """
    if not len(p):
        return None
    ask = break_even(p, np.nan_to_num(cost), PENALTY)
    room = np.clip(MAX_RESERVE - np.where(np.isnan(ask), np.inf, ask), 0, None)
    surplus = room**2 / (2 * MAX_RESERVE)
    return MarketLoss(
        expected=float(np.mean(surplus * p)),
        realized=float(np.mean(surplus * y)),
        win_rate=float(np.mean(room / MAX_RESERVE)),
        unpriced=int(np.isnan(cost).sum()),
    )


def _root(rising: Callable[[float], float]) -> float:
    low, high = -_STEEPEST, _STEEPEST
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2
