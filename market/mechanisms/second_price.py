"""The lowest ask wins but is paid the second-lowest, so that asking less than one's worth gains nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from market.bids import BidTable, Booleans, Floats, Ints
from market.mechanisms.base import NOBODY, Clearing, Conditions, Knobs
from market.mechanisms.posted import Posted, PostedKnobs
from market.mechanisms.selection import best_per_task, of_winner, total


class SecondPriceKnobs(PostedKnobs):
    """Settings of `second-price`."""


@dataclass(frozen=True, slots=True)
class SecondPrice(Posted):
    """The lowest ask at or below the bounty wins; on pass it is paid the second-lowest such ask,
    or the bounty where there is none.

    The score is bounty - ask. Ties: see `market.mechanisms.selection`. Source: Vickrey (1961),
    as a procurement auction with the bounty as its reserve.
    """

    name: ClassVar[str] = "second-price"
    summary: ClassVar[str] = "lowest ask up to the bounty wins and is paid the second-lowest"
    knobs_type: ClassVar[type[Knobs]] = SecondPriceKnobs

    @property
    def rule(self) -> str:
        """The payment rule in plain words, as bidders are told it."""
        return (
            f"The lowest ask at or below the bounty wins. The winner is paid the second-lowest ask, or the "
            f"bounty if nobody else asked as little, if the submission passes, and charged "
            f"{self.knobs.penalty:g} if it fails."
        )

    def clear(self, bids: BidTable, conditions: Conditions) -> Clearing:
        """Award each task to its lowest ask at or below the bounty, at the second-lowest."""
        parts = {"bounty": conditions.bounty[bids.task], "ask": -bids.ask}
        eligible = bids.placed & (bids.ask <= parts["bounty"])
        winner = best_per_task(bids, conditions, eligible, -bids.ask)
        return Clearing(
            score=total(parts),
            winner=winner,
            payment=_second_lowest(bids, conditions, eligible, winner),
            penalty=of_winner(winner, np.full(len(bids), self.knobs.penalty)),
            parts=parts,
        )


def _second_lowest(bids: BidTable, conditions: Conditions, eligible: Booleans, winner: Ints) -> Floats:
    """The lowest eligible ask of another worker than the winner, else the bounty, shape (tasks,);
    NaN where unsold. A worker never sets its own price."""
    holder = np.full(len(winner), NOBODY, dtype=np.int64)
    sold = winner != NOBODY
    holder[sold] = bids.worker[winner[sold]]
    rivals = eligible & (bids.worker != holder[bids.task])
    price = conditions.bounty.astype(np.float64)
    np.minimum.at(price, bids.task[rivals], bids.ask[rivals])
    price[~sold] = np.nan
    return price
