"""A scoring auction: what a bid is expected to be worth, less what it asks and costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pydantic import Field

from market.bids import BidTable
from market.mechanisms.base import Clearing, Conditions, Knobs
from market.mechanisms.posted import Posted, PostedKnobs
from market.mechanisms.selection import best_per_task, of_winner, total


class ScoringKnobs(PostedKnobs):
    """Settings of `scoring`."""

    bounty: float = Field(default=2.0, gt=0, le=1e9, description="what a solved task is worth (B), in units")


@dataclass(frozen=True, slots=True)
class Scoring(Posted):
    """Score q B - ask - c, with q the quality weight: the p of the bids it is given.

    Live that is the stated p; a what-if may put in its place what the worker's other tasks make
    of it. The highest score above zero wins its task and is paid its ask on pass. Ties: see
    `market.mechanisms.selection`. Source: quasi-linear scoring rule (Che 1993), first score.
    """

    name: ClassVar[str] = "scoring"
    summary: ClassVar[str] = "best p x bounty - ask - expected cost wins and is paid what it asked"
    knobs_type: ClassVar[type[Knobs]] = ScoringKnobs

    @property
    def rule(self) -> str:
        """The payment rule in plain words, as bidders are told it."""
        return (
            f"Each bid is scored p x bounty - ask - expected cost. The highest score above zero wins. The "
            f"winner is paid its ask if the submission passes and charged {self.knobs.penalty:g} if it fails."
        )

    def clear(self, bids: BidTable, conditions: Conditions) -> Clearing:
        """Award each task to its highest score above zero."""
        parts = {
            "value": bids.p * conditions.bounty[bids.task],
            "ask": -bids.ask,
            "cost": -bids.cost,
        }
        score = total(parts)
        winner = best_per_task(bids, conditions, bids.placed & (score > 0), score)
        return Clearing(
            score=score,
            winner=winner,
            payment=of_winner(winner, bids.ask),
            penalty=of_winner(winner, np.full(len(bids), self.knobs.penalty)),
            parts=parts,
        )
