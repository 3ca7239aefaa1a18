"""One set of forecasts, ready to have every figure taken under any weights of its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import numpy as np

from market.bids import Floats, Ints
from market.calibration import figures as f
from market.calibration.corp import decompose
from market.calibration.intervals import Noise
from market.calibration.smooth import smooth_calibration_error
from market.calibration.tally import Rows, Tally
from market.calibration.tokens import quartiles, token_ratios, tokens_known
from market.observations import Observations


class Figure(StrEnum):
    """A figure of calibration, in the order of the table."""

    MEAN_P = "mean_p"
    PASS_RATE = "pass_rate"
    GAP = "gap"
    BRIER = "brier"
    LOG_LOSS = "log_loss"
    ECE = "ece"
    SMOOTH_ECE = "smooth_ece"
    AUROC = "auroc"
    MCB = "mcb"
    DSC = "dsc"
    UNC = "unc"
    TOKEN_RATIO_Q1 = "token_ratio_q1"
    TOKEN_RATIO_MEDIAN = "token_ratio_median"
    TOKEN_RATIO_Q3 = "token_ratio_q3"
    TOKEN_LOG10_BIAS = "token_log10_bias"
    TOKEN_LOG10_ERROR = "token_log10_error"

    @property
    def label(self) -> str:
        """Name of the figure on a screen, at most 16 characters."""
        return _ABOUT[self][0]

    @property
    def meaning(self) -> str:
        """One sentence on what the figure says."""
        return _ABOUT[self][1]

    @property
    def noise(self) -> Noise:
        """What noise adds to it."""
        return _NOISE.get(self, Noise.NONE)

    @property
    def of_tokens(self) -> bool:
        """Whether it is over the forecasts whose tokens are known, and not over p."""
        return self.value.startswith("token")


_NOISE: Mapping[Figure, Noise] = {
    Figure.ECE: Noise.SIZES,
    Figure.SMOOTH_ECE: Noise.SIZES,
    Figure.MCB: Noise.SQUARES,
    Figure.DSC: Noise.SQUARES,
}

_ABOUT: Mapping[Figure, tuple[str, str]] = {
    Figure.MEAN_P: ("mean p", "Mean stated success probability."),
    Figure.PASS_RATE: ("pass rate", "Share of forecasts whose task passed."),
    Figure.GAP: ("gap", "Mean p minus pass rate: above zero is overconfident."),
    Figure.BRIER: ("Brier", "Mean squared error of p, from 0 (perfect) to 1."),
    Figure.LOG_LOSS: ("log loss", "Mean negative log-likelihood in nats: sure and wrong costs most."),
    Figure.ECE: ("ECE", "Expected calibration error: mean gap of ten equal bins of p, weighted by count."),
    Figure.SMOOTH_ECE: ("smooth ECE", "Calibration error under a kernel as wide as the error, without bins."),
    Figure.AUROC: ("AUROC", "Chance that a passed task had the higher p than a failed one: 0.5 is none."),
    Figure.MCB: ("MCB", "Miscalibration: how much Brier falls when p is recalibrated; 0 is calibrated."),
    Figure.DSC: ("DSC", "Discrimination: how much recalibrated p beats one constant; more is better."),
    Figure.UNC: ("UNC", "Uncertainty of the tasks: the Brier of always saying the pass rate."),
    Figure.TOKEN_RATIO_Q1: ("token ratio Q1", "A quarter of estimated / actual tokens lies below."),
    Figure.TOKEN_RATIO_MEDIAN: ("token ratio", "Median of estimated / actual tokens: below 1 is too low."),
    Figure.TOKEN_RATIO_Q3: ("token ratio Q3", "A quarter of estimated / actual tokens lies above."),
    Figure.TOKEN_LOG10_BIAS: (
        "token log10 bias",
        "Mean log10 of estimated / actual: -1 is ten times too low.",
    ),
    Figure.TOKEN_LOG10_ERROR: ("token log10 err", "Mean |log10(estimated / actual)|: 1 is ten times off."),
}
"""Label and meaning of each figure."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Forecasts with a known outcome.

    Attributes:
        rows: p and y, sorted.
        ratios: estimated / actual tokens in rising order, over the rows that have them, shape (m,).
        measured: row of each ratio, shape (m,).
    """

    rows: Rows
    ratios: Floats
    measured: Ints

    @classmethod
    def of(cls, seen: Observations) -> Self:
        """Of observations whose every outcome is known."""
        ratios = token_ratios(seen.tokens_hat, seen.tokens)
        order = np.argsort(ratios, kind="stable")
        measured = np.flatnonzero(tokens_known(seen.tokens_hat, seen.tokens))
        return cls(Rows.of(seen.p, seen.y), ratios[order], measured[order])

    def size(self, figure: Figure) -> int:
        """Rows that the figure is over."""
        return len(self.ratios) if figure.of_tokens else len(self.rows)

    def figures(self, weights: Floats | None = None) -> Mapping[Figure, Floats]:
        """Every figure under weights of the rows, shape (b, n), by default one each.

        Returns:
            Columns of shape (b,), NaN where a figure is undefined.
        """
        return {**_of_tally(self.rows.tally(weights)), **self._of_tokens(weights)}

    def _of_tokens(self, weights: Floats | None) -> Mapping[Figure, Floats]:
        counted = np.ones((1, len(self.ratios))) if weights is None else weights[:, self.measured]
        q1, median, q3 = quartiles(self.ratios, counted).T
        signed = np.log10(self.ratios)
        with np.errstate(invalid="ignore"):
            bias, error = (np.stack([signed, np.abs(signed)]) @ counted.T) / counted.sum(axis=1)
        return {
            Figure.TOKEN_RATIO_Q1: q1,
            Figure.TOKEN_RATIO_MEDIAN: median,
            Figure.TOKEN_RATIO_Q3: q3,
            Figure.TOKEN_LOG10_BIAS: bias,
            Figure.TOKEN_LOG10_ERROR: error,
        }


def _of_tally(said: Tally) -> Mapping[Figure, Floats]:
    mean_p, pass_rate, brier = f.mean_p(said), f.pass_rate(said), f.brier(said)
    mcb, dsc, unc = decompose(said, brier)
    return {
        Figure.MEAN_P: mean_p,
        Figure.PASS_RATE: pass_rate,
        Figure.GAP: mean_p - pass_rate,
        Figure.BRIER: brier,
        Figure.LOG_LOSS: f.log_loss(said),
        Figure.ECE: f.expected_calibration_error(said),
        Figure.SMOOTH_ECE: smooth_calibration_error(said),
        Figure.AUROC: f.auroc(said),
        Figure.MCB: mcb,
        Figure.DSC: dsc,
        Figure.UNC: unc,
    }
