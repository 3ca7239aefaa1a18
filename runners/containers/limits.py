"""What a container may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ContainerLimits:
    """Limits on everything in one container together, unless said otherwise.

    Attributes:
        memory: bytes, swap included.
        processes: processes and threads.
        cpus: how many may be kept busy; fewer where the machine has fewer.
        file: bytes of any single file.
        output: bytes that one command may write to standard output and error.
    """

    memory: int = 4096 * MIB
    processes: int = 512
    cpus: float = 2.0
    file: int = 1024 * MIB
    output: int = 4 * MIB

    def options(self, cpus_here: int) -> dict[str, Any]:
        """Options of `containers.create`, among them those that never change.

        An init process comes first: it reaps, and it ends at once when it is told to.
        """
        from docker.types import Ulimit

        return {
            "init": True,
            "mem_limit": self.memory,
            "memswap_limit": self.memory,
            "pids_limit": self.processes,
            "nano_cpus": int(min(self.cpus, cpus_here) * 1e9),
            "ulimits": [
                Ulimit(name="fsize", soft=self.file, hard=self.file),
                Ulimit(name="core", soft=0, hard=0),
            ],
            "security_opt": ["no-new-privileges:true"],
            "oom_score_adj": 1000,
        }
