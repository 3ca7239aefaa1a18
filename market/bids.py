"""Bids as columns, and the formulas that turn a forecast into an ask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class BidTable:
    """n bids by column; row order carries no meaning.

    Attributes:
        tasks: task ids; `task` holds positions in it.
        workers: worker names; `worker` holds positions in it.
        task, worker: shape (n,), positions.
        p: stated success probability, shape (n,).
        tokens: estimated tokens, shape (n,).
        ask: the price asked, in units, shape (n,); NaN is no bid.
        cost: expected cost c = tokens x blended price, in units, shape (n,).
    """

    tasks: tuple[str, ...]
    workers: tuple[str, ...]
    task: Ints
    worker: Ints
    p: Floats
    tokens: Floats
    ask: Floats
    cost: Floats

    def __len__(self) -> int:
        return len(self.p)

    @property
    def placed(self) -> Booleans:
        """Which rows are bids at all: p and ask are finite numbers; shape (n,)."""
        return np.isfinite(self.p) & np.isfinite(self.ask)


def break_even(p: Floats, cost: Floats, penalty: float) -> Floats:
    """The ask at which a worker expects nothing: b* = (c + F (1 - p)) / p.

    Source: Fradkin and Krishnan (2026), random-reserve procurement auction.

    Args:
        p: success probabilities in [0, 1], shape (n,).
        cost: expected costs in units, shape (n,).
        penalty: failure penalty F in units.

    Returns:
        Asks in units, shape (n,); NaN where p = 0 or so small that the ask is no
        finite number, which is no bid.
    """
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        ask = (cost + penalty * (1 - p)) / p
    return np.where(np.isfinite(ask), ask, np.nan)
