"""When a figure is not told, or its interval is missing or rough: the sentence that says so."""

from __future__ import annotations

from market.calibration.intervals import MIN_CLUSTERS, Clusters, Range
from market.calibration.sample import Figure, Sample

MIN_ROWS = 10
"""Fewer forecasts than this are too few to tell anything from."""

MIN_CLASS = 5
"""Fewer passes, or fewer fails, than this are too few to tell an AUROC from."""


def note(figure: Figure, sample: Sample) -> str:
    """Why this figure can not be told, or ""."""
    n = sample.size(figure)
    if not n:
        return "no forecast with known tokens" if figure.of_tokens else "no forecast with a known outcome"
    if n < MIN_ROWS:
        return f"n = {n}: too few to tell"
    return _of_classes(sample) if figure is Figure.AUROC else ""


def _of_classes(sample: Sample) -> str:
    passes = int(sample.rows.y.sum())
    fails = len(sample.rows) - passes
    if not passes or not fails:
        return "nothing passed: undefined" if fails else "nothing failed: undefined"
    if min(passes, fails) >= MIN_CLASS:
        return ""
    fewer, what = min(
        (passes, "pass" if passes == 1 else "passes"), (fails, "fail" if fails == 1 else "fails")
    )
    return f"{fewer} {what}: too few to tell"


def caveat(by_task: Range | None, by_repo: Range | None, repositories: Clusters, any_known: bool) -> str:
    """What is to be said of the intervals of a defined figure, or ""."""
    count = len(repositories)
    if not any_known:
        return "no repository is known: tasks are taken as independent"
    if count < MIN_CLUSTERS:
        return f"{count} {'repository' if count == 1 else 'repositories'}: too few to resample"
    if by_repo is None:
        return "the same or undefined in too many resamples: no interval" + (
            " by repository" if by_task else ""
        )
    if repositories.effective < MIN_CLUSTERS:
        return f"{count} repositories weigh like {repositories.effective:.1f}: the interval is rough"
    return ""
