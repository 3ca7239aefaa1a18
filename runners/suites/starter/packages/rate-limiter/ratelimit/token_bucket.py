"""Token bucket: a steady rate with bursts up to the bucket's capacity."""

from __future__ import annotations

import time

from .core import Clock, Decision, validate_cost


class TokenBucket:
    """Earns *rate* tokens a second, holds at most *capacity*, starts full."""

    def __init__(self, rate: float, capacity: int, *, clock: Clock = time.monotonic) -> None:
        if rate <= 0:
            raise ValueError("rate must be positive")
        if capacity < 1:
            raise ValueError("capacity must be at least 1")
        self.rate = rate
        self.capacity = capacity
        self._clock = clock
        self._tokens = capacity
        self._updated = clock()

    def acquire(self, cost: int = 1) -> Decision:
        """Take *cost* tokens if the bucket holds that many."""
        validate_cost(cost, self.capacity)
        self._refill()
        if cost <= self._tokens:
            self._tokens -= cost
            return Decision(True, self.capacity, self._tokens)
        wait = (cost - self._tokens) / self.rate
        return Decision(False, self.capacity, self._tokens, wait)

    def _refill(self) -> None:
        """Credit the tokens earned since the last update."""
        now = self._clock()
        earned = int((now - self._updated) * self.rate)
        self._tokens = min(self.capacity, self._tokens + earned)
        self._updated = now
