"""Where the cache takes its time from."""

from __future__ import annotations

from collections.abc import Callable

Clock = Callable[[], float]
"""A function that returns the time in seconds and never goes back."""


class ManualClock:
    """A clock that stands still until it is told to move. Meant for tests."""

    def __init__(self, now: float = 0.0) -> None:
        self._now = now

    def __call__(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        """Move forward by `seconds`, which must not be negative."""
        if seconds < 0:
            raise ValueError(f"a clock cannot go back ({seconds} s)")
        self._now += seconds
