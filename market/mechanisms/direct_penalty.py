"""The published live market: the best score wins, and confidence raises the price of failing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field

from market.bids import BidTable
from market.mechanisms.base import Clearing, Conditions, Knobs
from market.mechanisms.selection import best_per_task, of_winner, total
from market.settlement import direct_penalty_charge


class DirectPenaltyKnobs(Knobs):
    """Settings of `direct-penalty`; the published run had a bounty of 90 credits."""

    bounty: float = Field(default=2.0, gt=0, le=1e9, description="what a solved task is worth (B), in units")
    penalty_rate: float = Field(
        default=0.10, ge=0, le=10, description="share of the bounty charged on fail at p = 0.5"
    )


@dataclass(frozen=True, slots=True)
class DirectPenalty:
    """Score p B - ask - c - (1 - p) x charge, with charge = rate x B x (0.5 + p).

    The highest score above zero wins its task, is paid its ask on pass and charged on fail.
    Ties: see `market.mechanisms.selection`. Source: MarketBench phase 2.
    """

    knobs: DirectPenaltyKnobs

    name: ClassVar[str] = "direct-penalty"
    summary: ClassVar[str] = "best expected surplus wins; failing costs more the surer the worker was"
    knobs_type: ClassVar[type[Knobs]] = DirectPenaltyKnobs

    @property
    def rule(self) -> str:
        """The payment rule in plain words, as bidders are told it."""
        return (
            f"Each bid is scored p x bounty - ask - expected cost - (1 - p) x penalty, with "
            f"penalty = {self.knobs.penalty_rate:g} x bounty x (0.5 + p). The highest score above zero "
            f"wins. The winner is paid its ask if the submission passes and charged the penalty if it fails."
        )

    @property
    def failure_penalty(self) -> float:
        """The charge at p = 1, in units."""
        return 1.5 * self.knobs.penalty_rate * self.knobs.bounty

    @property
    def bounty(self) -> float:
        """The bounty a task starts with, in units."""
        return self.knobs.bounty

    def clear(self, bids: BidTable, conditions: Conditions) -> Clearing:
        """Award each task to its highest score above zero."""
        bounty = conditions.bounty[bids.task]
        charge = direct_penalty_charge(bounty, bids.p, self.knobs.penalty_rate)
        parts = {
            "value": bids.p * bounty,
            "ask": -bids.ask,
            "cost": -bids.cost,
            "risk": (bids.p - 1) * charge,
        }
        score = total(parts)
        winner = best_per_task(bids, conditions, bids.placed & (score > 0), score)
        return Clearing(
            score=score,
            winner=winner,
            payment=of_winner(winner, bids.ask),
            penalty=of_winner(winner, charge),
            parts=parts,
        )

    def raised_bounty(self, bounty: float, original: float, failures: int) -> float | None:
        """Bounties stay as they are."""
        return None
