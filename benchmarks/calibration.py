"""Calibration: all figures of a million forecasts, and 2,000 clustered resamples of 558.

The million are six workers on as many tasks as it takes, every p its own, and `analyse` gives
each worker and all pooled. The 558 are shaped as the published study: 93 tasks of ten very
uneven repositories, six workers; every figure that carries an interval is taken in each of 2,000
resamples of whole repositories. Prints both times, and for information that of all intervals of
all workers; exits 1 where a limit is passed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np

from market.calibration import Figure, analyse
from market.calibration.intervals import Clusters
from market.calibration.sample import Sample
from market.observations import Observations
from market.seeds import stream

WORKERS = 6
MANY, FEW = 1_000_000, 93 * WORKERS
REPOSITORIES = (43, 22, 9, 7, 4, 3, 2, 1, 1, 1)
"""Tasks of each repository of the study."""
RESAMPLES = 2_000
LIMIT_FIGURES, LIMIT_RESAMPLES = 2.0, 1.0
"""Seconds."""
REPEATS = 5


def forecasts(n: int, decimals: int, seed: int = 0) -> Observations:
    """n forecasts of overconfident workers, each on every task; p with so many decimals."""
    rng = np.random.default_rng(seed)
    tasks = -(-n // WORKERS)
    share = np.repeat(np.arange(len(REPOSITORIES)), REPOSITORIES)
    repositories = share[np.arange(tasks) % len(share)]
    p = rng.beta(4, 2, n).round(decimals)
    task = np.arange(n) // WORKERS
    tokens = rng.lognormal(9, 1, n)
    return Observations(
        tasks=tuple(f"task-{number}" for number in range(tasks)),
        repo=tuple(f"repository-{number}" for number in repositories),
        difficulty=("",) * tasks,
        workers=tuple(f"worker-{number}" for number in range(WORKERS)),
        price=np.full(WORKERS, 1e-5),
        task=task,
        worker=np.arange(n) % WORKERS,
        p=p,
        tokens_hat=tokens * rng.lognormal(-1, 1, n),
        ask=np.full(n, np.nan),
        y=(rng.random(n) < p**1.5).astype(float),
        tokens=tokens,
        cost=tokens * 1e-5,
        infra=np.zeros(n, dtype=np.bool_),
    )


def resampled(rows: Observations) -> None:
    """Every figure in every resample of whole repositories."""
    sample = Sample.of(rows)
    clusters = Clusters.of(rows.repo, rows.task)
    drawn = 0
    for weights in clusters.weights(RESAMPLES, stream(0, "bootstrap", "repository")):
        figures = sample.figures(weights)
        assert set(figures) == set(Figure)
        drawn += len(figures[Figure.BRIER])
    assert drawn == RESAMPLES


def best_seconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Of a few runs after one that pays for the imports."""
    work()
    times: list[float] = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def main() -> int:
    many, few = forecasts(MANY, decimals=12), forecasts(FEW, decimals=2)
    figures = best_seconds(lambda: analyse(many, resamples=0))
    clustered = best_seconds(lambda: resampled(few))
    everything = best_seconds(lambda: analyse(few, resamples=RESAMPLES), repeats=2)
    print(
        f"calibration: all figures of {MANY:,} forecasts, {WORKERS} workers and pooled, "
        f"{figures:.2f} s (at most {LIMIT_FIGURES:.0f})"
    )
    print(
        f"calibration: all figures in {RESAMPLES:,} clustered resamples of {FEW} rows "
        f"{clustered:.2f} s (at most {LIMIT_RESAMPLES:.0f})"
    )
    print(f"calibration: all intervals and bands, by task and by repository, {everything:.2f} s")
    return int(figures > LIMIT_FIGURES or clustered > LIMIT_RESAMPLES)


if __name__ == "__main__":
    sys.exit(main())
