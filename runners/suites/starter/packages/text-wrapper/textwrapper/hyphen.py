"""Hyphenation hints: soft hyphens that mark where a word may be broken."""

from __future__ import annotations

from .width import display_width

SOFT_HYPHEN = "\N{SOFT HYPHEN}"


def strip_hints(text: str) -> str:
    """Return *text* without hyphenation hints."""
    return text.replace(SOFT_HYPHEN, "")


def split_at_hint(word: str, room: int) -> tuple[str, str] | None:
    """Split *word* at the last hint that lets its first part fit in *room* columns.

    Return the first part, ending in a hyphen, and the rest, or None if the word
    has no hint early enough.
    """
    best = None
    for position, char in enumerate(word):
        if char != SOFT_HYPHEN:
            continue
        head = strip_hints(word[:position])
        if display_width(head) > room:
            break
        if head:
            best = _with_hyphen(head), word[position + 1 :]
    return best


def _with_hyphen(head: str) -> str:
    """Add a hyphen to *head*, unless it ends in one already."""
    return head if head.endswith("-") else f"{head}-"
