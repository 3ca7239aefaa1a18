"""Widths of characters and strings in terminal columns."""

from __future__ import annotations

import unicodedata

_INVISIBLE_CATEGORIES = frozenset({"Mn", "Me", "Cf", "Cc"})


def char_width(char: str) -> int:
    """Return the columns taken by one character: 0, 1 or 2.

    Combining marks, control and format characters (the soft hyphen among them)
    take none, and East Asian wide and full-width characters take two.
    """
    if unicodedata.category(char) in _INVISIBLE_CATEGORIES:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def display_width(text: str) -> int:
    """Return the columns taken by *text*, which should be a single line."""
    return sum(char_width(char) for char in text)
