"""Telling a header from a first row of data."""

from __future__ import annotations

from collections.abc import Sequence

from .columns import ColumnType, infer_cell, infer_column

_NO_EVIDENCE = {ColumnType.TEXT, ColumnType.EMPTY}


def looks_like_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row holds names rather than data.

    Every column whose other cells are numbers, booleans or dates has a vote:
    for a header if its first cell is text, against it otherwise.
    """
    if len(rows) < 2:
        return False
    first, *body = rows
    votes = 0
    for index, cell in enumerate(first):
        below = infer_column(row[index] for row in body if index < len(row))
        if below in _NO_EVIDENCE:
            continue
        votes += 1 if infer_cell(cell) is ColumnType.TEXT else -1
    return votes > 0
