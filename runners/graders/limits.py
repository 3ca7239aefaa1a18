"""What code in a sandbox may use, and what is said when it used more."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

MIB = 1024 * 1024
SLACK_TASKS = 500
"""How far the kernel's limit on processes lies above ours. A fork bomb needs a few looks of the
watch to get there, so that it is stopped and named, and the machine still hardly feels it."""
DESCRIPTORS = 256


class Stop(StrEnum):
    """Which limit ended a run."""

    TIME = "time"
    MEMORY = "memory"
    PROCESSES = "processes"
    OUTPUT = "output"
    DISK = "disk"


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on everything in one sandbox together, unless said otherwise.

    Attributes:
        seconds: wall time.
        memory: bytes resident, shared pages counted once.
        processes: processes and threads together, as the kernel counts them.
        file: bytes of any single file.
        output: bytes written to standard output and error.
        disk: bytes that the workspace may take.
        scratch: bytes of each temporary file system (/tmp and /dev/shm).
    """

    seconds: float = 120.0
    memory: int = 1024 * MIB
    processes: int = 128
    file: int = 64 * MIB
    output: int = 4 * MIB
    disk: int = 512 * MIB
    scratch: int = 128 * MIB

    def exceeded(self, stop: Stop) -> str:
        """A sentence that says which limit was passed."""
        return {
            Stop.TIME: f"took more than {self.seconds:g} s",
            Stop.MEMORY: f"used more than {self.memory // MIB} MiB of memory",
            Stop.PROCESSES: f"started more than {self.processes} processes",
            Stop.OUTPUT: f"wrote more than {_size(self.output)} of output",
            Stop.DISK: f"wrote more than {_size(self.disk)} of files",
        }[stop]

    def for_each_process(self, others: int = 0) -> Mapping[str, int]:
        """The kernel's limits on every process, by the names of Python's `resource` module.

        They are walls behind the watch: wide enough that the watch, which can name the
        reason, comes first, and firm if it should not.

        Args:
            others: processes and threads that the kernel counts along, since it counts all
                of a user's; none for a user that exists only in the sandbox.
        """
        return {
            "RLIMIT_AS": 2 * self.memory + 256 * MIB,
            "RLIMIT_CPU": math.ceil(self.seconds) + 1,
            "RLIMIT_FSIZE": self.file,
            "RLIMIT_NOFILE": DESCRIPTORS,
            "RLIMIT_CORE": 0,
            "RLIMIT_NPROC": others + self.processes + SLACK_TASKS,
        }


def _size(amount: int) -> str:
    return f"{amount // MIB} MiB" if amount >= MIB else f"{amount // 1024} KiB"
