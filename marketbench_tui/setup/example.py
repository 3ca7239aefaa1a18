"""One bid worked through a mechanism as it is set, so that its formula can be seen at work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from market.bids import BidTable, break_even
from market.mechanisms import Clearing, Conditions, Mechanism, build
from market.mechanisms.base import NOBODY
from market.reputation import START
from market.spec import AskRule, ElicitationSpec, MechanismSpec
from marketbench_tui.setup.paths import WORKER_KNOB

P = 0.62
ASK_SHARE = 34 / 90
COST_SHARE = 8.4771 / 90
"""The published worked bid: p 0.62, ask 34, expected cost 8.4771 at a bounty of 90."""
BIDDER = "a worker"
TASK = "example"


@dataclass(frozen=True, slots=True)
class Worked:
    """A bid and what the mechanism makes of it; amounts in units.

    Attributes:
        rule: the payment rule in words, as bidders are told it.
        parts: the addends of the score by name.
        wins: whether it clears where it is the only bid.
        payment, penalty: on pass and on fail, if it wins; None where it does not.
        break_even: the ask at which it expects nothing; None where there is none.
        profit: expected profit if it wins; None where it does not.
        reserve: the reserve drawn for this example; None where the mechanism draws none.
        reserve_max: the highest reserve that may be drawn, where one is drawn.
    """

    rule: str
    p: float
    ask: float
    cost: float
    bounty: float
    parts: Mapping[str, float]
    score: float
    wins: bool
    payment: float | None
    penalty: float | None
    break_even: float | None
    profit: float | None
    reserve: float | None
    reserve_max: float

    @property
    def win_chance(self) -> float:
        """Probability that a reserve drawn uniformly reaches the ask: max(0, 1 - ask / R)."""
        return max(0.0, 1 - self.ask / self.reserve_max)


def work(spec: MechanismSpec, elicitation: ElicitationSpec, p: float, seed: int) -> Worked:
    """Work one bid through a mechanism.

    Args:
        spec: the mechanism with knobs that it takes.
        elicitation: whether the ask is named or follows from the forecast.
        p: stated success probability of the bid, above 0 and at most 1.
        seed: the session's, for mechanisms that draw.
    """
    mechanism = build(spec)
    cost = COST_SHARE * mechanism.bounty
    even = float(break_even(np.array([p]), np.array([cost]), mechanism.failure_penalty)[0])
    ask = ASK_SHARE * mechanism.bounty if elicitation.ask is AskRule.ELICITED else even * elicitation.markup
    clearing = _clear(mechanism, str(spec.knobs.get(WORKER_KNOB, BIDDER)), p, ask, cost, seed)
    wins = int(clearing.winner[0]) != NOBODY
    payment, penalty = float(clearing.payment[0]), float(clearing.penalty[0])
    return Worked(
        rule=mechanism.rule,
        p=p,
        ask=ask,
        cost=cost,
        bounty=mechanism.bounty,
        parts={name: float(column[0]) for name, column in clearing.parts.items()},
        score=float(clearing.score[0]),
        wins=wins,
        payment=payment if wins else None,
        penalty=penalty if wins else None,
        break_even=even if np.isfinite(even) else None,
        profit=p * payment - cost - (1 - p) * penalty if wins else None,
        reserve=None if clearing.reserve is None else float(clearing.reserve[0]),
        reserve_max=mechanism.bounty,
    )


def _clear(mechanism: Mechanism, worker: str, p: float, ask: float, cost: float, seed: int) -> Clearing:
    bid = BidTable(
        tasks=(TASK,),
        workers=(worker,),
        task=np.array([0]),
        worker=np.array([0]),
        p=np.array([p]),
        tokens=np.array([1_000.0]),
        ask=np.array([ask]),
        cost=np.array([cost]),
    )
    conditions = Conditions(np.array([mechanism.bounty]), np.array([START]), seed)
    return mechanism.clear(bid, conditions)
