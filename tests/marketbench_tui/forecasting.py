"""Forecasts of three workers on forty tasks of eight repositories, drawn with a seed, for tests of charts."""

from __future__ import annotations

import numpy as np

from market.observations import Observations
from tests.market.observed import NAN, observations

WORKERS = {"sim/atlas": (0.9, 0.6), "sim/boreas": (0.6, 0.62), "sim/corvus": (0.7, 0.85)}
"""Worker, the p around which it forecasts, and its pass rate."""


def forecasts(tasks: int = 40, seed: int = 3, outcomes: bool = True) -> Observations:
    """Forecasts; with the outcome and the tokens of each, or without any."""
    rng = np.random.default_rng(seed)
    rows = []
    for worker, (said, rate) in WORKERS.items():
        for task in range(tasks):
            p = round(float(np.clip(rng.normal(said, 0.12), 0.02, 0.99)), 2)
            passed = float(rng.random() < rate)
            tokens = float(int(np.exp(rng.normal(9, 0.7))))
            estimate = float(int(tokens * np.exp(rng.normal(-0.8, 0.6))))
            known = (tokens, passed) if outcomes else (NAN, NAN)
            rows.append((worker, p, estimate, *known, False, f"t{task:02}", f"group/repo-{task % 8}"))
    return observations(rows)
