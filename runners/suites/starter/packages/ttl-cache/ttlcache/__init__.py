"""A cache with expiring entries, LRU eviction and a memoising decorator."""

from .cache import TTLCache
from .clock import Clock, ManualClock
from .memoize import Memoized, memoize
from .stats import Stats

__all__ = ["Clock", "ManualClock", "Memoized", "Stats", "TTLCache", "memoize"]
