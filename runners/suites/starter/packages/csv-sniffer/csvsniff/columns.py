"""Types of cells and columns, and converting cells to values."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


class ColumnType(enum.Enum):
    """What the cells of a column hold."""

    EMPTY = "empty"
    INTEGER = "integer"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATE = "date"
    TEXT = "text"


@dataclass(frozen=True)
class Column:
    """A column of the file; ``name`` is its heading or its number from 1."""

    name: str
    type: ColumnType


_INTEGER = re.compile(r"[+-]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[+-]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BOOLEANS = {"true": True, "false": False, "yes": True, "no": False}


def infer_cell(text: str) -> ColumnType:
    """The type of one cell; surrounding blanks do not matter."""
    text = text.strip()
    if not text:
        return ColumnType.EMPTY
    if _INTEGER.fullmatch(text):
        return ColumnType.INTEGER
    if _FLOAT.fullmatch(text):
        return ColumnType.FLOAT
    if text.lower() in _BOOLEANS:
        return ColumnType.BOOLEAN
    if _is_date(text):
        return ColumnType.DATE
    return ColumnType.TEXT


def infer_column(cells: Iterable[str]) -> ColumnType:
    """The type that all cells share; empty cells fit every type."""
    types = {infer_cell(cell) for cell in cells} - {ColumnType.EMPTY}
    if not types:
        return ColumnType.EMPTY
    if types == {ColumnType.INTEGER, ColumnType.FLOAT}:
        return ColumnType.FLOAT
    return types.pop() if len(types) == 1 else ColumnType.TEXT


def convert(text: str, type_: ColumnType) -> object:
    """The value of a cell in a column of this type.

    An empty cell is None, except in a text column. A cell that does not fit
    its column raises ValueError.
    """
    if type_ is ColumnType.TEXT:
        return text
    text = text.strip()
    if not text:
        return None
    found = infer_cell(text)
    if found is not type_ and (found, type_) != (ColumnType.INTEGER, ColumnType.FLOAT):
        raise ValueError(f"not of type {type_.value}: {text!r}")
    if type_ is ColumnType.INTEGER:
        return int(text)
    if type_ is ColumnType.FLOAT:
        return float(text)
    if type_ is ColumnType.BOOLEAN:
        return _BOOLEANS[text.lower()]
    return date.fromisoformat(text)


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
