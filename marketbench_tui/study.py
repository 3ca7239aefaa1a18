"""What the Calibration screen asks of a session's forecasts: figures by worker, or by part of the suite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from market.calibration import Analysis, analyse, split
from market.observations import Observations

RESAMPLES = 2000
LEVEL = 0.95


class By(StrEnum):
    """What forecasts are put together by."""

    WORKER = "worker"
    DIFFICULTY = "difficulty"
    REPOSITORY = "repository"

    @property
    def following(self) -> By:
        """The next one, and after the last the first."""
        ways = list(By)
        return ways[(ways.index(self) + 1) % len(ways)]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a session's forecasts.

    Attributes:
        by: what they are put together by.
        workers: whose forecasts are asked about where they are put together by tasks; empty for all.
        resamples: behind each interval; 0 gives figures without intervals, quickly.
    """

    by: By = By.WORKER
    workers: tuple[str, ...] = ()
    resamples: int = RESAMPLES


def answer(observations: Observations, question: Question) -> Analysis:
    """Figures of each group, under the group's name in place of a worker's, and of all of them."""
    if question.by is By.WORKER:
        return analyse(observations, LEVEL, question.resamples)
    asked = _together(_of(observations, question.workers))
    labels = asked.difficulty if question.by is By.DIFFICULTY else asked.repo
    parts = split(asked, labels)
    whole = analyse(asked, LEVEL, question.resamples)
    found = (analyse(part, LEVEL, question.resamples).pooled for part in parts.values())
    named = tuple(replace(each, worker=label) for label, each in zip(parts, found, strict=True))
    return replace(whole, workers=named)


def _of(observations: Observations, workers: Sequence[str]) -> Observations:
    if not workers:
        return observations
    places = [at for at, name in enumerate(observations.workers) if name in workers]
    return observations.only(np.isin(observations.worker, places))


def _together(observations: Observations) -> Observations:
    """All forecasts as those of one, so that nobody is analysed alone."""
    return replace(
        observations,
        workers=("all",),
        price=np.full(1, np.nan),
        worker=np.zeros(len(observations), dtype=np.int64),
    )
