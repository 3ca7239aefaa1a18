"""One limiter per key, and a decorator that guards a function with them."""

from __future__ import annotations

import functools
import threading
import time
from typing import Any, Callable, TypeVar

from .core import Clock, Decision, Limiter, RateLimitExceeded

F = TypeVar("F", bound=Callable[..., Any])


class LimiterRegistry:
    """Creates a limiter for each key on first use and keeps it.

    *factory* makes the limiter of a new key. Keys that were not used for
    *idle_after* seconds are dropped by :meth:`prune`; choose it no shorter than
    a limiter needs to recover completely. Safe to share between threads.
    """

    def __init__(
        self,
        factory: Callable[[], Limiter],
        *,
        idle_after: float = 3600.0,
        clock: Clock = time.monotonic,
    ) -> None:
        self._factory = factory
        self._idle_after = idle_after
        self._clock = clock
        self._limiters: dict[str, Limiter] = {}
        self._last_used: dict[str, float] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._limiters)

    def __contains__(self, key: str) -> bool:
        return key in self._limiters

    def acquire(self, key: str) -> Decision:
        """Ask the limiter of *key* to admit one request."""
        with self._lock:
            limiter = self._limiters.get(key)
            if limiter is None:
                limiter = self._limiters[key] = self._factory()
            self._last_used[key] = self._clock()
            return limiter.acquire()

    def reset(self, key: str) -> None:
        """Forget *key*; its next request meets a new limiter."""
        with self._lock:
            self._limiters.pop(key, None)
            self._last_used.pop(key, None)

    def prune(self) -> int:
        """Drop the idle keys and return how many there were."""
        with self._lock:
            oldest = self._clock() - self._idle_after
            idle = [key for key, used in self._last_used.items() if used <= oldest]
            for key in idle:
                del self._limiters[key], self._last_used[key]
            return len(idle)


def limited(registry: LimiterRegistry, *, key: Callable[..., str]) -> Callable[[F], F]:
    """Guard a function: each call is charged to ``key(*args, **kwargs)``.

    A call that is not admitted raises :class:`RateLimitExceeded` and the
    function does not run.
    """

    def decorate(function: F) -> F:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            name = key(*args, **kwargs)
            decision = registry.acquire(name)
            if not decision.allowed:
                raise RateLimitExceeded(name, decision)
            return function(*args, **kwargs)

        return wrapper  # type: ignore[return-value]

    return decorate
