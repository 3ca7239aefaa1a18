"""Is a bounded mean above, below or inside a margin, whatever moment one looks.

For differences d = p - y in [-1, 1] with mean mu: betting e-processes against "mu <= m" and
"mu >= m" for every m, and the confidence sequence of the m that no bet has ruled out. Source:
Waudby-Smith and Ramdas (2024), "Estimating means of bounded random variables by betting",
JRSS B 86(1): hedged capital (theorem 3 with theta = 1/2) with a grid of constant stakes in place
of one adaptive stake (their diversified and hedged grid Kelly).

Why constant stakes: with one stake share c the capital against "mu <= m" grows at an outcome d by

    1 - c + c (1 + d) / (1 + m)

which never is below zero, falls in m, and does not care in what order outcomes came. So each
bound is one root, the sequence is an interval by construction, and tasks may be drawn block by
block from strata: with one task from each of B equal slices and slice means mu_j, a block
multiplies the expected capital by the product of (1 - c + c (1 + mu_j) / (1 + mu)), which is at
most one (means of products, AM-GM; Maclaurin where a block is cut short in random order). One
looks between blocks, not inside them.

Level: at each m the two capitals get half of it each, so that the probability that the sequence
ever misses mu is at most the level (Ville 1939 and a union bound), however long one goes on.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from market.bids import Floats

STAKES: Floats = np.arange(1, 17, dtype=np.float64) / 17
"""Shares of the capital that are staked, each with an equal part of the first capital.

Even spacing is good at gaps of 3 to 30 points beyond the margin at the spread that forecasts
have; the price against the best stake of all is about one unit of log capital.
"""

_TIGHT = 1e-7
"""How exact a bound is."""


class Judgement(StrEnum):
    """What a check says of a model; the gap is mean stated p less pass rate."""

    OVERCONFIDENT = "overconfident"
    UNDERCONFIDENT = "underconfident"
    WITHIN = "within-margin"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Look:
    """What was known of the gap at one look.

    Attributes:
        asked: tasks asked so far, those without forecast or outcome too.
        n: tasks among them that have both; the figures are over these.
        gap: mean of p - y over them, in [-1, 1]; None where n is 0.
        low, high: the confidence sequence at this look, the intersection of all looks so far.
        judgement: decided by the sequence against the margin.
    """

    asked: int
    n: int
    gap: float | None
    low: float
    high: float
    judgement: Judgement


def judge(low: float, high: float, margin: float) -> Judgement:
    """Over- or underconfident by more than the margin, within it, or not decided."""
    if low > margin:
        return Judgement.OVERCONFIDENT
    if high < -margin:
        return Judgement.UNDERCONFIDENT
    return Judgement.WITHIN if -margin <= low and high <= margin else Judgement.UNDECIDED


class BettingSequence:
    """The confidence sequence of the mean of differences in [-1, 1], fed as they come.

    Args:
        level: error level alpha in (0, 1): the probability that any look misses the mean.

    Attributes:
        n: differences so far.
        mean: their mean; 0 where there are none.
        low, high: bounds of the running intersection at the last look; -1 and 1 before.

    Raises:
        ValueError: the level is not inside (0, 1).
    """

    def __init__(self, level: float) -> None:
        if not 0 < level < 1:
            raise ValueError(f"the error level must lie inside (0, 1), not {level!r}")
        self.n = 0
        self.mean = 0.0
        self.low, self.high = -1.0, 1.0
        self._ceiling = math.log(2 / level)
        self._counts: dict[float, int] = {}

    def add(self, differences: Iterable[float]) -> None:
        """Take differences in; nothing is looked at yet.

        Raises:
            ValueError: one of them is not a number from -1 to 1.
        """
        for d in differences:
            if not -1 <= d <= 1:
                raise ValueError(f"a difference of p and y lies in [-1, 1], not at {d!r}")
            self.n += 1
            self.mean += (d - self.mean) / self.n
            self._counts[d] = self._counts.get(d, 0) + 1

    def look(self) -> tuple[float, float]:
        """Narrow the sequence by what was added since, and return its bounds.

        Looks whose intervals do not meet have probability at most the level; they are shown in
        order, low before high.
        """
        values = np.array(list(self._counts), dtype=np.float64)
        counts = np.array(list(self._counts.values()), dtype=np.float64)
        low = self._bound(values, counts, self.low)
        high = -self._bound(-values, counts, -self.high)
        self.low, self.high = min(low, high), max(low, high)
        return self.low, self.high

    def _bound(self, values: Floats, counts: Floats, known: float) -> float:
        """The largest m that the bets on a higher mean rule out, at least `known`."""
        mean = float(values @ counts) / self.n if self.n else -1.0
        if mean <= known or (known > -1 and _log_capital(values, counts, known) < self._ceiling):
            return known
        low, high = known, mean  # at the mean itself the capital is at most one
        while high - low > _TIGHT:
            middle = (low + high) / 2
            ruled_out = _log_capital(values, counts, middle) >= self._ceiling
            low, high = (middle, high) if ruled_out else (low, middle)
        return low


def log_capital(differences: Floats, m: float, over: bool) -> Floats:
    """Log of the capital against "mu <= m" (`over`) or "mu >= m", after each difference.

    Vectorised over replications, for simulations.

    Args:
        differences: d in [-1, 1], shape (..., n), in the order they came.
        m: the mean that is bet against, inside (-1, 1).
        over: whether the bets are that the mean is above m.

    Returns:
        Log capital from a first capital of one, shape (..., n); above log(1/alpha) is an alarm at
        level alpha (Ville).
    """
    sign = 1.0 if over else -1.0
    ratio = (1 + sign * differences) / (1 + sign * m)
    total = np.full(differences.shape, -np.inf)
    with np.errstate(divide="ignore"):
        for stake in STAKES:
            total = np.logaddexp(total, np.cumsum(np.log1p(stake * (ratio - 1)), axis=-1))
    return total - math.log(len(STAKES))


def _log_capital(values: Floats, counts: Floats, m: float) -> float:
    """Log of the capital against "mu <= m" after all outcomes, from how often each value came."""
    growth = np.log1p(STAKES[:, None] * ((1 + values) / (1 + m) - 1)[None, :]) @ counts
    best = float(growth.max())
    return best + math.log(float(np.exp(growth - best).mean()))
