"""The report of a session: what each worker said and what happened, and all of them pooled.

Pure: columns in, frozen rows out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from market.bids import Booleans
from market.calibration import POOLED, calibrate
from market.observations import Observations


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
    """
    rejected = {} if rejected is None else rejected
    place = {name: at for at, name in enumerate(observations.workers)}
    present = {name for name, at in place.items() if (observations.worker == at).any()}
    rows = tuple(
        _row(name, observations, observations.worker == place.get(name, -1), rejected.get(name, 0))
        for name in sorted({*present, *rejected})
    )
    everyone = np.ones(len(observations), dtype=np.bool_)
    return Report(rows, _row(POOLED, observations, everyone, sum(rejected.values())))


def _row(name: str, o: Observations, chosen: Booleans, rejected: int) -> ReportRow:
    infra = chosen & o.infra
    seen = chosen & o.seen
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
