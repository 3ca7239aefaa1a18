"""What the bets of a check say at this moment: an e-value for each verdict it could come to.

A verdict is reached exactly when its e-value reaches the threshold, so the two show the same: the
confidence sequence where the gap may lie, the e-values how near each verdict is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from market.bids import Floats
from market.check import observations_of
from market.sequential import Judgement, Look, log_capital
from market.spec import CheckTerms
from market.state import Phase, SessionState


@dataclass(frozen=True, slots=True)
class Evidence:
    """How far the bets on one verdict have come.

    Attributes:
        verdict: what the check says once the threshold is reached.
        log_value: log of the largest e-value at any look so far, at least 0: bets begin at one.
            For a gap within the margin two bets must both be won, and this is the lesser one.
        log_needed: log of the threshold 2 / level.
    """

    verdict: Judgement
    log_value: float
    log_needed: float

    @property
    def share(self) -> float:
        """How near it is on the log scale, in [0, 1]."""
        return min(1.0, self.log_value / self.log_needed)


def differences(state: SessionState) -> Floats:
    """p - y of the tasks that were asked and have both, in the order of asking, shape (n,)."""
    asked = list(takewhile(lambda task: task.phase is Phase.CLOSED, state.tasks.values()))
    known = observations_of(asked, next(iter(state.workers.values())))
    return (known.p - known.y)[known.seen]


def evidence(terms: CheckTerms, looks: Sequence[Look], gaps: Floats) -> tuple[Evidence, ...]:
    """The e-values of the three verdicts.

    Args:
        terms: margin and level of the check.
        looks: all looks so far.
        gaps: p - y in the order of asking, shape (n,).
    """
    places = [look.n - 1 for look in looks if look.n]
    needed = math.log(2 / terms.level)

    def best(m: float, over: bool) -> float:
        return max(0.0, float(log_capital(gaps, m, over)[places].max())) if places else 0.0

    margin = terms.margin
    return (
        Evidence(Judgement.OVERCONFIDENT, best(margin, True), needed),
        Evidence(Judgement.UNDERCONFIDENT, best(-margin, False), needed),
        Evidence(Judgement.WITHIN, min(best(margin, False), best(-margin, True)), needed),
    )
