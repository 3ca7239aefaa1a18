"""How much of a window a store covers, and where it does not."""

from __future__ import annotations

from typing import Any

from .interval import B, Interval
from .store import IntervalStore


def gaps(store: IntervalStore[B, Any], start: B, end: B) -> list[Interval[B]]:
    """The parts of [start, end) that hold nothing, in ascending order."""
    found: list[Interval[B]] = []
    cursor = start
    for interval, _ in store.query(start, end):
        if cursor < interval.start:
            found.append(Interval(cursor, interval.start))
        cursor = interval.end
    if cursor < end:
        found.append(Interval(cursor, end))
    return found


def covered(store: IntervalStore[B, Any], start: B, end: B) -> Any:
    """The length of the parts of [start, end) that hold something."""
    nothing = start - start  # zero in the type of a length: an int, a timedelta ...
    return sum((interval.length for interval, _ in store.query(start, end)), nothing)
