"""Sliding window: at most *limit* requests in any *window* seconds."""

from __future__ import annotations

import time
from collections import deque

from .core import Clock, Decision


class SlidingWindow:
    """Remembers when each admitted request came and forgets it after *window* seconds."""

    def __init__(self, limit: int, window: float, *, clock: Clock = time.monotonic) -> None:
        if limit < 1:
            raise ValueError("limit must be at least 1")
        if window <= 0:
            raise ValueError("window must be positive")
        self.limit = limit
        self.window = window
        self._clock = clock
        self._events: deque[float] = deque()

    def acquire(self) -> Decision:
        """Admit a request if fewer than *limit* are inside the window."""
        now = self._clock()
        self._expire(now)
        if len(self._events) < self.limit:
            self._events.append(now)
            return Decision(True, self.limit, self.limit - len(self._events))
        return Decision(False, self.limit, 0, self._events[0] + self.window - now)

    def _expire(self, now: float) -> None:
        """Forget the requests that have left the window."""
        while self._events and self._events[0] + self.window <= now:
            self._events.popleft()
