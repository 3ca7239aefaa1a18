"""Which process made something, told so that a later one can find out whether it is dead.

A process id alone is not enough: ids are used again, and the same id is another process on
another machine or in another container.
"""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_STARTED = 19
"""Field of /proc/PID/stat that says when the process started, counted after the name in brackets."""


@dataclass(frozen=True, slots=True)
class Process:
    """One process.

    Attributes:
        place: the machine, since its last start, and the set of process ids there.
        started: when it started, in the kernel's ticks; "0" where that cannot be known.
    """

    place: str
    pid: int
    started: str

    def __str__(self) -> str:
        """A word for labels and for names of files."""
        return f"{self.pid}.{self.started}.{self.place}"

    @classmethod
    def parse(cls, word: str) -> Process | None:
        """What `str` made; None where it is something else."""
        pid, _, rest = word.partition(".")
        started, _, place = rest.partition(".")
        if not (pid.isdecimal() and started.isdecimal() and place):
            return None
        return cls(place, int(pid), started)

    @property
    def is_here(self) -> bool:
        """Whether it runs, or ran, on this machine since its last start."""
        return self.place == _place()

    @property
    def is_dead(self) -> bool:
        """Whether it is known to have ended; what lives elsewhere is not known to."""
        if not self.is_here:
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            pass
        return _started(self.pid) != self.started


@cache
def me() -> Process:
    """This process."""
    return Process(_place(), os.getpid(), _started(os.getpid()))


def _started(pid: int) -> str:
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return "0"
    return stat.rpartition(b")")[2].split()[_STARTED].decode()


@cache
def _place() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()[:8]
        return f"{boot}-{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return platform.node().replace(".", "-") or "here"
