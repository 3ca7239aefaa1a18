"""Did stated probabilities and tokens match what happened: the figures, without intervals.

Only NumPy, so that a report costs no slow import. A figure that is undefined is None,
never NaN.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from market.bids import Booleans, Floats, Ints

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
    stated, outcome = _checked(p, y)
    n = len(stated)
    estimated = _column("tokens_hat", tokens_hat, n)
    actual = _column("tokens", tokens, n)
    if not n:
        return Calibration(n=0)
    mean_p, pass_rate = float(stated.mean()), float(outcome.mean())
    ratios = _token_ratios(estimated, actual)
    q1, median, q3 = _quartiles(ratios)
    return Calibration(
        n=n,
        mean_p=mean_p,
        pass_rate=pass_rate,
        gap=mean_p - pass_rate,
        brier=float(np.mean((stated - outcome) ** 2)),
        log_loss=_log_loss(stated, outcome),
        ece=_expected_calibration_error(stated, outcome),
        auroc=_auroc(stated, outcome == 1),
        token_n=len(ratios),
        token_ratio_q1=q1,
        token_ratio_median=median,
        token_ratio_q3=q3,
    )


def bins_of(p: Floats) -> Ints:
    """The bin of each probability, min(9, floor(10 p)); shape of p."""
    return np.minimum(BINS - 1, np.floor(BINS * p)).astype(np.int64)


def _checked(p: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    stated = np.asarray(p, dtype=np.float64)
    outcome = np.asarray(y, dtype=np.float64)
    if stated.ndim != 1 or stated.shape != outcome.shape:
        raise ValueError(f"p and y must be columns of one length, not {stated.shape} and {outcome.shape}")
    _refuse("p must be a probability from 0 to 1", stated, ~((stated >= 0) & (stated <= 1)))
    _refuse("y must be 1 for a pass or 0; leave unknown outcomes out", outcome, ~np.isin(outcome, (0, 1)))
    return stated, outcome


def _refuse(rule: str, column: Floats, bad: Booleans) -> None:
    if bad.any():
        row = int(np.argmax(bad))
        raise ValueError(f"{rule}: row {row} holds {column[row]:g}")


def _column(name: str, values: ArrayLike | None, n: int) -> Floats:
    column = np.full(n, np.nan) if values is None else np.asarray(values, dtype=np.float64)
    if column.shape != (n,):
        raise ValueError(f"{name} must have one value a forecast, {n}, not shape {column.shape}")
    return column


def _log_loss(p: Floats, y: Floats) -> float:
    p = np.clip(p, CLIP, 1 - CLIP)
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log1p(-p)))


def _expected_calibration_error(p: Floats, y: Floats) -> float:
    """The sum over bins of count / n x |mean p - pass rate| is that of |sum of p - y| / n."""
    surplus = np.bincount(bins_of(p), weights=p - y, minlength=BINS)
    return float(np.abs(surplus).sum() / len(p))


def _auroc(p: Floats, passed: Booleans) -> float | None:
    """Mann-Whitney U over the product of class sizes, tied p sharing their mean rank."""
    positives = int(passed.sum())
    negatives = len(p) - positives
    if not positives or not negatives:
        return None
    _, inverse, counts = np.unique(p, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2)[inverse]
    u = ranks[passed].sum() - positives * (positives + 1) / 2
    return float(u / (positives * negatives))


def _token_ratios(estimated: Floats, actual: Floats) -> Floats:
    known = np.isfinite(estimated) & np.isfinite(actual) & (estimated > 0) & (actual > 0)
    return estimated[known] / actual[known]


def _quartiles(values: Floats) -> tuple[float | None, float | None, float | None]:
    if not len(values):
        return None, None, None
    q1, median, q3 = np.quantile(values, (0.25, 0.5, 0.75))
    return float(q1), float(median), float(q3)
