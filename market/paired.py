"""Is one better than the other on the same tasks: exact McNemar, and the paired bootstrap.

Pairing takes what makes a task hard out of the comparison. Tasks of one repository are not
independent of each other, so the bootstrap draws whole clusters where it is told of them.
Intervals are the expanded percentile intervals of `market.calibration.intervals`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from market.bids import Floats, Ints
from market.calibration.intervals import MIN_CLUSTERS, MIN_DEFINED, tail
from market.calibration.telling import MIN_ROWS
from market.seeds import stream

LEAST_DISCORDANT = 6
"""Discordant pairs below which McNemar's test cannot reach 5% however they fall: 2 / 2^5 > 0.05."""
BLOCK = 4_000_000
"""Most weights that are held at once while resampling."""

Statistic = Callable[[Floats], Floats]
"""How often each cluster was drawn, shape (r, clusters) -> the statistic of each draw, shape (r,),
NaN where a draw leaves it undefined."""


@dataclass(frozen=True, slots=True)
class McNemar:
    """McNemar's exact test of two columns of outcomes of the same tasks.

    Attributes:
        only_a, only_b: tasks that only the first, or only the second passed.
        p_value: two-sided, in (0, 1]; 1 where no task differs.
    """

    only_a: int
    only_b: int
    p_value: float

    @property
    def note(self) -> str:
        """What stands against reading much into it; empty where nothing does."""
        differ = self.only_a + self.only_b
        if differ >= LEAST_DISCORDANT:
            return ""
        tasks = "1 task differs" if differ == 1 else f"{differ or 'no'} tasks differ"
        return f"{tasks}: too few to tell"


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """A mean difference over pairs, with a bootstrap interval.

    Attributes:
        mean: mean difference, in the unit of the differences; None without any.
        low, high: bounds at the level asked for; None where `note` says why.
        n: pairs.
        clusters: groups of pairs that were drawn as a whole; n where each was drawn alone.
        note: why there is no interval, or what to know about it; empty otherwise.
    """

    mean: float | None
    low: float | None
    high: float | None
    n: int
    clusters: int
    note: str = ""


def mcnemar(a: ArrayLike, b: ArrayLike) -> McNemar:
    """McNemar's test in its exact form: under the null, tasks that differ fall either way evenly.

    The p-value is min(1, 2 P[X <= min(only_a, only_b)]) with X ~ Binomial(only_a + only_b, 1/2);
    it is not the mid-p. Source: McNemar (1947), in the exact form of Mosteller (1952).

    Args:
        a, b: outcomes, 1 for a pass and 0 otherwise, of the same tasks in the same order, shape (n,).

    Raises:
        ValueError: the columns differ in length, or hold anything but 0 and 1.
    """
    first, second = _outcomes("a", a), _outcomes("b", b)
    if first.shape != second.shape:
        raise ValueError(f"outcomes must be of the same tasks: {len(first)} and {len(second)} of them")
    only_a, only_b = int((first > second).sum()), int((second > first).sum())
    return McNemar(only_a, only_b, _both_tails(min(only_a, only_b), only_a + only_b))


def paired_bootstrap(
    difference: ArrayLike,
    clusters: ArrayLike | None = None,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> PairedDifference:
    """The mean of paired differences and its interval.

    Args:
        difference: first less second of each pair, shape (n,), in any unit.
        clusters: a whole number a pair, the same for pairs that are drawn together (those of one
            repository, say), shape (n,); None draws each pair alone.
        level: coverage of the interval, in (0, 1).
        resamples: how many are drawn.
        seed: of the stream "paired"; the same arguments always give the same interval.

    Raises:
        ValueError: shapes differ, a difference is not finite, or the level is not in (0, 1).
    """
    d = np.asarray(difference, dtype=np.float64)
    if d.ndim != 1 or not np.isfinite(d).all():
        raise ValueError("differences must be a column of finite numbers; leave unknown pairs out")
    group = grouped(clusters, len(d))
    count = int(group.max()) + 1 if len(d) else 0
    mean = float(d.mean()) if len(d) else None
    note = too_few(len(d), count)
    if note:
        return PairedDifference(mean, None, None, len(d), count, note)
    sums, sizes = np.bincount(group, weights=d), np.bincount(group).astype(np.float64)
    bounds = bootstrap(lambda drawn: (drawn @ sums) / (drawn @ sizes), count, level, resamples, seed)
    low, high = bounds if bounds is not None else (None, None)
    same = "every pair differs by the same" if np.ptp(d) == 0 else ""
    return PairedDifference(mean, low, high, len(d), count, same)


def bootstrap(
    statistic: Statistic, clusters: int, level: float = 0.95, resamples: int = 2000, seed: int = 0
) -> tuple[float, float] | None:
    """The interval of a statistic of resampled clusters; see `resampled` and `percentile`.

    Raises:
        ValueError: the level is not in (0, 1), or there is nothing to draw.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        values = [statistic(drawn) for drawn in resampled(clusters, resamples, seed)]
    return percentile(np.concatenate(values), clusters, level)


def resampled(
    clusters: int, resamples: int = 2000, seed: int = 0, width: int | None = None
) -> Iterator[Floats]:
    """How often each cluster is drawn, with replacement, as many as there are: block by block.

    Args:
        clusters: how many there are, at least one.
        resamples: how many are drawn in all.
        seed: of the stream "paired".
        width: numbers that a reader makes of each draw, where they are more than the clusters;
            blocks are small enough that they all fit.

    Yields:
        Whole numbers as floats, shape (r, clusters); the r sum to `resamples`.

    Raises:
        ValueError: there is nothing to draw.
    """
    if clusters < 1 or resamples < 1:
        raise ValueError("a bootstrap needs a cluster and a resample at least")
    rng = stream(seed, "paired")
    even = np.full(clusters, 1 / clusters)
    block = max(1, BLOCK // max(clusters, width or 0))
    for start in range(0, resamples, block):
        size = min(block, resamples - start)
        yield rng.multinomial(clusters, even, size=size).astype(np.float64)


def percentile(values: Floats, clusters: int, level: float = 0.95) -> tuple[float, float] | None:
    """The expanded percentile interval of resampled values (Hesterberg 2015).

    Args:
        values: shape (resamples,), NaN where a draw left the statistic undefined.
        clusters: how many were drawn from, at least two.
        level: coverage, in (0, 1).

    Returns:
        Low and high; None where too many draws are undefined (see `MIN_DEFINED`).

    Raises:
        ValueError: the level is not in (0, 1).
    """
    if not 0 < level < 1:
        raise ValueError(f"the level of an interval lies between 0 and 1, not at {level!r}")
    known = values[np.isfinite(values)]
    if len(known) < max(1.0, MIN_DEFINED * len(values)):
        return None
    beyond = tail(level, clusters)
    low, high = np.quantile(known, (beyond, 1 - beyond))
    return float(low), float(high)


def grouped(clusters: ArrayLike | None, n: int) -> Ints:
    """Positions 0, 1, ... of the clusters of n pairs, shape (n,); each its own where None.

    Raises:
        ValueError: there is not one cluster a pair.
    """
    if clusters is None:
        return np.arange(n, dtype=np.int64)
    labels = np.asarray(clusters)
    if labels.shape != (n,):
        raise ValueError(f"clusters must have one label a pair, {n}, not shape {labels.shape}")
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def too_few(n: int, clusters: int) -> str:
    """Why so many pairs in so many clusters give no interval; empty where they do."""
    if not n:
        return "there are no pairs to compare"
    if n < MIN_ROWS:
        return f"n = {n}: too few to tell"
    return f"{clusters} clusters: too few to tell" if clusters < MIN_CLUSTERS else ""


def _outcomes(name: str, values: ArrayLike) -> Floats:
    column = np.asarray(values, dtype=np.float64)
    if column.ndim != 1 or not np.isin(column, (0, 1)).all():
        raise ValueError(f"{name} must be a column of 1 for a pass and 0; leave unknown outcomes out")
    return column


def _both_tails(fewer: int, differ: int) -> float:
    from scipy.special import bdtr  # pyright: ignore[reportMissingTypeStubs]

    return min(1.0, 2 * float(bdtr(fewer, differ, 0.5))) if differ else 1.0
