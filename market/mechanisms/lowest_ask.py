"""The plainest market: whoever asks least gets the task, up to the bounty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from market.bids import BidTable
from market.mechanisms.base import Clearing, Conditions, Knobs
from market.mechanisms.posted import Posted, PostedKnobs
from market.mechanisms.selection import best_per_task, of_winner, total


class LowestAskKnobs(PostedKnobs):
    """Settings of `lowest-ask`."""


@dataclass(frozen=True, slots=True)
class LowestAsk(Posted):
    """The lowest ask at or below the bounty wins and is paid its ask on pass (first price).

    The score is bounty - ask. Ties: see `market.mechanisms.selection`.
    """

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
