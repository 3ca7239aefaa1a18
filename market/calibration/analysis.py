"""Everything the screens and the HTML report show of calibration, from one call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from market.bids import Booleans, Floats, Ints
from market.calibration.corp import Reliability, diagram
from market.calibration.figures import BINS, bins_of, defined
from market.calibration.intervals import Clusters, Estimate, Range, interval
from market.calibration.sample import Figure, Sample
from market.calibration.telling import caveat, note
from market.observations import Observations
from market.seeds import stream

POOLED = "pooled"
"""Name that the figures over all workers go by."""


@dataclass(frozen=True, slots=True)
class WorkerAnalysis:
    """Calibration of one worker, or of all pooled, over its forecasts with a known outcome.

    Attributes:
        worker: the worker's name, or `POOLED`.
        n: forecasts with an outcome, neither infra nor unseen.
        tasks, repos: distinct tasks and repositories among them; a task of unknown repository
            counts as one.
        figures: every `Figure`, each with its intervals.
        diagram: the CORP reliability diagram.
        sharpness: forecasts in each of ten equal bins of p, shape (10,).
        token_ratios: estimated / actual tokens in rising order, over the forecasts where both
            are known and above zero.
    """

    worker: str
    n: int
    tasks: int
    repos: int
    figures: Mapping[Figure, Estimate]
    diagram: Reliability
    sharpness: Ints
    token_ratios: Floats


@dataclass(frozen=True, slots=True)
class Analysis:
    """All workers in order of name, and all of them pooled.

    Attributes:
        level: coverage that intervals and consistency bands aim at.
        resamples: bootstrap resamples behind each interval; 0 means there are no intervals.
        seed: the same seed gives the same intervals.
    """

    workers: tuple[WorkerAnalysis, ...]
    pooled: WorkerAnalysis
    level: float
    resamples: int
    seed: int


def analyse(
    observations: Observations, level: float = 0.95, resamples: int = 2000, seed: int = 0
) -> Analysis:
    """Every figure with its intervals, for each worker and pooled.

    Workers that forecast the same tasks meet the same resamples of them, whoever else is there.

    Args:
        observations: accepted forecasts; rows that are infra or without outcome count in nothing.
        level: coverage of intervals and consistency bands, inside (0, 1).
        resamples: bootstrap resamples of each kind; 0 leaves intervals and bands out, and is quick.
        seed: the same seed gives the same intervals, whatever the order of rows.

    Raises:
        ValueError: level is not inside (0, 1), or resamples is below 0.
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, not {level:g}")
    if resamples < 0:
        raise ValueError(f"resamples must be 0 or more, not {resamples}")
    how = _How(level, resamples, seed)
    everyone = _Part.of(observations.only(observations.seen))
    forecasts = np.bincount(observations.worker, minlength=len(observations.workers))
    names = sorted(name for name, n in zip(observations.workers, forecasts, strict=True) if n)
    return Analysis(
        workers=tuple(_analysed(name, everyone.by(name), how) for name in names),
        pooled=_analysed(POOLED, everyone, how),
        level=level,
        resamples=resamples,
        seed=seed,
    )


@dataclass(frozen=True, slots=True)
class _How:
    """What was asked of `analyse`."""

    level: float
    resamples: int
    seed: int


@dataclass(frozen=True, slots=True)
class _Part:
    """The rows of one worker, or all, whose outcome is known.

    Attributes:
        task, repo: what is drawn together; a task whose repository is unknown stands for itself.
        known: at which rows the repository is known.
    """

    rows: Observations
    task: Clusters
    repo: Clusters
    known: Booleans

    @classmethod
    def of(cls, seen: Observations) -> Self:
        names = [repo or f"\0{task}" for repo, task in zip(seen.repo, seen.tasks, strict=True)]
        known = np.array([bool(repo) for repo in seen.repo], dtype=np.bool_)[seen.task]
        return cls(seen, Clusters.of(seen.tasks, seen.task), Clusters.of(names, seen.task), known)

    def by(self, worker: str) -> Self:
        chosen = self.rows.worker == self.rows.workers.index(worker)
        return replace(
            self,
            rows=self.rows.only(chosen),
            task=self.task.only(chosen),
            repo=self.repo.only(chosen),
            known=self.known[chosen],
        )


def _analysed(worker: str, part: _Part, how: _How) -> WorkerAnalysis:
    sample = Sample.of(part.rows)
    return WorkerAnalysis(
        worker=worker,
        n=len(part.rows),
        tasks=len(part.task),
        repos=len(part.repo),
        figures=_estimates(sample, part, how),
        diagram=diagram(sample.rows.tally(), how.level, how.resamples, how.seed),
        sharpness=np.bincount(bins_of(part.rows.p), minlength=BINS),
        token_ratios=sample.ratios,
    )


def _estimates(sample: Sample, part: _Part, how: _How) -> Mapping[Figure, Estimate]:
    by_task = _Resampled.of(sample, part.task, "task", how)
    by_repo = _Resampled.of(sample, part.repo if part.known.any() else None, "repository", how)
    repo_of_tokens = part.repo.only(sample.measured)
    found: dict[Figure, Estimate] = {}
    for figure, column in sample.figures().items():
        value = defined(float(column[0]))
        over = repo_of_tokens if figure.of_tokens else part.repo
        task, repo = by_task.interval(figure, value), by_repo.interval(figure, value)
        asked = how.resamples and value is not None
        found[figure] = Estimate(
            value=value,
            by_task=task,
            by_repo=repo,
            n=sample.size(figure),
            clusters=len(over),
            note=note(figure, sample),
            caveat=caveat(task, repo, over, bool(part.known.any())) if asked else "",
        )
    return found


@dataclass(frozen=True, slots=True)
class _Resampled:
    """Every figure in every resample; no figure where there is nothing to draw from.

    Attributes:
        clusters, of_tokens: how many clusters were drawn from, and how many of them have a row
            whose tokens are known.
    """

    drawn: Mapping[Figure, Floats]
    clusters: int
    of_tokens: int
    level: float

    @classmethod
    def of(cls, sample: Sample, clusters: Clusters | None, what: str, how: _How) -> Self:
        if not clusters or not how.resamples:
            return cls({}, 0, 0, how.level)
        rng = stream(how.seed, "bootstrap", what)
        blocks = [sample.figures(weights) for weights in clusters.weights(how.resamples, rng)]
        drawn = {figure: np.concatenate([block[figure] for block in blocks]) for figure in Figure}
        return cls(drawn, len(clusters), len(clusters.only(sample.measured)), how.level)

    def interval(self, figure: Figure, value: float | None) -> Range | None:
        """The interval of a figure whose value is given, if it has one."""
        if value is None or figure not in self.drawn:
            return None
        clusters = self.of_tokens if figure.of_tokens else self.clusters
        return interval(value, self.drawn[figure], self.level, clusters, figure.noise)
