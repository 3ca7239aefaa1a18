"""The one protocol behind every mechanism: bids in, awards out.

A new mechanism is one file that defines a class with these members and a line in
`market.mechanisms.MECHANISMS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from market.bids import BidTable, Floats, Ints
from market.spec import Frozen

NOBODY = -1
"""In `Clearing.winner`: the task is unsold."""


class Knobs(Frozen):
    """A mechanism's settings; each field's description is the help a person reads."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a mechanism may know beyond the bids.

    Attributes:
        bounty: current bounty of each task in units, shape (tasks,).
        reputation: current reputation of each worker, shape (workers,).
        seed: the session seed, from which a mechanism draws by named stream.
    """

    bounty: Floats
    reputation: Floats
    seed: int


@dataclass(frozen=True, slots=True)
class Clearing:
    """What a mechanism decided about n bids on m tasks.

    Attributes:
        score: shape (n,); higher is better, NaN where a bid has none.
        winner: shape (m,); row of the winning bid, or `NOBODY`.
        payment: shape (m,); units the winner is paid on pass, NaN where unsold.
        penalty: shape (m,); units the winner is charged on fail, NaN where unsold.
        parts: the addends of the score by name, each of shape (n,); they sum to it.
        reserve: shape (m,); the reserve that was drawn, or None where there is none.
    """

    score: Floats
    winner: Ints
    payment: Floats
    penalty: Floats
    parts: Mapping[str, Floats]
    reserve: Floats | None = None


class Mechanism(Protocol):
    """Decides who gets each task."""

    name: ClassVar[str]
    summary: ClassVar[str]
    """One line for a person choosing a mechanism."""
    knobs_type: ClassVar[type[Knobs]]

    def __init__(self, knobs: Any) -> None:
        """`knobs` is an instance of `knobs_type`."""
        ...

    @property
    def knobs(self) -> Knobs:
        """The settings this mechanism was built with."""
        ...

    @property
    def rule(self) -> str:
        """The payment rule in plain words with the knobs' figures, as bidders are told it."""
        ...

    @property
    def failure_penalty(self) -> float:
        """F of the break-even bid, in units: the most a winner can be charged at the first bounty.

        Where the charge grows with the stated p this is the charge at p = 1, so that an ask
        derived from it never expects a loss.
        """
        ...

    @property
    def bounty(self) -> float:
        """The bounty a task starts with (for a reserve auction, the highest reserve), in units."""
        ...

    def clear(self, bids: BidTable, conditions: Conditions) -> Clearing:
        """Award tasks. Only bids that may win are given; the order of rows has no effect."""
        ...

    def raised_bounty(self, bounty: float, original: float, failures: int) -> float | None:
        """The next bounty of a task nobody won (`failures` = 0) or that failed; None: leave it."""
        ...
