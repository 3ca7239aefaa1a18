"""A line of toned text, and how it is measured, clipped and wrapped in terminal cells.

Panes paint lines, never markup, so that no text can be read as style.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from themes.tones import Tone


class Span(NamedTuple):
    """A run of text in one tone. The text is safe already."""

    text: str
    tone: Tone = Tone.INK
    bold: bool = False
    action: str = ""
    """What a click on it does, as a Textual action."""


Line = tuple[Span, ...]
"""One line of a pane, without line ends."""

ELLIPSIS = "…"
NEAR = 16
"""Characters before the end of a row in which a blank is looked for."""


def line(*parts: Span | str) -> Line:
    """A line of these parts; plain strings are in ink."""
    return tuple(part if isinstance(part, Span) else Span(part) for part in parts if part)


def plain(spans: Iterable[Span]) -> str:
    """The text of a line alone."""
    return "".join(span.text for span in spans)


def width_of(spans: Iterable[Span]) -> int:
    """Cells a line takes in a terminal."""
    return sum(cell_len(span.text) for span in spans)


def clip(spans: Line, width: int) -> Line:
    """The line in at most `width` cells, ending in an ellipsis if anything was left out."""
    if width_of(spans) <= width:
        return spans
    if width <= 0:
        return ()
    kept: list[Span] = []
    room = width - 1
    for span in spans:
        cells = cell_len(span.text)
        if cells > room:
            text = set_cell_size(span.text, room).rstrip() + ELLIPSIS
            kept.append(span._replace(text=text))
            break
        kept.append(span)
        room -= cells
    return tuple(kept)


def fit(spans: Line, width: int, right: bool = False) -> Line:
    """The line in exactly `width` cells: clipped, or filled with blanks."""
    spans = clip(spans, width)
    blank = width - width_of(spans)
    if blank <= 0:
        return spans
    filler = Span(" " * blank)
    return (filler, *spans) if right else (*spans, filler)


def wrap(spans: Line, width: int, mark: Line = ()) -> list[Line]:
    """The line folded to rows of at most `width` cells; at least one row.

    Rows end at a blank where one is near, and where they are full otherwise, so that no
    character is lost. `mark` stands before every row but the first.
    """
    if width <= 0 or width_of(spans) <= width:
        return [spans]
    rows: list[Line] = []
    row: list[Span] = []
    room = width
    indent = width_of(mark)
    for span in (span for span in spans if span.text):
        cells = cell_len(span.text)
        while cells > room:
            head, rest = _split(span.text, room, fresh=len(row) <= len(mark))
            if head:
                row.append(span._replace(text=head))
            rows.append(tuple(row))
            row, room = [*mark], max(1, width - indent)
            span = span._replace(text=rest)
            cells = cell_len(rest)
        row.append(span)
        room -= cells
    rows.append(tuple(row))
    return rows


def _split(text: str, room: int, fresh: bool) -> tuple[str, str]:
    """Split before the cell `room`, near a blank if one is close.

    An empty row takes at least one character, however wide it is.
    """
    if text.isascii():
        end = room
    else:
        end, used = 0, 0
        for character in text:
            used += cell_len(character)
            if used > room:
                break
            end += 1
    if end == 0:
        return (text[:1], text[1:]) if fresh else ("", text)
    if text[end] == " ":
        return text[:end], text[end + 1 :]
    blank = text.rfind(" ", max(0, end - NEAR), end)
    cut = blank + 1 if blank > 0 else end
    return text[:cut], text[cut:]
