"""What every limiter shares: the clock, the decision and the interface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Protocol

Clock = Callable[[], float]


class ManualClock:
    """A clock that only moves when told to, for tests and simulations."""

    def __init__(self, start: float = 0.0) -> None:
        self._now = start

    def __call__(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        """Move the clock forward by *seconds*."""
        if seconds < 0:
            raise ValueError("a clock cannot go backwards")
        self._now += seconds


@dataclass(frozen=True)
class Decision:
    """The answer to one request.

    ``remaining`` is how much could still be admitted right now, and
    ``retry_after`` the seconds until the same request would be admitted
    (0.0 if it was).
    """

    allowed: bool
    limit: int
    remaining: int
    retry_after: float = 0.0


class RateLimitExceeded(Exception):
    """Raised by guarded functions when a call is not admitted."""

    def __init__(self, key: str, decision: Decision) -> None:
        super().__init__(f"rate limit exceeded for {key!r}, retry in {decision.retry_after:.2f}s")
        self.key = key
        self.decision = decision


class Limiter(Protocol):
    """Anything that admits or refuses requests."""

    def acquire(self) -> Decision:
        """Admit a request and count it, or refuse it and count nothing."""
        ...


def validate_cost(cost: int, limit: int) -> None:
    """Raise ``ValueError`` for a cost that no limiter of size *limit* could ever admit."""
    if cost < 1:
        raise ValueError(f"cost must be at least 1, not {cost}")
    if cost > limit:
        raise ValueError(f"cost {cost} exceeds the limit of {limit}")
