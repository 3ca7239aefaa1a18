"""Splitting of a document into paragraphs and lists."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")
_ITEM = re.compile(r"\s*(?P<marker>[-*+]|\d+[.)])\s+(?P<text>\S.*)")


@dataclass(frozen=True)
class Paragraph:
    """A paragraph, as one string that may have line breaks."""

    text: str


@dataclass(frozen=True)
class ListItem:
    """An item of a list: its marker, such as ``-`` or ``2.``, and its text."""

    marker: str
    text: str


@dataclass(frozen=True)
class ListBlock:
    """The items of a list, in order."""

    items: tuple[ListItem, ...]


def parse_blocks(text: str) -> list[Paragraph | ListBlock]:
    """Split *text* into its blocks.

    A blank line ends a block. Within a block, the first line that looks like a
    list item ends the paragraph, and other lines after it continue the item.
    """
    blocks: list[Paragraph | ListBlock] = []
    for chunk in _BLANK_LINES.split(text.strip("\n")):
        paragraph: list[str] = []
        items: list[ListItem] = []
        for line in chunk.splitlines():
            if match := _ITEM.match(line):
                items.append(ListItem(match["marker"], match["text"]))
            elif items:
                items[-1] = _continued(items[-1], line)
            else:
                paragraph.append(line)
        if any(line.strip() for line in paragraph):
            blocks.append(Paragraph("\n".join(paragraph)))
        if items:
            blocks.append(ListBlock(tuple(items)))
    return blocks


def _continued(item: ListItem, line: str) -> ListItem:
    """Return *item* with another line of text."""
    return ListItem(item.marker, f"{item.text}\n{line}")
