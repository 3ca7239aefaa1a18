"""Reputation-weighted score (agent-economy rules): past verdicts weigh what a worker says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pydantic import Field

from market.bids import BidTable, Floats
from market.mechanisms.base import Clearing, Conditions, Knobs
from market.mechanisms.selection import TIE_DECIMALS, of_winner, one_task_a_worker, total
from market.settlement import agent_economy_charge


class ReputationScoreKnobs(Knobs):
    """Settings of `reputation-score`."""

    bounty: float = Field(
        default=20.0, gt=0, le=1e9, description="what a solved task is worth at first, in units"
    )


@dataclass(frozen=True, slots=True)
class ReputationScore:
    """Score rep p B - ask - c - (1 - p) FP, with FP = clamp((rep - 0.5) / 0.75, 0, 1) x 0.5 B.

    Greedy over all scores above zero, one task a worker a round. As in agent-economy scores
    are compared to six decimals and estimated tokens stand for its ETA; ties by reputation,
    tokens, task id, worker name descending (`market.mechanisms.selection`). The charge on
    fail is `market.settlement.agent_economy_charge`, which is not the FP of the score.
    """

    knobs: ReputationScoreKnobs

    name: ClassVar[str] = "reputation-score"
    summary: ClassVar[str] = "stated p is weighed by reputation; one task a worker a round"
    knobs_type: ClassVar[type[Knobs]] = ReputationScoreKnobs

    @property
    def rule(self) -> str:
        """The payment rule in plain words, as bidders are told it."""
        return (
            "Each bid is scored reputation x p x bounty - ask - expected cost - (1 - p) x risk, where risk "
            "grows with reputation up to half the bounty. The highest scores above zero win, one task a "
            "worker a round. The winner is paid its ask if the submission passes. If it fails it is charged "
            "a tenth of the bounty (from 1 to 10), and up to as much again the further p was above 0.5. "
            "A pass raises reputation by 0.06, a fail lowers it by 0.20."
        )

    @property
    def failure_penalty(self) -> float:
        """The charge at p = 1, in units."""
        return float(agent_economy_charge(np.array([self.knobs.bounty]), np.array([1.0]))[0])

    @property
    def bounty(self) -> float:
        """The bounty a task starts with, in units."""
        return self.knobs.bounty

    def clear(self, bids: BidTable, conditions: Conditions) -> Clearing:
        """Award greedily by score, one task a worker."""
        bounty = conditions.bounty[bids.task]
        parts = _parts(bids, bounty, conditions.reputation[bids.worker])
        score = total(parts)
        eligible = bids.placed & (score > 0)
        winner = one_task_a_worker(bids, conditions, eligible, np.round(score, TIE_DECIMALS))
        return Clearing(
            score=score,
            winner=winner,
            payment=of_winner(winner, bids.ask),
            penalty=of_winner(winner, agent_economy_charge(bounty, bids.p)),
            parts=parts,
        )

    def raised_bounty(self, bounty: float, original: float, failures: int) -> float | None:
        """By 15% where nobody won, by 10% at every second failure, by 1 at least, to twice the original."""
        if failures % 2:
            return None
        factor = 1.10 if failures else 1.15
        raised = min(2 * original, max(bounty + 1, round(factor * bounty)))
        return raised if raised > bounty else None


def _parts(bids: BidTable, bounty: Floats, reputation: Floats) -> dict[str, Floats]:
    risk = np.clip((reputation - 0.5) / 0.75, 0, 1) * 0.5 * bounty
    return {
        "value": reputation * bids.p * bounty,
        "ask": -bids.ask,
        "cost": -bids.cost,
        "risk": (bids.p - 1) * risk,
    }
