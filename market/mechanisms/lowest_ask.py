"""The plainest market: whoever asks least gets the task, up to the bounty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pydantic import Field

from market.bids import BidTable
from market.mechanisms.base import Clearing, Conditions, Knobs
from market.mechanisms.selection import best_per_task, of_winner, total


class LowestAskKnobs(Knobs):
    """Settings of `lowest-ask`."""

    bounty: float = Field(default=2.0, gt=0, le=1e9, description="highest ask that may win, in units")
    penalty: float = Field(default=0.0, ge=0, le=1e9, description="charged on fail, in units")


@dataclass(frozen=True, slots=True)
class LowestAsk:
    """The lowest ask at or below the bounty wins and is paid its ask on pass (first price).

    The score is bounty - ask. Ties: see `market.mechanisms.selection`.
    """

    knobs: LowestAskKnobs

    name: ClassVar[str] = "lowest-ask"
    summary: ClassVar[str] = "lowest ask up to the bounty wins and is paid what it asked"
    knobs_type: ClassVar[type[Knobs]] = LowestAskKnobs

    @property
    def rule(self) -> str:
        """The payment rule in plain words, as bidders are told it."""
        return (
            f"The lowest ask at or below the bounty wins. The winner is paid its ask if the submission "
            f"passes and charged {self.knobs.penalty:g} if it fails."
        )

    @property
    def failure_penalty(self) -> float:
        """What failing is charged, in units."""
        return self.knobs.penalty

    @property
    def bounty(self) -> float:
        """The highest ask that may win, in units."""
        return self.knobs.bounty

    def clear(self, bids: BidTable, conditions: Conditions) -> Clearing:
        """Award each task to its lowest ask at or below the bounty."""
        parts = {"bounty": conditions.bounty[bids.task], "ask": -bids.ask}
        eligible = bids.placed & (bids.ask <= parts["bounty"])
        winner = best_per_task(bids, conditions, eligible, -bids.ask)
        return Clearing(
            score=total(parts),
            winner=winner,
            payment=of_winner(winner, bids.ask),
            penalty=of_winner(winner, np.full(len(bids), self.knobs.penalty)),
            parts=parts,
        )

    def raised_bounty(self, bounty: float, original: float, failures: int) -> float | None:
        """Bounties stay as they are."""
        return None
