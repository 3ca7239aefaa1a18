"""No market at all: one named worker takes every task it bid on, the yardstick for the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pydantic import Field

from market.bids import BidTable
from market.mechanisms.base import Clearing, Conditions, Knobs
from market.mechanisms.selection import best_per_task, of_winner, total


class SoloKnobs(Knobs):
    """Settings of `solo`."""

    worker: str = Field(min_length=1, description="name of the worker that takes every task it bid on")
    bounty: float = Field(default=2.0, gt=0, le=1e9, description="bounty that bidders are told, in units")


@dataclass(frozen=True, slots=True)
class Solo:
    """The named worker is paid its ask on pass and charged nothing on fail.

    Only its bids have a score, -ask; of several bids on one task the lowest ask counts.
    """

    knobs: SoloKnobs

    name: ClassVar[str] = "solo"
    summary: ClassVar[str] = "one named worker takes every task it bid on and is paid what it asked"
    knobs_type: ClassVar[type[Knobs]] = SoloKnobs

    @property
    def rule(self) -> str:
        """The payment rule in plain words, as bidders are told it."""
        return (
            f"{self.knobs.worker} gets every task it bids on. It is paid its ask if the submission passes "
            f"and charged nothing if it fails."
        )

    @property
    def failure_penalty(self) -> float:
        """Failing is charged nothing."""
        return 0.0

    @property
    def bounty(self) -> float:
        """The bounty that bidders are told, in units; it decides nothing."""
        return self.knobs.bounty

    def clear(self, bids: BidTable, conditions: Conditions) -> Clearing:
        """Award the named worker every task it bid on."""
        names = np.array([name == self.knobs.worker for name in bids.workers], dtype=np.bool_)
        own = names[bids.worker] & bids.placed
        score = total({"ask": np.where(own, -bids.ask, np.nan)})
        winner = best_per_task(bids, conditions, own, -bids.ask)
        return Clearing(
            score=score,
            winner=winner,
            payment=of_winner(winner, bids.ask),
            penalty=of_winner(winner, np.zeros(len(bids))),
            parts={"ask": score},
        )

    def raised_bounty(self, bounty: float, original: float, failures: int) -> float | None:
        """Bounties stay as they are."""
        return None
