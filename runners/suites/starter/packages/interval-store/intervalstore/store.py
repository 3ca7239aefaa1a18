"""The store: disjoint intervals in ascending order, each with a value."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from .interval import B, Interval

V = TypeVar("V")
D = TypeVar("D")


class IntervalStore(Generic[B, V]):
    """A map from half-open intervals to values in which what is added last wins.

    Stored intervals never overlap, and neighbours that touch and hold equal
    values are kept as one. Iterating gives `(interval, value)` pairs in
    ascending order.
    """

    def __init__(self, items: Iterable[tuple[B, B, V]] = ()) -> None:
        self._items: list[tuple[Interval[B], V]] = []
        for start, end, value in items:
            self.add(start, end, value)

    @classmethod
    def from_sorted(cls, items: Iterable[tuple[Interval[B], V]]) -> IntervalStore[B, V]:
        """A store of items that are in ascending order and do not overlap."""
        store = cls()
        store._items = list(items)
        return store

    def __len__(self) -> int:
        """Number of stored intervals."""
        return len(self._items)

    def __iter__(self) -> Iterator[tuple[Interval[B], V]]:
        return iter(tuple(self._items))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, IntervalStore):
            return NotImplemented
        return self._items == other._items

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        items = ", ".join(f"({i.start!r}, {i.end!r}, {value!r})" for i, value in self._items)
        return f"IntervalStore([{items}])"

    def __contains__(self, point: B) -> bool:
        return self._find(point) is not None

    def copy(self) -> IntervalStore[B, V]:
        """A store with the same items that changes on its own."""
        return self.from_sorted(self._items)

    def add(self, start: B, end: B, value: V) -> None:
        """Let [start, end) hold `value`, in place of whatever it held before."""
        interval = Interval(start, end)
        index = self._carve(interval)
        if index > 0:
            before, held = self._items[index - 1]
            if before.end == interval.start and held == value:
                interval = Interval(before.start, interval.end)
                index -= 1
                del self._items[index]
        self._items.insert(index, (interval, value))

    def update(self, other: IntervalStore[B, V]) -> None:
        """Add every item of `other`."""
        for interval, value in other:
            self.add(interval.start, interval.end, value)

    def remove(self, start: B, end: B) -> None:
        """Let [start, end) hold nothing; what lies outside of it stays."""
        self._carve(Interval(start, end))

    def at(self, point: B, default: D = None) -> V | D:
        """The value that holds at `point`, or `default` if none does."""
        found = self._find(point)
        return default if found is None else found[1]

    def query(self, start: B, end: B) -> Iterator[tuple[Interval[B], V]]:
        """What [start, end) holds, in order; intervals are cut to fit into it."""
        window = Interval(start, end)
        for interval, value in self._items[self._overlapping(window)]:
            shared = interval.intersection(window)
            if shared is not None:
                yield shared, value

    def span(self) -> Interval[B] | None:
        """From the first start to the last end, or None if the store is empty."""
        if not self._items:
            return None
        return Interval(self._items[0][0].start, self._items[-1][0].end)

    def _find(self, point: B) -> tuple[Interval[B], V] | None:
        index = self._first_ending_after(point)
        if index < len(self._items) and point in self._items[index][0]:
            return self._items[index]
        return None

    def _carve(self, hole: Interval[B]) -> int:
        """Clear `hole` and return the index where an item that fills it belongs."""
        found = self._overlapping(hole)
        left: list[tuple[Interval[B], V]] = []
        right: list[tuple[Interval[B], V]] = []
        for interval, value in self._items[found]:
            if interval.start < hole.start:
                left.append((Interval(interval.start, hole.start), value))
            elif hole.end < interval.end:
                right.append((Interval(hole.end, interval.end), value))
        self._items[found] = left + right
        return found.start + len(left)

    def _overlapping(self, window: Interval[B]) -> slice:
        """Where in the list the items are that have a point in `window`."""
        return slice(self._first_ending_after(window.start), self._first_starting_at(window.end))

    def _first_ending_after(self, point: B) -> int:
        return bisect_right(self._items, point, key=lambda item: item[0].end)

    def _first_starting_at(self, point: B) -> int:
        """Index of the first item that starts at `point` or later."""
        return bisect_left(self._items, point, key=lambda item: item[0].start)
