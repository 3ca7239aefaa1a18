"""Sums by group, which every account is made of."""

from __future__ import annotations

import numpy as np

from market.bids import Floats, Ints


def summed(group: Ints, values: Floats, groups: int) -> Floats:
    """The sum of the values of each group, shape (groups,); 0 for an empty one.

    Args:
        group: position of the group of each value, shape (n,).
        values: shape (n,).
        groups: how many there are.
    """
    return np.bincount(group, weights=values, minlength=groups).astype(np.float64, copy=False)
