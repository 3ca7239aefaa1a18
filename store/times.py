"""Times as the store writes them: ISO-8601 in UTC, with microseconds and a `Z`."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache


@lru_cache(maxsize=64)  # events of one moment are stored together
def to_text(at: datetime) -> str:
    """The text of a time.

    Raises:
        ValueError: the time carries no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("a time in the ledger needs a time zone; use datetime.now(UTC)")
    utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return utc.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def from_text(text: str) -> datetime:
    """The time that `to_text` wrote, in UTC."""
    return datetime.fromisoformat(text)
