"""Half-open intervals over any ordered type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar


class Ordered(Protocol):
    """What a bound has to support."""

    def __lt__(self, other: Any, /) -> bool: ...

    def __le__(self, other: Any, /) -> bool: ...

    def __sub__(self, other: Any, /) -> Any: ...


B = TypeVar("B", bound=Ordered)


@dataclass(frozen=True, slots=True)
class Interval(Generic[B]):
    """All points from `start` up to, and without, `end`. Never empty."""

    start: B
    end: B

    def __post_init__(self) -> None:
        if not self.start < self.end:
            raise ValueError(f"an interval must end after it starts: {self.start}, {self.end}")

    def __repr__(self) -> str:
        return f"Interval({self.start!r}, {self.end!r})"

    def __contains__(self, point: B) -> bool:
        return self.start <= point < self.end

    @property
    def length(self) -> Any:
        """Distance from start to end, in the type that subtracting bounds gives."""
        return self.end - self.start

    def overlaps(self, other: Interval[B]) -> bool:
        """Whether the two have a point in common; touching is not enough."""
        return self.start < other.end and other.start < self.end

    def intersection(self, other: Interval[B]) -> Interval[B] | None:
        """The points that both hold, or None if there are none."""
        if not self.overlaps(other):
            return None
        return Interval(max(self.start, other.start), min(self.end, other.end))
