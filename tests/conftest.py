"""How many tests run side by side."""

from __future__ import annotations

import os


def pytest_xdist_auto_num_workers() -> int:
    """More than cores: half of what tests take is waiting, for screens, processes and containers."""
    cores = os.cpu_count() or 1
    return cores + min(cores, 4)
