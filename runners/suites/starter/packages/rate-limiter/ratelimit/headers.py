"""Decisions as HTTP response headers."""

from __future__ import annotations

from .core import Decision


def rate_limit_headers(decision: Decision) -> dict[str, str]:
    """Headers that tell an HTTP client where it stands.

    ``Retry-After`` is only sent with a refusal. HTTP allows whole seconds there
    and no fractions (RFC 9110, section 10.2.3).
    """
    headers = {
        "X-RateLimit-Limit": str(decision.limit),
        "X-RateLimit-Remaining": str(decision.remaining),
    }
    if not decision.allowed:
        headers["Retry-After"] = str(int(decision.retry_after))
    return headers
