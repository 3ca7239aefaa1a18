"""The tape of a session as long as it is watched: all its lines, and those a filter keeps."""

from __future__ import annotations

from collections import deque

from marketbench_tui.tail import KEEP, Tail
from marketbench_tui.view.sift import sieve
from marketbench_tui.view.tape import TapeEntry


class TapeLog:
    """Lines of the tape, of which the last are kept.

    Attributes:
        words: the filter; empty keeps everything.
        tail: the lines that the filter keeps.
    """

    def __init__(self, keep: int = KEEP) -> None:
        self.words = ""
        self._all = Tail(keep)
        self.tail = self._all
        self._entries: deque[TapeEntry] = deque(maxlen=keep)
        self._keeps = sieve("")

    @property
    def count(self) -> int:
        """Lines there ever were."""
        return self._all.count

    def add(self, entry: TapeEntry) -> None:
        """One more thing has happened."""
        self._entries.append(entry)
        self._all.append(entry.shown)
        if self.tail is not self._all and self._keeps(entry):
            self.tail.append(entry.shown)

    def narrow(self, words: str) -> None:
        """Keep the lines that match these words, of those still known and of those to come."""
        words = words.strip()
        if words == self.words:
            return
        self.words, self._keeps, self.tail = words, sieve(words), self._all
        if words:
            self.tail = Tail(self._entries.maxlen or KEEP)
            for entry in filter(self._keeps, self._entries):
                self.tail.append(entry.shown)
