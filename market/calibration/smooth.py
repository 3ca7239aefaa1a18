"""Smooth ECE: calibration error under a kernel as wide as the error itself, without bins.

Source: Blasiok and Nakkiran (2023), "Smooth ECE: principled reliability diagrams via kernel
smoothing", arXiv 2309.12236: smECE is the sigma at which the mean absolute residual, smoothed
by a Gaussian of width sigma reflected at 0 and 1, equals sigma.

The reflected Gaussian is the heat kernel of [0, 1]: in cosine waves cos(pi w t) smoothing
multiplies wave w by exp(-(pi w sigma)^2 / 2), so one matrix product smooths every resample.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from market.bids import Booleans, Floats
from market.calibration.figures import defined
from market.calibration.tally import Tally, tally

WIDTHS = tuple(0.512 / 2**halvings for halvings in range(9))
"""Widths tried until one lies below its error; an error below the last, 0.002, is given as it is there."""
GRID = 4_096
"""Cells to which p is rounded, linearly shared between neighbours, where there are more distinct."""
STEPS = 3
"""Steps of the rule of Anderson and Bjorck (1973) inside a bracket of a factor 2."""
_WAVES = 1.5
"""Waves kept, times sigma: the next would count exp(-(1.5 pi)^2 / 2) = 1.5e-5 of its size."""


def smooth_ece(p: ArrayLike, y: ArrayLike) -> float | None:
    """The smooth calibration error, in [0, 1]; None without a forecast.

    Raises:
        ValueError: shapes differ, p is NaN or outside [0, 1], or y is neither 0 nor 1.
    """
    return defined(float(smooth_calibration_error(tally(p, y))[0]))


def smooth_calibration_error(said: Tally) -> Floats:
    """smECE for each weighting, shape (b,); NaN where it weighs nothing."""
    n = said.n
    found = np.where(n > 0, 0.0, np.nan)
    surplus = said.surplus
    rows = np.flatnonzero((n > 0) & (np.abs(surplus) > 0).any(axis=1))
    p, residual = _gridded(said.p, surplus[rows] / n[rows, None])
    above, under = 1.0, np.abs(residual.sum(axis=1)) - 1  # at width 1 all is smoothed flat
    for sigma in WIDTHS:
        smoothing = _Smoothing.down_to(sigma, p, residual)
        width = np.full(len(rows), sigma)
        error = smoothing.error(width)
        found[rows] = error
        at = error >= sigma  # the error falls with the width, so the solution is not below
        found[rows[at]] = smoothing.only(at).fixed_point(
            width[at], error[at] - sigma, np.full(int(np.count_nonzero(at)), above), under[at]
        )
        rows, residual, above, under = rows[~at], residual[~at], sigma, (error - sigma)[~at]
        if not len(rows):
            break
    return found


@dataclass(frozen=True, slots=True)
class _Smoothing:
    """The residuals of b weightings in cosine waves, enough of them for the widths in question.

    Attributes:
        decay: exponent of each wave at width 1, shape (w,).
        at: each wave at evenly spread points of [0, 1], shape (w, points).
        waves: how much of each wave the residuals hold, shape (b, w).
    """

    decay: Floats
    at: Floats
    waves: Floats

    @classmethod
    def down_to(cls, sigma: float, p: Floats, residual: Floats) -> Self:
        """For widths of at least `sigma`; p of shape (k,), residuals of shape (b, k)."""
        number, at = _waves(sigma)
        waves = residual @ np.cos(np.pi * p[:, None] * number)
        waves[:, 1:] *= 2
        return cls(-0.5 * (np.pi * number) ** 2, at, waves)

    def error(self, sigma: Floats) -> Floats:
        """Mean absolute residual of each weighting smoothed with its width; shape (b,)."""
        damped = self.waves * np.exp(self.decay * sigma[:, None] ** 2)
        return np.abs(damped @ self.at).mean(axis=1)

    def only(self, rows: Booleans) -> Self:
        """The same for some of the weightings."""
        return replace(self, waves=self.waves[rows])

    def fixed_point(self, low: Floats, over: Floats, high: Floats, under: Floats) -> Floats:
        """The width that equals its own error, shape (b,).

        Args:
            low, high: brackets, shape (b,).
            over, under: error less width there, at least and at most 0.
        """
        weight_low, weight_high = over, -under
        for _ in range(STEPS if len(low) else 0):
            sigma = _between(low, weight_low, high, weight_high)
            excess = self.error(sigma) - sigma
            rises = excess >= 0
            weight_low = np.where(rises, excess, weight_low * _kept(-excess, -under))
            weight_high = np.where(rises, weight_high * _kept(excess, over), -excess)
            low, over = np.where(rises, sigma, low), np.where(rises, excess, over)
            high, under = np.where(rises, high, sigma), np.where(rises, under, excess)
        return _between(low, over, high, -under)


@lru_cache(maxsize=len(WIDTHS))
def _waves(sigma: float) -> tuple[Floats, Floats]:
    """Numbers of the waves that count at this width, (w,), and each at 4 w points of [0, 1]; read-only."""
    number = np.arange(int(np.ceil(_WAVES / sigma)) + 1, dtype=np.float64)
    points = (np.arange(4 * len(number)) + 0.5) / (4 * len(number))
    at = np.cos(np.pi * number[:, None] * points)
    number.flags.writeable = at.flags.writeable = False
    return number, at


def _between(low: Floats, over: Floats, high: Floats, under: Floats) -> Floats:
    """Where a line that is `over` above 0 at low and `under` below it at high crosses 0."""
    drop = over + under
    return low + np.divide(over, drop, out=np.zeros(len(drop)), where=drop > 0) * (high - low)


def _kept(new: Floats, old: Floats) -> Floats:
    """How much the end that stays still counts when the other moves on: so both ends close in."""
    share = 1 - np.divide(new, old, out=np.ones(len(new)), where=old > 0)
    return np.where(share > 0, share, 0.5)


def _gridded(p: Floats, residual: Floats) -> tuple[Floats, Floats]:
    if len(p) <= GRID:
        return p, residual
    cell = np.minimum((p * GRID).astype(np.int64), GRID - 1)
    share = p * GRID - cell
    shared = np.stack(
        [
            np.bincount(cell, weights=row * (1 - share), minlength=GRID + 1)
            + np.bincount(cell + 1, weights=row * share, minlength=GRID + 1)
            for row in residual
        ]
    )
    return np.linspace(0, 1, GRID + 1), shared.astype(np.float64)
