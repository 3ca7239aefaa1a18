"""A what-if as a file: which session, the knobs, and what they gave, as TOML or as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from market.errors import MarketBenchError
from market.welfare.knobs import WhatIf
from market.welfare.outcome import Outcome
from marketbench_tui.auction.ports import Case
from marketbench_tui.auctions import outcome_values, worker_values

SUFFIXES = (".toml", ".json")


class FileRefusedError(MarketBenchError):
    """The what-if cannot be written there."""


class FileExistsAlreadyError(FileRefusedError):
    """A file is there already."""


def write(path: Path, told: Mapping[str, Any], replace: bool = False) -> None:
    """Write what `document` tells into a file that ends in .toml or .json.

    Raises:
        FileExistsAlreadyError: a file is there already.
        FileRefusedError: the name ends otherwise, or the file cannot be written.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise FileRefusedError(f"a what-if is written as .toml or .json, not as {path.name!r}")
    text = (
        _toml(told) if path.suffix.lower() == ".toml" else json.dumps(told, indent=2, allow_nan=False) + "\n"
    )
    try:
        with path.open("w" if replace else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise FileExistsAlreadyError(f"{path} exists; enter again replaces it") from None
    except OSError as error:
        raise FileRefusedError(f"cannot write {path}: {error.strerror or error}") from error


def _toml(told: Mapping[str, Any]) -> str:
    import tomli_w

    return tomli_w.dumps(_without_none(told))


def _without_none(value: Any) -> Any:
    """The same without what is not known: TOML has no null."""
    if isinstance(value, Mapping):
        return {key: _without_none(each) for key, each in value.items() if each is not None}
    return [_without_none(each) for each in value] if isinstance(value, (list, tuple)) else value


def document(case: Case, name: str, whatif: WhatIf, outcome: Outcome) -> dict[str, Any]:
    """A what-if as a file tells it; a figure that is only bounded has `low` and `high`."""
    return {
        "session": {"number": case.number, "name": case.name, "simulated": case.simulated},
        "what_if": name,
        "unit": str(case.unit),
        "knobs": whatif.model_dump(mode="json"),
        "figures": {**outcome_values(outcome), "allocator": str(whatif.mechanism)},
        "workers": [worker_values(each) for each in outcome.workers],
    }
