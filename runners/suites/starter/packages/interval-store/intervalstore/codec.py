"""Stores as JSON text and back.

The text is an object with a format version and a list of records, each with
the keys `start`, `end` and `value`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from .interval import Interval
from .store import IntervalStore

FORMAT_VERSION = 1


class FormatError(ValueError):
    """The text is not a serialised store."""


def _unchanged(bound: Any) -> Any:
    return bound


def dumps(
    store: IntervalStore[Any, Any],
    *,
    encode_bound: Callable[[Any], Any] = _unchanged,
    indent: int | None = None,
) -> str:
    """Serialise `store`; `encode_bound` makes a JSON value of a bound."""
    records = [
        {
            "start": encode_bound(interval.start),
            "end": encode_bound(interval.end),
            "value": value,
        }
        for interval, value in store
    ]
    return json.dumps({"version": FORMAT_VERSION, "items": records}, indent=indent)


def loads(text: str, *, decode_bound: Callable[[Any], Any] = _unchanged) -> IntervalStore[Any, Any]:
    """The store that `text` describes; `decode_bound` undoes `encode_bound`.

    Raises FormatError if the text is not JSON, not of this format, or has a
    record that is incomplete or not an interval.
    """
    records = _records(text)
    return IntervalStore.from_sorted(
        _read_record(number, record, decode_bound) for number, record in enumerate(records)
    )


def _records(text: str) -> list[Any]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise FormatError(f"not JSON: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        raise FormatError("expected an object with a list of items")
    if document.get("version") != FORMAT_VERSION:
        raise FormatError(f"unknown format version {document.get('version')!r}")
    return document["items"]


def _read_record(
    number: int, record: Any, decode_bound: Callable[[Any], Any]
) -> tuple[Interval[Any], Any]:
    try:
        interval = Interval(decode_bound(record["start"]), decode_bound(record["end"]))
        return interval, record["value"]
    except KeyError as error:
        raise FormatError(f"item {number}: no {error.args[0]!r}") from error
    except (TypeError, ValueError) as error:
        raise FormatError(f"item {number}: {error}") from error
