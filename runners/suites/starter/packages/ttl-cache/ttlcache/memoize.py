"""A decorator that remembers what a function returned."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

from .cache import TTLCache
from .clock import Clock
from .stats import Stats

R = TypeVar("R")

_MISSING: Any = object()


class Memoized(Generic[R]):
    """A function together with the cache of its results.

    Calls with the same arguments share a result until it expires or is evicted.
    An exception is passed on and not remembered.
    """

    def __init__(self, function: Callable[..., R], cache: TTLCache[Hashable, R]) -> None:
        functools.update_wrapper(self, function)
        self._function = function
        self.cache = cache

    def __call__(self, *args: Any, **kwargs: Any) -> R:
        key = _make_key(args, kwargs)
        result = self.cache.get(key, _MISSING)
        if result is _MISSING:
            result = self._function(*args, **kwargs)
            self.cache.put(key, result)
        return result

    @property
    def stats(self) -> Stats:
        """The counters of the cache behind the function."""
        return self.cache.stats

    def invalidate(self, *args: Any, **kwargs: Any) -> bool:
        """Forget the result for these arguments; tells whether there was one."""
        return self.cache.delete(_make_key(args, kwargs))


def memoize(
    maxsize: int = 128, ttl: float | None = None, *, clock: Clock = time.monotonic
) -> Callable[[Callable[..., R]], Memoized[R]]:
    """Decorate a function so that each result is kept for `ttl` seconds.

    At most `maxsize` results are kept. All arguments have to be hashable.
    """

    def decorate(function: Callable[..., R]) -> Memoized[R]:
        return Memoized(function, TTLCache(maxsize, ttl, clock=clock))

    return decorate


def _make_key(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Hashable:
    """A cache key for a call; the order of keyword arguments does not matter."""
    return args, tuple(sorted(kwargs.items()))
