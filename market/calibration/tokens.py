"""Estimated against actual tokens: ratios and their log10, which treats ten times too many
and ten times too few alike.
"""

from __future__ import annotations

import numpy as np

from market.bids import Booleans, Floats, Ints

QUARTILES = (0.25, 0.5, 0.75)


def tokens_known(estimated: Floats, actual: Floats) -> Booleans:
    """Which pairs are finite and above zero, so that they have a ratio; shape (n,)."""
    return np.isfinite(estimated) & np.isfinite(actual) & (estimated > 0) & (actual > 0)


def token_ratios(estimated: Floats, actual: Floats) -> Floats:
    """Estimated / actual tokens of the pairs that have a ratio, in the order of rows; shape (m,)."""
    known = tokens_known(estimated, actual)
    return estimated[known] / actual[known]


def quartiles(rising: Floats, weights: Floats | None = None) -> Floats:
    """Quartiles of values each repeated as often as its weight says, for b weightings; shape (b, 3).

    Linear interpolation between order statistics (type 7 of Hyndman and Fan 1996), as NumPy does.

    Args:
        rising: values in rising order, shape (m,).
        weights: whole numbers, shape (b, m), by default one each; a row of zeros gives NaN.
    """
    weights = np.ones((1, len(rising))) if weights is None else weights
    upto = np.cumsum(weights, axis=1)
    n = weights.sum(axis=1)
    found = np.full((len(weights), 3), np.nan)
    some = n > 0
    if not some.any():
        return found
    upto, n = upto[some], n[some]
    for column, share in enumerate(QUARTILES):
        place = (n - 1) * share
        below = np.floor(place)
        low, high = (rising[_holder(upto, at)] for at in (below, np.minimum(below + 1, n - 1)))
        found[some, column] = low + (high - low) * (place - below)
    return found


def _holder(upto: Floats, place: Floats) -> Ints:
    """Which value holds place 0, 1, ... of the repeated values, given how many there are up to each."""
    return (upto <= place[:, None]).sum(axis=1)
