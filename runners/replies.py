"""Reading what a model answered to the forecast or bid prompt.

Tolerant of what surrounds the JSON object (fences, chatter, a draft before the answer),
strict about what is in it: a number that needs interpreting is refused, and the model is
asked again, rather than guessed at. The text is hostile: reading takes time linear in its
length, and nothing but `MalformedReply` is ever raised.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

MOST_TOKENS = 100_000_000
MOST_ASKED = 1e9
"""Units; more would not fit the ledger's integers."""
RATIONALE_CHARS = 2_000
SHOWN_CHARS = 40
MOST_FAILURES = 500
"""Broken JSON objects in one answer before the rest is not looked at."""


class MalformedReply(Exception):
    """The answer cannot be used.

    Attributes:
        reason: why, in words that the model is told.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Reply:
    """What a worker said.

    Attributes:
        p_success: success probability in [0, 1].
        tokens: estimated tokens in total, at least 1.
        ask: price asked in the session's unit; None where only a forecast was wanted.
    """

    p_success: float
    tokens: int
    ask: float | None = None
    rationale: str = ""


def parse_reply(text: str, wants_ask: bool) -> Reply:
    """The forecast or bid in a model's answer.

    Where several JSON objects state a `p_success`, the last one is the answer, as models
    think aloud before they settle; an earlier one never stands in for a bad last one.

    Args:
        text: the whole answer.
        wants_ask: whether an `ask` is required; without it, one that is given is ignored.

    Raises:
        MalformedReply: there is no such object, or what it states is not usable.
    """
    answer: _Object | None = None
    for found in _objects(text):
        if any(name == "p_success" for name, _ in found.members):
            answer = found
    if answer is None:
        raise MalformedReply('there is no JSON object with "p_success" in it')
    fields = _fields(answer)
    return Reply(
        p_success=_probability(fields),
        tokens=_tokens(fields),
        ask=_ask(fields) if wants_ask else None,
        rationale=_rationale(fields),
    )


@dataclass(frozen=True, slots=True)
class _Object:
    """A JSON object as written, with its members in order and repeated names kept."""

    members: list[tuple[str, Any]]


_DECODER = json.JSONDecoder(object_pairs_hook=_Object)


_OPENING = re.compile(r'\{(?=\s*["}])')
"""A brace that can open a JSON object; those of code and prose seldom can."""


def _objects(text: str) -> Iterator[_Object]:
    """The JSON objects in a text, outermost only.

    A failed decoding is taken up again where it failed, not at the next brace, so that text
    is not read over and over; and as `JSONDecodeError` counts the lines before it each time,
    only so many failures are put up with.
    """
    failures = 0
    opening = _OPENING.search(text)
    while opening:
        try:
            found, end = _DECODER.raw_decode(text, opening.start())
        except json.JSONDecodeError as error:
            end = max(error.pos, opening.end())
            failures += 1
        except RecursionError:
            raise MalformedReply("the JSON is nested too deeply") from None
        except ValueError:
            raise MalformedReply("a number has too many digits") from None
        else:
            yield found
        if failures > MOST_FAILURES:
            raise MalformedReply("too much of the answer looks like broken JSON")
        opening = _OPENING.search(text, end)


def _fields(answer: _Object) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in answer.members:
        if name in fields:
            raise MalformedReply(f"{_shown(name)} is stated more than once")
        fields[name] = value
    return fields


def _probability(fields: dict[str, Any]) -> float:
    value = _number(fields, "p_success")
    if not 0 <= value <= 1:
        _refuse("p_success", value, "must be from 0 to 1")
    return float(value)


def _tokens(fields: dict[str, Any]) -> int:
    value = _number(fields, "estimated_tokens_total")
    if value != int(value):
        _refuse("estimated_tokens_total", value, "must be an integer")
    if not 1 <= value <= MOST_TOKENS:
        _refuse("estimated_tokens_total", value, f"must be from 1 to {MOST_TOKENS}")
    return int(value)


def _ask(fields: dict[str, Any]) -> float:
    value = _number(fields, "ask")
    if not 0 <= value <= MOST_ASKED:
        _refuse("ask", value, f"must be from 0 to {MOST_ASKED:.0f}")
    return float(value)


def _number(fields: dict[str, Any], name: str) -> int | float:
    if name not in fields:
        raise MalformedReply(f'"{name}" is missing')
    value = fields[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        _refuse(name, value, "must be a plain number, without quotes or units")
    if isinstance(value, float) and not math.isfinite(value):
        _refuse(name, value, "must be finite")
    return value


def _rationale(fields: dict[str, Any]) -> str:
    value = fields.get("rationale")
    if value is None:
        return ""
    if not isinstance(value, str):
        _refuse("rationale", value, "must be text")
    # JSON may spell half of a surrogate pair, which nothing after this can store.
    text = value.encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= RATIONALE_CHARS else f"{text[:RATIONALE_CHARS]}…"


def _refuse(name: str, value: object, why: str) -> NoReturn:
    raise MalformedReply(f'"{name}" {why}, not {_shown(value)}')


def _shown(value: object) -> str:
    """A value short enough to quote; a container only by its kind, as it may be huge."""
    if isinstance(value, _Object):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        return json.dumps(value if len(value) <= SHOWN_CHARS else f"{value[:SHOWN_CHARS]}…")
    text = json.dumps(value)
    return text if len(text) <= SHOWN_CHARS else f"{text[:SHOWN_CHARS]}…"
