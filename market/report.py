"""The report of a session: what each worker said and what happened, and all of them pooled.

Pure: columns in, frozen rows out. Where the columns come from (a running state, the
store, an imported file) is the caller's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from market.bids import Booleans, Floats
from market.calibration import calibrate

POOLED = "pooled"
"""Label of the row over all workers."""


@dataclass(frozen=True, slots=True)
class Observations:
    """Accepted forecasts by row, with what came of them; row order carries no meaning.

    Attributes:
        worker: names, one a row.
        p: stated success probability, shape (n,).
        tokens_hat: estimated tokens, shape (n,), NaN where unknown.
        tokens: actual tokens, shape (n,), NaN where unknown.
        y: 1 for a pass, 0 for a fail or timeout, NaN where no outcome is known; shape (n,).
        infra: True where the only outcome was infra, shape (n,); such a row counts in no rate.
    """

    worker: tuple[str, ...]
    p: Floats
    tokens_hat: Floats
    tokens: Floats
    y: Floats
    infra: Booleans


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One worker's line, or the pooled one; None where undefined.

    Attributes:
        worker: the worker's name, or `POOLED`.
        n: forecasts with an outcome; the figures are over these.
        mean_p, pass_rate, gap, brier, ece, token_ratio_median: see `Calibration`.
        infra: forecasts whose only outcome was infra.
        rejected: forecasts that were malformed twice.
        unobserved: accepted forecasts without any outcome.
    """

    worker: str
    n: int
    mean_p: float | None
    pass_rate: float | None
    gap: float | None
    brier: float | None
    ece: float | None
    token_ratio_median: float | None
    infra: int
    rejected: int
    unobserved: int


@dataclass(frozen=True, slots=True)
class Report:
    """Rows of all workers in order of name, and the pooled row."""

    workers: tuple[ReportRow, ...]
    pooled: ReportRow


def report(observations: Observations, rejected: Mapping[str, int] | None = None) -> Report:
    """The report on these observations.

    Args:
        observations: accepted forecasts by column.
        rejected: number of rejected forecasts by worker; a worker may appear only here.

    Raises:
        ValueError: columns differ in length, or p is NaN or outside [0, 1].
    """
    _check_lengths(observations)
    rejected = rejected or {}
    names = sorted({*observations.worker, *rejected})
    position = {name: at for at, name in enumerate(names)}
    owner = np.array([position[name] for name in observations.worker], dtype=np.int64)
    rows = tuple(_row(name, observations, owner == position[name], rejected.get(name, 0)) for name in names)
    everyone = np.ones(len(owner), dtype=np.bool_)
    return Report(rows, _row(POOLED, observations, everyone, sum(rejected.values())))


def _check_lengths(o: Observations) -> None:
    lengths = {len(column) for column in (o.worker, o.p, o.tokens_hat, o.tokens, o.y, o.infra)}
    if len(lengths) > 1:
        raise ValueError(f"the columns of a report must have one length, not {sorted(lengths)}")


def _row(name: str, o: Observations, chosen: Booleans, rejected: int) -> ReportRow:
    infra = chosen & o.infra
    seen = chosen & ~o.infra & ~np.isnan(o.y)
    figures = calibrate(o.p[seen], o.y[seen], o.tokens_hat[seen], o.tokens[seen])
    return ReportRow(
        worker=name,
        n=figures.n,
        mean_p=figures.mean_p,
        pass_rate=figures.pass_rate,
        gap=figures.gap,
        brier=figures.brier,
        ece=figures.ece,
        token_ratio_median=figures.token_ratio_median,
        infra=int(infra.sum()),
        rejected=rejected,
        unobserved=int((chosen & ~infra & ~seen).sum()),
    )
