"""Counters that a cache keeps about itself."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(slots=True)
class Stats:
    """What happened to a cache since it was made, or since `reset`.

    `evictions` counts entries that were dropped to make room, `expirations`
    those that were dropped because their time was over.
    """

    hits: int = 0
    misses: int = 0
    evictions: int = 0
    expirations: int = 0

    @property
    def lookups(self) -> int:
        """Number of lookups, hits and misses together."""
        return self.hits + self.misses

    @property
    def hit_rate(self) -> float:
        """Share of lookups that were hits; 0.0 when there were none."""
        return self.hits / self.lookups if self.lookups else 0.0

    def snapshot(self) -> Stats:
        """An independent copy of the present counts."""
        return replace(self)

    def reset(self) -> None:
        """Set every counter back to zero."""
        self.hits = self.misses = self.evictions = self.expirations = 0
