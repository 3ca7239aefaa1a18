"""How long `marketbench --version` takes, against importing Textual's app alone.

The limit: at most twice `python -c "import textual.app"`, best of several in the same run.
"""

from __future__ import annotations

import subprocess
import sys
import time

LIMIT = 2.0
REPEATS = 7


def best(command: list[str]) -> float:
    """Shortest wall seconds of several runs."""
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - began)
    return min(times)


def main() -> int:
    """Print both times and their ratio; 1 when the limit is missed."""
    ours = best([sys.executable, "-m", "marketbench_tui", "--version"])
    peer = best([sys.executable, "-c", "import textual.app"])
    ratio = ours / peer
    print(f"marketbench --version {ours * 1e3:.0f} ms, import textual.app {peer * 1e3:.0f} ms")
    print(f"ratio {ratio:.2f} (limit {LIMIT})")
    return int(ratio > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
