"""CORP: calibration read off an isotonic fit, so that no choice of bins is in the way.

Source: Dimitriadis, Gneiting and Jordan (2021), "Stable reliability diagrams for probabilistic
classifiers", PNAS 118(8).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from market.bids import Booleans, Floats, Ints
from market.calibration.figures import brier
from market.calibration.tally import Tally, tally
from market.seeds import stream

FINEST = 1_000
"""Distinct p up to which the band is simulated at each; beyond, at as many evenly spread p."""

_ROUNDING = 1e-9
"""Differences of rates below this are those of floating point."""

_SHIFT = 2.0
"""Between stacked problems; more than the 1 by which rates can differ, so no block spans two."""


@dataclass(frozen=True, slots=True)
class Corp:
    """Brier = mcb - dsc + unc, each at least 0.

    Attributes:
        mcb: miscalibration: Brier of p less that of the isotonically recalibrated p.
        dsc: discrimination: Brier of the constant pass rate less that of the recalibrated p.
        unc: uncertainty: Brier of the constant pass rate, r (1 - r).
    """

    mcb: float
    dsc: float
    unc: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """The reliability diagram: a point for each distinct p, in rising order; shapes (k,).

    Attributes:
        p: the distinct stated probabilities.
        count: forecasts that stated each.
        rate: pass rate by isotonic regression on p, never falling.
        low, high: consistency band: where `rate` would lie with probability `level` at each p
            if the forecasts were calibrated and outcomes independent; None where no band was
            asked for.
        level: of the band.
    """

    p: Floats
    count: Ints
    rate: Floats
    low: Floats | None
    high: Floats | None
    level: float

    @property
    def outside(self) -> Booleans:
        """At which p the rate leaves the band, shape (k,); nowhere without a band."""
        if self.low is None or self.high is None:
            return np.zeros(len(self.p), dtype=np.bool_)
        return (self.rate < self.low - _ROUNDING) | (self.rate > self.high + _ROUNDING)


def corp(p: ArrayLike, y: ArrayLike) -> Corp | None:
    """The decomposition of the Brier score; None without a forecast.

    Raises:
        ValueError: shapes differ, p is NaN or outside [0, 1], or y is neither 0 nor 1.
    """
    said = tally(p, y)
    if not len(said.p):
        return None
    mcb, dsc, unc = (float(column[0]) for column in decompose(said, brier(said)))
    return Corp(mcb, dsc, unc)


def decompose(said: Tally, score: Floats) -> tuple[Floats, Floats, Floats]:
    """mcb, dsc and unc of each weighting's Brier score, shapes (b,); NaN where it weighs nothing."""
    with np.errstate(invalid="ignore"):
        rate = said.passed / said.n
        unc = rate * (1 - rate)
        spread = (isotonic(said.count, said.passes) - rate[:, None]) ** 2
        dsc = np.einsum("bk,bk->b", said.count, spread) / said.n
        return np.maximum(score - unc + dsc, 0.0), dsc, unc


def isotonic(count: Floats, passes: Floats) -> Floats:
    """Pass rates by isotonic regression over k rising p, for b weightings; shape (b, k).

    All weightings are one regression: each is shifted above the last, so that no pool of
    adjacent violators spans two of them. Where `count` is 0 the value is meaningless.
    """
    from scipy.optimize import isotonic_regression  # pyright: ignore[reportMissingTypeStubs]

    weighed = count > 0
    fitted = np.zeros(count.shape)
    if not weighed.any():
        return fitted
    shift = np.broadcast_to(_SHIFT * np.arange(len(count))[:, None], count.shape)[weighed]
    rates = passes[weighed] / count[weighed]
    result: Any = isotonic_regression(rates + shift, weights=count[weighed])
    fitted[weighed] = np.clip(result.x - shift, 0, 1)
    return fitted


def reliability(
    p: ArrayLike, y: ArrayLike, level: float = 0.9, resamples: int = 1000, seed: int = 0
) -> Reliability:
    """The diagram of these forecasts, with a consistency band of so many resamples (0: none).

    The band is simulated as the paper does (SI, "resampling"): draw n of the forecasts with
    replacement, let each pass with the p it states, fit again, take quantiles at each p.
    Outcomes are drawn as independent: where many workers share tasks, the true band is wider.

    Raises:
        ValueError: as of `corp`, or level is not inside (0, 1).
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, not {level:g}")
    return diagram(tally(p, y), level, resamples, seed)


def diagram(said: Tally, level: float, resamples: int, seed: int) -> Reliability:
    """`reliability` of rows that are tallied already, once each."""
    low, high = None, None
    if resamples and len(said.p):
        low, high = _band(said, level, resamples, stream(seed, "consistency band"))
    return Reliability(
        p=said.p,
        count=said.count[0].astype(np.int64),
        rate=isotonic(said.count, said.passes)[0],
        low=low,
        high=high,
        level=level,
    )


def _band(said: Tally, level: float, resamples: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Quantiles of the fit to calibrated outcomes, shapes (k,)."""
    p, count = _thinned(said)
    n = int(count.sum())
    drawn = rng.multinomial(n, count / n, size=resamples)
    fitted = _filled(isotonic(drawn.astype(np.float64), rng.binomial(drawn, p).astype(np.float64)), drawn > 0)
    low, high = (np.quantile(fitted, tail, axis=0) for tail in ((1 - level) / 2, (1 + level) / 2))
    return np.interp(said.p, p, low), np.interp(said.p, p, high)


def _thinned(said: Tally) -> tuple[Floats, Floats]:
    """Distinct p and their counts, neighbours taken together where there are more than `FINEST`."""
    count = said.count[0]
    if len(said.p) <= FINEST:
        return said.p, count
    cell = np.floor(said.p * FINEST).astype(np.int64)
    weight: Floats = np.bincount(cell, weights=count).astype(np.float64)
    mean = np.bincount(cell, weights=count * said.p)[weight > 0] / weight[weight > 0]
    return mean, weight[weight > 0]


def _filled(fitted: Floats, known: Booleans) -> Floats:
    """Unknown cells take the value of the last known one before them, else of the first after."""
    columns = np.arange(len(fitted[0]), dtype=np.int64)
    last = np.maximum.accumulate(np.where(known, columns, -1), axis=1)
    source = np.where(last < 0, known.argmax(axis=1)[:, None], last)
    return np.take_along_axis(fitted, source, axis=1)
