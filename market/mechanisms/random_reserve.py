"""Random-reserve procurement auction, competitive variant: one winner a task, paid a drawn reserve."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
from pydantic import Field

from market.bids import BidTable, Floats
from market.mechanisms.base import Clearing, Conditions, Knobs
from market.mechanisms.selection import best_per_task, of_winner, total
from market.seeds import derive

_BITS = 53
"""Bits of a double's fraction: 64-bit seeds are cut to these to give a uniform draw in [0, 1)."""


class RandomReserveKnobs(Knobs):
    """Settings of `random-reserve`; the defaults are those published."""

    penalty: float = Field(default=2.0, ge=0, le=1e9, description="charged on fail (F), in units")
    max_reserve: float = Field(
        default=1.0, gt=0, le=1e9, description="highest reserve that may be drawn (R), in units"
    )


@dataclass(frozen=True, slots=True)
class RandomReserve:
    """A reserve r ~ U(0, R) is drawn for each task; the lowest ask at or below it wins.

    The winner is paid r on pass, whatever it asked, and charged F on fail. The score is
    r - ask. Ties: see `market.mechanisms.selection`. Source: Fradkin and Krishnan (2026).
    There each worker faces the reserve alone and asking its break-even is its best strategy;
    here asks also compete for the task, so a worker may gain by asking less.
    """

    knobs: RandomReserveKnobs

    name: ClassVar[str] = "random-reserve"
    summary: ClassVar[str] = "lowest ask under a hidden random reserve wins and is paid the reserve"
    knobs_type: ClassVar[type[Knobs]] = RandomReserveKnobs

    @property
    def rule(self) -> str:
        """The payment rule in plain words, as bidders are told it."""
        return (
            f"A hidden reserve is drawn uniformly between 0 and {self.knobs.max_reserve:g}. The lowest ask "
            f"at or below it wins. The winner is paid the reserve, not its ask, if the submission passes, "
            f"and charged {self.knobs.penalty:g} if it fails."
        )

    @property
    def failure_penalty(self) -> float:
        """F, in units."""
        return self.knobs.penalty

    @property
    def bounty(self) -> float:
        """R, in units: no ask above it can win."""
        return self.knobs.max_reserve

    def clear(self, bids: BidTable, conditions: Conditions) -> Clearing:
        """Award each task to its lowest ask at or below the task's reserve."""
        reserve = self.knobs.max_reserve * uniform_draws(conditions.seed, bids.tasks)
        parts = {"reserve": reserve[bids.task], "ask": -bids.ask}
        eligible = bids.placed & (bids.ask <= parts["reserve"])
        winner = best_per_task(bids, conditions, eligible, -bids.ask)
        return Clearing(
            score=total(parts),
            winner=winner,
            payment=of_winner(winner, parts["reserve"]),
            penalty=of_winner(winner, np.full(len(bids), self.knobs.penalty)),
            parts=parts,
            reserve=reserve,
        )

    def raised_bounty(self, bounty: float, original: float, failures: int) -> float | None:
        """Reserves are drawn, never raised."""
        return None


@lru_cache(maxsize=32)
def uniform_draws(seed: int, tasks: tuple[str, ...]) -> Floats:
    """One draw in [0, 1) a task, the first 53 bits of its stream ("reserve", task); shape (tasks,).

    A task's draw depends on the seed and its own id alone: not on the other tasks, nor on
    the round, so a what-if meets the reserves of the recorded session. Kept for the next
    clearing of the same tasks, and therefore read-only.
    """
    bits = [derive(seed, "reserve", task) >> (64 - _BITS) for task in tasks]
    draws = np.array(bits, dtype=np.float64) / 2**_BITS
    draws.flags.writeable = False
    return draws
