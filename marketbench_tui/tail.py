"""The last lines of something that grows without end."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import islice

from marketbench_tui.lines import Line

KEEP = 5_000
"""Lines a pane keeps; it says so when there were more."""


class Tail:
    """Numbered lines of which only the last `keep` are kept.

    Attributes:
        count: lines ever settled; they are numbered from 0 and do not change.
        open: a last line that may still grow, or None.
        version: goes up with every change, so that a pane can tell whether to paint.
    """

    def __init__(self, keep: int = KEEP) -> None:
        self._lines: deque[Line] = deque(maxlen=keep)
        self.count = 0
        self.open: Line | None = None
        self.version = 0

    def append(self, line: Line) -> None:
        """Settle one more line."""
        self._lines.append(line)
        self.count += 1
        self.version += 1

    def grow(self, line: Line | None) -> None:
        """Show this as the unfinished last line; None: there is none."""
        if line != self.open:
            self.open = line
            self.version += 1

    @property
    def first(self) -> int:
        """Number of the oldest line that is kept."""
        return self.count - len(self._lines)

    def since(self, number: int) -> Iterator[Line]:
        """The kept lines from this number on."""
        return islice(self._lines, max(0, number - self.first), None)

    def __len__(self) -> int:
        return len(self._lines)
