"""Tells what kind of file somebody wants to import by looking at its beginning."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

from store.errors import ImportRefusedError

_LOOK_BYTES = 1 << 20


class FileKind(StrEnum):
    """Kinds of file that are told apart; only `PHASE1` becomes a session."""

    PHASE1 = "phase1"
    PRICES = "prices"
    TASKS = "tasks"
    SPEC = "spec"
    LEDGER = "ledger"
    DATABASE = "database"
    TABLE = "table"
    EMPTY = "empty"
    UNKNOWN = "unknown"


_EXPECTED = "expected JSON lines with task_id, model_ref and p_success"

_REFUSALS = {
    FileKind.PRICES: "is a price table; give it with --prices beside a file of forecasts",
    FileKind.TASKS: "is a set of tasks; name it as the suite of a session",
    FileKind.SPEC: "is a session specification; start it with `marketbench run`",
    FileKind.LEDGER: "is an exported ledger, to be read elsewhere; its session is where it came from",
    FileKind.DATABASE: "is a database; open it with --db",
    FileKind.TABLE: f"is a table of a kind that can not be imported; {_EXPECTED}",
    FileKind.EMPTY: f"is empty; {_EXPECTED}",
    FileKind.UNKNOWN: f"is not a kind of file that can be imported; {_EXPECTED}",
}


def sniff(path: Path) -> FileKind:
    """The kind of a file, from its first line that is not blank.

    Raises:
        ImportRefusedError: the file can not be read.
    """
    try:
        with path.open("rb") as file:
            beginning = file.read(_LOOK_BYTES)
    except OSError as error:
        raise ImportRefusedError(f"cannot read {path}: {error.strerror}") from error
    if beginning.startswith(b"SQLite format 3\0"):
        return FileKind.DATABASE
    if path.suffix == ".toml":
        return FileKind.SPEC
    lines = beginning.decode("utf-8-sig", "replace").strip().splitlines()
    if not lines:
        return FileKind.EMPTY
    if lines[0].lstrip().startswith(("{", "[")):
        return _kind_of_json(lines[0])
    return _kind_of_table(lines[0])


def importable_kind(path: Path) -> FileKind:
    """The kind of a file that can be imported.

    Raises:
        ImportRefusedError: it can not be read or imported; the message says what it is.
    """
    kind = sniff(path)
    if kind in _REFUSALS:
        raise ImportRefusedError(f"{path} {_REFUSALS[kind]}")
    return kind


def _kind_of_json(line: str) -> FileKind:
    try:
        first: Any = json.loads(line)
    except ValueError:
        # A first line that is cut or broken: its keys tell what was meant, the importer says where.
        return FileKind.PHASE1 if '"p_success"' in line else FileKind.UNKNOWN
    keys = set(cast("dict[str, Any]", first)) if isinstance(first, dict) else set[str]()
    if {"instance_id", "problem_statement"} <= keys:
        return FileKind.TASKS
    if {"prev_hash", "hash", "payload"} <= keys:
        return FileKind.LEDGER
    if keys & {"p_success", "model_ref"}:
        return FileKind.PHASE1
    return FileKind.UNKNOWN


def _kind_of_table(line: str) -> FileKind:
    columns = {name.strip() for name in line.split(",")}
    if "model_ref" in columns and columns & {"blended_price_per_token", "input_per_1k"}:
        return FileKind.PRICES
    return FileKind.TABLE if len(columns) > 1 else FileKind.UNKNOWN
