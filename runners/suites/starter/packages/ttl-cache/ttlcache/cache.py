"""The cache itself: a bounded mapping whose entries expire."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from .clock import Clock
from .stats import Stats

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
D = TypeVar("D")


@dataclass(slots=True)
class _Entry(Generic[V]):
    """A stored value; it is live until `deadline`, or for ever if that is None."""

    value: V
    deadline: float | None

    def expired(self, now: float) -> bool:
        return self.deadline is not None and now >= self.deadline


class TTLCache(Generic[K, V]):
    """A mapping of at most `maxsize` entries that forgets them after `ttl` seconds.

    When it is full, expired entries make room first; if there are none, the
    least recently used entry is evicted. `get` and `put` count as use, `peek`
    and `in` do not. With `ttl=None` entries never expire unless `put` says so.
    """

    def __init__(
        self, maxsize: int, ttl: float | None = None, *, clock: Clock = time.monotonic
    ) -> None:
        if maxsize < 1:
            raise ValueError(f"maxsize must be at least 1, not {maxsize}")
        _check_ttl(ttl)
        self.maxsize = maxsize
        self.ttl = ttl
        self.stats = Stats()
        self._clock = clock
        self._entries: OrderedDict[K, _Entry[V]] = OrderedDict()  # least recently used first

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __iter__(self) -> Iterator[K]:
        """Keys of the live entries, least recently used first."""
        now = self._clock()
        return iter([key for key, entry in self._entries.items() if not entry.expired(now)])

    def __contains__(self, key: K) -> bool:
        return self._live(key) is not None

    def get(self, key: K, default: D = None) -> V | D:
        """The value under `key`, or `default` if there is none or it has expired."""
        entry = self._live(key)
        if entry is None:
            self.stats.misses += 1
            return default
        self.stats.hits += 1
        self._entries.move_to_end(key)
        return entry.value

    def peek(self, key: K, default: D = None) -> V | D:
        """Like `get`, but neither counts as a lookup nor as use of the entry."""
        entry = self._live(key)
        return default if entry is None else entry.value

    def put(self, key: K, value: V, ttl: float | None = None) -> None:
        """Store `value` under `key`; `ttl` overrides the cache's own for this entry."""
        _check_ttl(ttl)
        now = self._clock()
        if len(self._entries) >= self.maxsize:
            self._make_room(now)
        lifetime = self.ttl if ttl is None else ttl
        deadline = None if lifetime is None else now + lifetime
        self._entries[key] = _Entry(value, deadline)
        self._entries.move_to_end(key)

    def pop(self, key: K, default: D = None) -> V | D:
        """Remove `key` and return its value, or `default` if it is not there."""
        entry = self._live(key)
        if entry is None:
            return default
        del self._entries[key]
        return entry.value

    def delete(self, key: K) -> bool:
        """Remove `key`; tells whether it was there."""
        if self._live(key) is None:
            return False
        del self._entries[key]
        return True

    def clear(self) -> None:
        """Remove every entry. The statistics stay."""
        self._entries.clear()

    def purge(self) -> int:
        """Drop the expired entries and return how many there were."""
        return self._drop_expired(self._clock())

    def ttl_left(self, key: K) -> float | None:
        """Seconds until `key` expires, None if it never does.

        Raises KeyError if there is no live entry under `key`.
        """
        entry = self._live(key)
        if entry is None:
            raise KeyError(key)
        return None if entry.deadline is None else entry.deadline - self._clock()

    def _live(self, key: K) -> _Entry[V] | None:
        """The entry under `key` unless it has expired; an expired one is dropped."""
        entry = self._entries.get(key)
        if entry is not None and entry.expired(self._clock()):
            del self._entries[key]
            self.stats.expirations += 1
            return None
        return entry

    def _make_room(self, now: float) -> None:
        """Free at least one slot of a full cache."""
        if not self._drop_expired(now):
            self._entries.popitem(last=False)
            self.stats.evictions += 1

    def _drop_expired(self, now: float) -> int:
        stale = [key for key, entry in self._entries.items() if entry.expired(now)]
        for key in stale:
            del self._entries[key]
        self.stats.expirations += len(stale)
        return len(stale)


def _check_ttl(ttl: float | None) -> None:
    if ttl is not None and ttl <= 0:
        raise ValueError(f"ttl must be positive, not {ttl}")
