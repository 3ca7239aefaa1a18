"""Whose figures a chart shows: an analysed worker with the name, letter and tone it goes by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from string import ascii_lowercase

from market.calibration import POOLED, WorkerAnalysis
from themes.tones import WORKER_TONES, Tone

POOLED_LETTER = "*"
FEW_LETTERS = "+"
"""Stands for every series beyond the alphabet."""


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Forecasts that are drawn together; equal to itself alone.

    Attributes:
        name: what the legend calls them.
        letter: stands at their points.
        other: they are of the session that is compared with; drawn dashed.
    """

    name: str
    letter: str
    tone: Tone
    analysis: WorkerAnalysis
    other: bool = False


def series_of(
    analyses: Sequence[WorkerAnalysis], pooled: WorkerAnalysis, short: bool = False
) -> tuple[Series, ...]:
    """Every worker by a letter of its own, and all of them pooled by a star.

    Args:
        analyses: one a worker, or a part of the suite.
        pooled: all of them.
        short: whether names are without what stands before the last slash or colon, as far as they
            differ without it.
    """
    names = [each.worker for each in analyses]
    if short:
        names = shortened(names)
    letters = _letters(len(analyses))
    tones = (WORKER_TONES[at % len(WORKER_TONES)] for at in range(len(analyses)))
    named = [
        Series(name, letter, tone, each)
        for name, each, letter, tone in zip(names, analyses, letters, tones, strict=True)
    ]
    return (*named, Series(POOLED, POOLED_LETTER, Tone.INK, pooled))


def shortened(names: Sequence[str]) -> list[str]:
    """The names without providers and owners; as they were, where two would be the same then."""
    tails = [re.split("[:/]", name)[-1] or name for name in names]
    return tails if len({*tails, POOLED}) == len(names) + 1 else list(names)


def against(series: Series, analyses: Iterable[WorkerAnalysis], session: str) -> Series | None:
    """The series of the same name in the session that is compared with; None where it has none."""
    found = next((each for each in analyses if each.worker == series.analysis.worker and each.n), None)
    if found is None:
        return None
    letter = series.letter.upper() if series.letter.isalpha() else "#"
    return replace(series, name=f"{session} {series.name}", letter=letter, analysis=found, other=True)


def _letters(count: int) -> str:
    return ascii_lowercase[:count] + FEW_LETTERS * max(0, count - len(ascii_lowercase))
