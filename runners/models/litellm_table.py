"""litellm's price table, read from its installed files: importing litellm takes seconds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_FILE = "model_prices_and_context_window_backup.json"
_TEXT_MODES = frozenset({"chat", "completion", "responses"})


@dataclass(frozen=True, slots=True)
class TableEntry:
    """A priced text model.

    Attributes:
        provider: litellm's name for who serves it.
        input_usd, output_usd: USD per token.
        cached_usd: USD per input token that the provider had cached; None where not listed.
        context_tokens: the longest input, in tokens; None where not listed.
    """

    provider: str
    input_usd: float
    output_usd: float
    cached_usd: float | None
    context_tokens: int | None


@cache
def version() -> str:
    """The installed litellm's version."""
    return metadata.version("litellm")


@cache
def table() -> Mapping[str, TableEntry]:
    """The priced text models that the installed litellm knows, by its names for them."""
    entries = ((name, _entry(row)) for name, row in _rows().items() if name != "sample_spec")
    return {name: entry for name, entry in entries if entry}


def _rows() -> Mapping[str, Any]:
    spec = find_spec("litellm")
    for folder in (spec.submodule_search_locations if spec else None) or ():
        path = Path(folder) / _FILE
        if path.is_file():
            return json.loads(path.read_text(encoding="utf-8"))
    from runners.models.loading import load

    return load().model_cost


def _entry(row: Mapping[str, Any]) -> TableEntry | None:
    input_usd = _number(row.get("input_cost_per_token"))
    output_usd = _number(row.get("output_cost_per_token"))
    if row.get("mode") not in _TEXT_MODES or input_usd is None or output_usd is None:
        return None
    context = _number(row.get("max_input_tokens"))
    return TableEntry(
        provider=str(row.get("litellm_provider", "unknown")),
        input_usd=input_usd,
        output_usd=output_usd,
        cached_usd=_number(row.get("cache_read_input_token_cost")),
        context_tokens=None if context is None else int(context),
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
