"""The form of the Check screen: what can be said of a check before it begins, and what that asks for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from market.spec import CheckTerms
from marketbench_tui.setup.fields import Field
from runners.check import SUITE, CheckRequest

MODEL = "model"
API_BASE = "api_base"
"""The base URL that was chosen with a model; no field of the form."""
_TERMS = CheckTerms()
_REQUEST = CheckRequest(model="")

FIELDS: tuple[Field, ...] = (
    Field(MODEL, "model", "^l lists them; sim/atlas is free"),
    Field("against", "against", "a session or file of outcomes"),
    Field("system", "system", "whose outcomes, of several"),
    Field("suite", "suite", f"empty: the session's, or {SUITE}"),
    Field("margin", "margin", "points the gap may be from zero", f"{100 * _TERMS.margin:g}"),
    Field("level", "error level", "chance of a wrong verdict", f"{_TERMS.level:g}"),
    Field("max_tasks", "most tasks", "empty: all there are"),
    Field("max_usd", "most USD", "of model calls, never passed", f"{_REQUEST.max_usd:g}"),
    Field("seed", "seed", "of order and draws; empty: 0"),
)
"""What a person can say of a check."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the form asks for.

    Attributes:
        request: the check; None where a field is wrong.
        faults: what is wrong, by the field's path.
    """

    request: CheckRequest | None
    faults: Mapping[str, str]


def wanted(texts: Mapping[str, str]) -> Wanted:
    """The check that these texts ask for; a field left empty keeps its default."""
    typed = {field.path: texts.get(field.path, "").strip() for field in FIELDS}
    faults: dict[str, str] = {}

    def number(path: str, low: float, high: float, otherwise: float) -> float:
        value = _float(typed[path]) if typed[path] else otherwise
        if value is None or not low <= value <= high:
            faults[path] = f"must be a number from {low:g} to {high:g}"
            return otherwise
        return value

    def whole(path: str, low: int) -> int | None:
        if not typed[path]:
            return None
        if not typed[path].isdecimal() or len(typed[path]) > 18 or int(typed[path]) < low:
            faults[path] = f"must be a whole number, {low} or more"
            return None
        return int(typed[path])

    if not typed[MODEL]:
        faults[MODEL] = "is needed; ^l lists them"
    request = CheckRequest(
        model=typed[MODEL],
        suite=typed["suite"] or None,
        against=typed["against"],
        system=typed["system"],
        max_tasks=whole("max_tasks", 1),
        max_usd=number("max_usd", 0, 1_000_000, _REQUEST.max_usd),
        margin=number("margin", 0, 99, 100 * _TERMS.margin) / 100,
        level=number("level", 0.0001, 0.5, _TERMS.level),
        seed=whole("seed", 0),
        api_base=texts.get(API_BASE) or None,
    )
    return Wanted(None if faults else request, faults)


def _float(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
