"""Money as integers: a billionth of the session's unit (nano-dollars where the unit is USD)."""

from __future__ import annotations

import math

NANO = 1_000_000_000
"""Nano-units in one unit."""


def to_nano(amount: float) -> int:
    """Round an amount in units to integer nano-units.

    Raises:
        ValueError: the amount is NaN or infinite.
    """
    if not math.isfinite(amount):
        raise ValueError(f"an amount of money must be finite, not {amount!r}")
    return round(amount * NANO)


def to_units(nano: int) -> float:
    """Nano-units as a float in units, for arithmetic in NumPy and for display."""
    return nano / NANO
