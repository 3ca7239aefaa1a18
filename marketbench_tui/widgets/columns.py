"""Columns that share the width of a pane; in a narrow one the least important give way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from marketbench_tui.lines import Line, Span, fit
from themes.tones import Tone

R = TypeVar("R")
GAP = 1
"""Blank cells between columns."""


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """One column.

    Attributes:
        title: over the column.
        cell: what it shows of a row.
        width: cells it needs.
        flex: its share of the width that is left over; 0 takes none.
        most: cells it never exceeds; 0 is no limit.
        keep: the column with the lowest figure goes first where the pane is narrow.
        right: whether cells are flush right.
    """

    title: str
    cell: Callable[[R], Line]
    width: int
    flex: int = 0
    most: int = 0
    keep: int = 5
    right: bool = False


def share(columns: Sequence[Column[R]], room: int) -> list[tuple[Column[R], int]]:
    """The columns that fit into so many cells, each with its width."""
    kept = list(columns)
    while len(kept) > 1 and _needed(kept) > room:
        kept.remove(min(kept, key=lambda column: column.keep))
    widths = {id(column): column.width for column in kept}
    spare = room - _needed(kept)
    growing = [column for column in kept if column.flex]
    while spare > 0 and growing:
        column = min(growing, key=lambda each: (widths[id(each)] - each.width) / each.flex)
        if column.most and widths[id(column)] >= column.most:
            growing.remove(column)
            continue
        widths[id(column)] += 1
        spare -= 1
    return [(column, min(widths[id(column)], room)) for column in kept]


def _needed(columns: Sequence[Column[R]]) -> int:
    return sum(column.width for column in columns) + GAP * (len(columns) - 1)


def headings(shared: Sequence[tuple[Column[R], int]]) -> Line:
    """The titles in their places."""
    spans: list[Span] = []
    for column, width in shared:
        spans += [*fit((Span(column.title, Tone.FAINT),), width, column.right), Span(" " * GAP)]
    return tuple(spans)


def cells(shared: Sequence[tuple[Column[R], int]], row: R) -> Line:
    """A row in the same places."""
    spans: list[Span] = []
    for column, width in shared:
        spans += [*fit(column.cell(row), width, column.right), Span(" " * GAP)]
    return tuple(spans)
