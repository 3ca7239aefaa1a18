"""Every mechanism by name, and how one is built from a session's spec."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from market.errors import MarketBenchError
from market.mechanisms.base import Clearing, Conditions, Knobs, Mechanism
from market.mechanisms.direct_penalty import DirectPenalty
from market.mechanisms.lowest_ask import LowestAsk
from market.mechanisms.random_reserve import RandomReserve
from market.mechanisms.reputation_score import ReputationScore
from market.mechanisms.scoring import Scoring
from market.mechanisms.second_price import SecondPrice
from market.mechanisms.solo import Solo
from market.spec import MechanismSpec

__all__ = ["MECHANISMS", "Clearing", "Conditions", "Knobs", "Mechanism", "MechanismError", "build"]

_ALL: tuple[type[Mechanism], ...] = (
    DirectPenalty,
    RandomReserve,
    ReputationScore,
    LowestAsk,
    SecondPrice,
    Scoring,
    Solo,
)

MECHANISMS: Mapping[str, type[Mechanism]] = MappingProxyType({kind.name: kind for kind in _ALL})
"""Mechanisms by the name a spec gives them."""


class MechanismError(MarketBenchError, ValueError):
    """A spec names no known mechanism, or knobs that it does not take."""


def build(spec: MechanismSpec) -> Mechanism:
    """The mechanism of a spec, its knobs checked.

    Raises:
        MechanismError: one line that names the unknown mechanism, or each knob at fault with
            what is allowed and what the knob means.
    """
    kind = MECHANISMS.get(spec.name)
    if kind is None:
        raise MechanismError(f"no mechanism {spec.name!r}; {_suggestion(spec.name, MECHANISMS)}")
    try:
        knobs = kind.knobs_type.model_validate(spec.knobs)
    except ValidationError as error:
        faults = "; ".join(_fault(kind.knobs_type, detail) for detail in error.errors())
        raise MechanismError(f"mechanism {spec.name}: {faults}") from None
    return kind(knobs)


def _suggestion(name: str, known: Mapping[str, object]) -> str:
    near = get_close_matches(name, known, n=2)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    return f"{hint}choose from: {', '.join(known)}"


def _fault(kind: type[Knobs], detail: ErrorDetails) -> str:
    """One complaint of pydantic as a person needs it: the knob, what is wrong, what it means."""
    name = str(detail["loc"][0])
    field = kind.model_fields.get(name)
    if field is None:
        return f"no knob {name!r}; {_suggestion(name, kind.model_fields)}"
    if detail["type"] == "missing":
        return f"knob {name} is needed ({field.description})"
    message = detail["msg"].removeprefix("Input should be ")
    return f"knob {name} is {detail['input']!r} but should be {message} ({field.description})"
