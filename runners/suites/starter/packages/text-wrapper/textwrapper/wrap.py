"""Wrapping of a single paragraph."""

from __future__ import annotations

import re

from .hyphen import split_at_hint, strip_hints
from .options import DEFAULTS, WrapOptions
from .width import display_width

# Only ASCII whitespace separates words: no-break spaces do not, by design.
_WORD = re.compile(r"[^ \t\n\r\f\v]+")


def wrap(text: str, options: WrapOptions = DEFAULTS) -> list[str]:
    """Wrap *text* as one paragraph and return its lines.

    Any run of whitespace, line breaks included, counts as one space.
    """
    builder = _LineBuilder(options)
    for word in _WORD.findall(text):
        builder.add(word)
    return builder.finish()


def fill(text: str, options: WrapOptions = DEFAULTS) -> str:
    """Wrap *text* as one paragraph and return it as a single string."""
    return "\n".join(wrap(text, options))


class _LineBuilder:
    """Collects words into lines, filling each as far as possible."""

    def __init__(self, options: WrapOptions) -> None:
        self._options = options
        self._lines: list[str] = []
        self._words: list[str] = []

    def add(self, word: str) -> None:
        """Put *word* on the current line, or break it, or begin a new line."""
        while display_width(word) > (room := self._room()):
            pieces = split_at_hint(word, room)
            if pieces is None and not self._words:
                if not self._options.break_long_words:
                    break
                pieces = _chop(word, room)
            if pieces is not None:
                head, word = pieces
                self._words.append(head)
            self._end_line()
        if word:
            self._words.append(word)

    def finish(self) -> list[str]:
        """Return the lines, with the one in progress as the last."""
        if self._words:
            self._end_line()
        return self._lines

    def _room(self) -> int:
        """Return the columns left for another word on the current line."""
        used = sum(display_width(word) + 1 for word in self._words)
        return self._options.width - display_width(self._indent()) - used

    def _indent(self) -> str:
        if self._lines:
            return self._options.subsequent_indent
        return self._options.initial_indent

    def _end_line(self) -> None:
        self._lines.append(self._indent() + strip_hints(" ".join(self._words)))
        self._words = []


def _chop(word: str, room: int) -> tuple[str, str]:
    """Split *word* after as much as fits in *room*."""
    return word[:room], word[room:]
