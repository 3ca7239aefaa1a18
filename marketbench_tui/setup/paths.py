"""The names of what can be typed: a path into the spec for each field.

name  seed  limits.budget_usd  elicitation.strategy
workers.2.temperature
mechanism.knobs.direct-penalty.bounty       (a knob keeps its text under its own mechanism)
"""

from __future__ import annotations

from collections.abc import Sequence

KNOBS = "mechanism.knobs"
WORKERS = "workers"
WORKER_KNOB = "worker"
"""A knob of this name takes the name of a worker."""


def knob_path(mechanism: str, knob: str) -> str:
    """Where the text of a mechanism's knob is kept."""
    return f"{KNOBS}.{mechanism}.{knob}"


def worker_path(at: int, name: str) -> str:
    """Where a fault in a worker's field is found; workers count from 0."""
    return f"{WORKERS}.{at}.{name}"


def joined(location: Sequence[int | str]) -> str:
    """The path of a place that pydantic names."""
    return ".".join(str(part) for part in location)
