"""Suites in one file: .jsonl, .json or .parquet, as SWE-bench datasets are passed around."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from runners.suites.rows import SuiteError

SUFFIXES = (".jsonl", ".json", ".parquet")

Place = tuple[str, Mapping[str, Any]]
"""A row with the words that name its place in an error."""


def read_rows(path: Path) -> Iterator[Place]:
    """The rows of a dataset file, each with its place.

    Raises:
        SuiteError: the file is missing, unreadable or broken; names the line.
    """
    reader = {".jsonl": _jsonl, ".json": _json, ".parquet": _parquet}[path.suffix.lower()]
    try:
        yield from reader(path)
    except FileNotFoundError:
        raise SuiteError(f"{path}: no such file") from None
    except UnicodeDecodeError:
        raise SuiteError(f"{path}: not UTF-8 text; export it again as UTF-8") from None
    except OSError as error:
        raise SuiteError(f"{path}: {error.strerror or error}") from None


def _jsonl(path: Path) -> Iterator[Place]:
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                where = f"{path} line {number}"
                yield where, _row(_parsed(line, where), where)


def _json(path: Path) -> Iterator[Place]:
    rows = _parsed(path.read_text(encoding="utf-8-sig"), str(path))
    if not isinstance(rows, list):
        raise SuiteError(f"{path}: must hold a list of rows")
    for number, row in enumerate(rows, start=1):
        where = f"{path} row {number}"
        yield where, _row(row, where)


def _parquet(path: Path) -> Iterator[Place]:
    import pyarrow
    import pyarrow.parquet

    try:
        rows = pyarrow.parquet.read_table(path).to_pylist()
    except pyarrow.ArrowInvalid as error:
        raise SuiteError(f"{path}: not a parquet file ({str(error).splitlines()[0]})") from None
    for number, row in enumerate(rows, start=1):
        yield f"{path} row {number}", row


def _parsed(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        line = f" line {error.lineno}" if isinstance(error, json.JSONDecodeError) and error.lineno > 1 else ""
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
        raise SuiteError(f"{where}{line}: not JSON ({reason})") from None


def _row(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise SuiteError(f"{where}: must be an object with the columns of a task")
    return value
