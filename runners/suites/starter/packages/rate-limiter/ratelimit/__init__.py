"""In-process rate limiting: token bucket, sliding window, one limiter per key."""

from .core import Clock, Decision, Limiter, ManualClock, RateLimitExceeded
from .headers import rate_limit_headers
from .registry import LimiterRegistry, limited
from .sliding_window import SlidingWindow
from .token_bucket import TokenBucket

__all__ = [
    "Clock",
    "Decision",
    "Limiter",
    "LimiterRegistry",
    "ManualClock",
    "RateLimitExceeded",
    "SlidingWindow",
    "TokenBucket",
    "limited",
    "rate_limit_headers",
]
