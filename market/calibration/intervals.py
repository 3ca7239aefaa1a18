"""How far a figure moves when tasks, or whole repositories, are drawn again; and whether n tells enough.

Cluster bootstrap (Davison and Hinkley 1997, section 3.8): clusters are drawn with replacement,
each with all its rows. Tasks of one repository resemble each other, so drawing repositories is
the honest way; drawing tasks keeps together what many workers did on the same task.

With few clusters a percentile interval is too narrow. Its tails are therefore moved outwards to
Phi(-sqrt(g / (g - 1)) t) with g - 1 degrees of freedom (Hesterberg 2015, "What teachers should
know about the bootstrap", expanded percentile interval). On ten repositories as uneven as those
of the study this covers a mean 93 times in 100 at level .95, where plain percentiles cover 88.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import Self

import numpy as np

from market.bids import Booleans, Floats, Ints

MIN_CLUSTERS = 5
"""Fewer clusters give no interval: below, coverage falls under .9 whatever is done about the tails."""

MIN_DEFINED = 0.95
"""Share of resamples in which a figure must be defined for an interval of it."""

_CELLS = 1_000_000
"""Weights of rows held at once."""


class Noise(Enum):
    """What noise adds to a figure, which decides how its interval is read off the resamples.

    A figure that is no less than 0 whatever the errors, and 0 only where there are none, is raised
    by noise, and that of a resample by more: plain percentiles would exclude 0 for calibrated
    forecasts nearly always. In simulations of 93 and of 558 forecasts, calibrated or overconfident,
    the intervals below held the truth 89 to 100 times in 100 at level .95, percentiles 0 to 94.
    They may lie below the value itself.
    """

    NONE = "none"
    """Nothing on average: the percentiles."""
    SQUARES = "squares"
    """Its variance (MCB, DSC): percentiles reflected about the value, cut at 0 (Davison and Hinkley
    1997, equation 5.6)."""
    SIZES = "sizes"
    """Its variance to the square (ECE): percentiles of the resamples less that variance."""


@dataclass(frozen=True, slots=True)
class Range:
    """Bounds of an interval, low <= high, in the unit of its figure."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its intervals, and in words what keeps it from being told.

    Attributes:
        value: the figure; None where it is undefined.
        by_task: interval from resampling tasks, each with the forecasts of all workers on it;
            None where there is none.
        by_repo: interval from resampling repositories whole, the honest one where tasks share
            them; None where there is none.
        n: rows the figure is over: forecasts with an outcome, for token figures those of them
            whose tokens are known.
        clusters: repositories among these rows; a task of unknown repository counts as one.
        note: a sentence to show in place of the figure where it is undefined or n is too small
            ("n = 9: too few to tell"); "" where the figure can be told.
        caveat: a sentence on the intervals: why one is missing, or how rough it is; "" where
            there is nothing to say.
    """

    value: float | None
    by_task: Range | None
    by_repo: Range | None
    n: int
    clusters: int
    note: str = ""
    caveat: str = ""

    @property
    def interval(self) -> Range | None:
        """The honest interval: by repository where there is one, else by task."""
        return self.by_repo or self.by_task

    @property
    def tellable(self) -> bool:
        """Whether to print the value at all; where not, print `note` instead."""
        return not self.note


@dataclass(frozen=True, slots=True)
class Clusters:
    """Which rows are drawn together.

    Attributes:
        member: the cluster of each row, shape (n,); clusters are numbered by their names in order,
            so that the order of rows changes no draw.
        rows: how many rows each cluster has, all above zero, shape (g,).
    """

    member: Ints
    rows: Ints

    @classmethod
    def of(cls, names: Sequence[str], row: Ints) -> Self:
        """Clusters by name; `row` holds each row's position in `names`, which may repeat one name."""
        number = {name: at for at, name in enumerate(sorted(set(names)))}
        every = cls(
            np.array([number[name] for name in names], dtype=np.int64)[row],
            np.zeros(len(number), dtype=np.int64),
        )
        return every.only(np.ones(len(row), dtype=np.bool_))

    def __len__(self) -> int:
        return len(self.rows)

    def only(self, rows: Ints | Booleans) -> Self:
        """The clusters of these rows, without those that have none of them."""
        member = self.member[rows]
        count = np.bincount(member, minlength=len(self))
        number = np.cumsum(count > 0) - 1
        return replace(self, member=number[member], rows=count[count > 0])

    @property
    def effective(self) -> float:
        """How many clusters of equal size weigh as these do: (sum of rows)^2 / sum of rows^2 (Kish)."""
        return float(self.rows.sum() ** 2 / (self.rows**2).sum()) if len(self) else 0.0

    def weights(self, resamples: int, rng: np.random.Generator) -> Iterator[Floats]:
        """How often each row is drawn: blocks of shape (b, n), `resamples` rows in all."""
        step = max(1, _CELLS // max(1, len(self.member)))
        shares = np.full(len(self), 1 / len(self))
        for done in range(0, resamples, step):
            drawn = rng.multinomial(len(self), shares, size=min(step, resamples - done))
            yield drawn.astype(np.float64)[:, self.member]


def interval(
    value: float, drawn: Floats, level: float, clusters: int, noise: Noise = Noise.NONE
) -> Range | None:
    """The interval of a figure from its values in the resamples.

    Args:
        value: the figure itself.
        drawn: the figure in each resample, NaN where undefined there.
        level: coverage aimed at.
        clusters: how many were drawn from.
        noise: what noise adds to the figure.

    Returns:
        None with fewer than `MIN_CLUSTERS` clusters, where the figure is undefined in too many
        resamples, or where no resample differs from another, so that nothing can be said.
    """
    known = drawn[~np.isnan(drawn)]
    if clusters < MIN_CLUSTERS or len(known) < max(1.0, MIN_DEFINED * len(drawn)):
        return None
    if noise is Noise.SIZES:
        known = _without_noise(value, known)
    beyond = tail(level, clusters)
    low, high = (float(bound) for bound in np.quantile(known, (beyond, 1 - beyond)))
    if high - low <= 1e-12:
        return None
    if noise is Noise.SQUARES:
        return Range(max(0.0, 2 * value - high), max(0.0, 2 * value - low))
    return Range(low, high)


def _without_noise(value: float, drawn: Floats) -> Floats:
    """Resampled sizes less the noise in them, cut at 0.

    Squared, the figure is the truth plus noise, and a resample adds as much again: the mean excess
    of resamples over the figure is that noise, and is taken off twice.
    """
    noise = max(0.0, float(np.mean(drawn**2)) - value**2)
    return np.sqrt(np.maximum(drawn**2 - 2 * noise, 0.0))


@lru_cache(maxsize=512)
def tail(level: float, clusters: int) -> float:
    """Share of resamples beyond each bound of an expanded percentile interval (see above).

    Args:
        level: coverage aimed at, in (0, 1).
        clusters: how many were drawn from, at least two.
    """
    from scipy.special import ndtr, stdtrit  # pyright: ignore[reportMissingTypeStubs]

    t = stdtrit(clusters - 1, (1 + level) / 2)
    return float(ndtr(-np.sqrt(clusters / (clusters - 1)) * t))
