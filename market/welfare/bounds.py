"""A figure that is known, or lies between two others because an outcome was never observed."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where a figure lies: at `low` if no unobserved outcome helps it, at `high` if all do."""

    low: float
    high: float

    @property
    def value(self) -> float | None:
        """The figure where it is known, up to rounding; None where it is only bounded."""
        return self.low if math.isclose(self.low, self.high, rel_tol=1e-12, abs_tol=1e-12) else None


def bounds(low: float, high: float) -> Bounds | None:
    """These bounds, or None where either is no number: a cost it needs is unknown."""
    return Bounds(float(low), float(high)) if math.isfinite(low) and math.isfinite(high) else None
