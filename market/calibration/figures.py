"""Did stated probabilities and tokens match what happened: the figures, without intervals.

Only NumPy, so that a report costs no slow import. A figure that is undefined is NaN in the
columns of `Tally` functions and None in `Calibration`, never NaN.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from market.bids import Floats, Ints
from market.calibration.tally import Tally, tally
from market.calibration.tokens import quartiles, token_ratios

BINS = 10
"""Equal bins of the expected calibration error: bin min(9, floor(10 p))."""

CLIP = float(np.finfo(np.float64).eps)
"""Log loss clips p to [CLIP, 1 - CLIP], 2.2e-16, as scikit-learn does."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Figures over n forecasts with known outcomes; None where undefined.

    Attributes:
        n: forecasts with an outcome.
        mean_p: mean stated success probability.
        pass_rate: share of passes.
        gap: mean_p - pass_rate; above zero is overconfident.
        brier: mean squared error of p, in [0, 1].
        log_loss: mean negative log-likelihood in nats, p clipped by `CLIP`.
        ece: expected calibration error over ten equal bins, weighted by count.
        auroc: chance that a passed task had the higher p than a failed one, ties counting
            half; None unless both outcomes occur.
        token_n: pairs of estimated and actual tokens that are both above zero.
        token_ratio_q1, token_ratio_median, token_ratio_q3: quartiles of estimated / actual
            tokens over those pairs; below 1 is an underestimate.
    """

    n: int
    mean_p: float | None = None
    pass_rate: float | None = None
    gap: float | None = None
    brier: float | None = None
    log_loss: float | None = None
    ece: float | None = None
    auroc: float | None = None
    token_n: int = 0
    token_ratio_q1: float | None = None
    token_ratio_median: float | None = None
    token_ratio_q3: float | None = None


def calibrate(
    p: ArrayLike, y: ArrayLike, tokens_hat: ArrayLike | None = None, tokens: ArrayLike | None = None
) -> Calibration:
    """Every figure of `Calibration` for forecasts whose outcome is known.

    Args:
        p: stated success probabilities, shape (n,).
        y: outcomes, 1 for a pass and 0 otherwise, shape (n,); leave infra out beforehand.
        tokens_hat: estimated tokens, shape (n,), NaN where unknown; or None.
        tokens: actual tokens, shape (n,), NaN where unknown; or None.

    Raises:
        ValueError: shapes differ, p is NaN or outside [0, 1], or y is neither 0 nor 1.
    """
    said = tally(p, y)
    n = int(said.n[0])
    estimated = _column("tokens_hat", tokens_hat, n)
    actual = _column("tokens", tokens, n)
    if not n:
        return Calibration(n=0)
    ratios = token_ratios(estimated, actual)
    q1, median, q3 = (defined(value) for value in quartiles(np.sort(ratios))[0].tolist())
    return Calibration(
        n=n,
        mean_p=float(mean_p(said)[0]),
        pass_rate=float(pass_rate(said)[0]),
        gap=float(mean_p(said)[0] - pass_rate(said)[0]),
        brier=float(brier(said)[0]),
        log_loss=float(log_loss(said)[0]),
        ece=float(expected_calibration_error(said)[0]),
        auroc=defined(float(auroc(said)[0])),
        token_n=len(ratios),
        token_ratio_q1=q1,
        token_ratio_median=median,
        token_ratio_q3=q3,
    )


def defined(value: float) -> float | None:
    """The value, or None where it is NaN."""
    return None if np.isnan(value) else value


def bins_of(p: Floats) -> Ints:
    """The bin of each probability, min(9, floor(10 p)); shape of p."""
    return np.minimum(BINS - 1, np.floor(BINS * p)).astype(np.int64)


def mean_p(said: Tally) -> Floats:
    """Mean stated success probability, shape (b,)."""
    return _mean(said.count @ said.p, said)


def pass_rate(said: Tally) -> Floats:
    """Share of passes, shape (b,)."""
    return _mean(said.passed, said)


def brier(said: Tally) -> Floats:
    """Mean of (p - y)^2, shape (b,)."""
    return _mean(said.count @ said.p**2 + said.passes @ (1 - 2 * said.p), said)


def log_loss(said: Tally) -> Floats:
    """Mean of -log p on a pass and -log(1 - p) on a fail, in nats, p clipped by `CLIP`; shape (b,)."""
    p = np.clip(said.p, CLIP, 1 - CLIP)
    fails = said.count - said.passes
    return -_mean(said.passes @ np.log(p) + fails @ np.log1p(-p), said)


def expected_calibration_error(said: Tally) -> Floats:
    """The sum over bins of count / n x |mean p - pass rate|, shape (b,).

    In each bin that is |sum of p - y| / n.
    """
    edges = np.searchsorted(bins_of(said.p), np.arange(BINS + 1))
    running = np.zeros((len(said.count), len(said.p) + 1))
    np.cumsum(said.surplus, axis=1, out=running[:, 1:])
    return _mean(np.abs(np.diff(running[:, edges], axis=1)).sum(axis=1), said)


def auroc(said: Tally) -> Floats:
    """Share of (pass, fail) pairs in which the pass had the higher p, ties counting half; shape (b,).

    Mann-Whitney U over the product of class sizes; NaN unless both outcomes occur.
    """
    fails = said.count - said.passes
    below = np.cumsum(fails, axis=1) - fails / 2
    pairs = said.passed * (said.n - said.passed)
    with np.errstate(invalid="ignore"):
        return np.einsum("bk,bk->b", said.passes, below) / pairs


def _mean(total: Floats, said: Tally) -> Floats:
    with np.errstate(invalid="ignore"):
        return total / said.n


def _column(name: str, values: ArrayLike | None, n: int) -> Floats:
    column = np.full(n, np.nan) if values is None else np.asarray(values, dtype=np.float64)
    if column.shape != (n,):
        raise ValueError(f"{name} must have one value a forecast, {n}, not shape {column.shape}")
    return column
