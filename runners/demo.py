"""The demo: six simulated workers bid for the starter suite, offline and with nothing installed."""

from __future__ import annotations

from market.spec import LimitsSpec, MechanismSpec, SessionSpec, WorkerSpec

PROFILES = ("atlas", "boreas", "corvus", "delphi", "ember", "fjord")
BOUNTY_USD = 2.0
BUDGET_USD = 100.0
"""Simulated dollars: nothing is paid, but the budget works as it would."""


def demo_spec(seed: int = 7, pace: float = 0.0, tasks: tuple[str, ...] = ()) -> SessionSpec:
    """The spec of the demo; `tasks` narrows it, `pace` 1.0 makes it pleasant to watch."""
    return SessionSpec(
        name="demo: six sellers",
        suite="starter",
        tasks=tasks,
        workers=tuple(WorkerSpec(name=name, model=f"sim/{name}") for name in PROFILES),
        mechanism=MechanismSpec(name="direct-penalty", knobs={"bounty": BOUNTY_USD}),
        limits=LimitsSpec(budget_usd=BUDGET_USD, parallel_attempts=3),
        seed=seed,
        pace=pace,
    )
