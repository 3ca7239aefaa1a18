"""What mechanisms with a bounty that is posted once and never raised have in common."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field

from market.mechanisms.base import Knobs


class PostedKnobs(Knobs):
    """A bounty, and what failing is charged."""

    bounty: float = Field(default=2.0, gt=0, le=1e9, description="highest ask that may win, in units")
    penalty: float = Field(default=0.0, ge=0, le=1e9, description="charged on fail, in units")


@dataclass(frozen=True, slots=True)
class Posted:
    """The terms of such a mechanism."""

    knobs: PostedKnobs

    @property
    def failure_penalty(self) -> float:
        """What failing is charged, in units."""
        return self.knobs.penalty

    @property
    def bounty(self) -> float:
        """The bounty of every task, in units."""
        return self.knobs.bounty

    def raised_bounty(self, bounty: float, original: float, failures: int) -> float | None:
        """Bounties stay as they are."""
        return None
