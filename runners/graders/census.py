"""Who is alive in a sandbox, what they use, and how all of them are killed at once.

Limits on a whole tree of processes are kept by looking: the kernel's own limits count a
single process, or a user, and exempt root. For bubblewrap we look through the sandbox's own
/proc, which lists exactly its processes whatever they do to hide; there, killing the first
process makes the kernel kill all others, so that a fork bomb cannot outrun it. A plain
subprocess has no such wall: its processes are found by their session, and one that leaves
the session escapes the count (not the kill, which also goes by an environment variable).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from runners.graders.limits import Limits

PROC = Path("/proc")
MARK = "MARKETBENCH_SANDBOX"
"""Environment variable that every process of a plain run inherits."""
ROUNDS = 100
"""How often a plain run is searched for survivors."""
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Use:
    """What a sandbox uses now: processes and threads together, and resident bytes."""

    tasks: int = 0
    memory: int = 0


class Census(Protocol):
    """Counts and kills the processes of one sandbox."""

    def use(self, limits: Limits) -> Use:
        """What is used now, exactly enough to tell whether it passes the limits."""
        ...

    def kill(self) -> None:
        """Kill everything in the sandbox; harmless where nothing is left."""
        ...

    def close(self) -> None:
        """Let go of whatever the census holds."""
        ...


class NamespaceCensus:
    """Bubblewrap's sandbox, known by the host's id of its first process.

    Args:
        outer: bubblewrap itself.
        first: the first process inside; None where bubblewrap failed before there was one.
    """

    def __init__(self, outer: asyncio.subprocess.Process, first: int | None) -> None:
        self._outer = outer
        self._first = _pidfd(first)
        self._proc = PROC / str(first) / "root" / "proc" if first is not None else None

    def use(self, limits: Limits) -> Use:
        """What is used now; nothing while the sandbox is still being built or already gone."""
        if self._proc is None or not self._built(self._proc):
            return Use()
        return _use(_numbered(self._proc), limits)

    def kill(self) -> None:
        """Kill the first process, and with it all others, or bubblewrap itself where there is none yet."""
        with contextlib.suppress(ProcessLookupError):
            if self._first is not None:
                signal.pidfd_send_signal(self._first, signal.SIGKILL)
            elif self._outer.returncode is None:
                self._outer.kill()

    def close(self) -> None:
        """Let go of the first process."""
        if self._first is not None:
            os.close(self._first)
            self._first = None

    @staticmethod
    def _built(proc: Path) -> bool:
        # Until its mounts are in place the sandbox's root is the host's, with the host's processes.
        try:
            return proc.stat().st_dev != PROC.stat().st_dev
        except OSError:
            return False


class SessionCensus:
    """A plain subprocess that leads a session of its own."""

    def __init__(self, leader: int, mark: str) -> None:
        self._leader = leader
        self._mark = f"{MARK}={mark}".encode()

    def use(self, limits: Limits) -> Use:
        """What the session's processes use now."""
        return _use([PROC / str(pid) for pid in self._session()], limits)

    def kill(self) -> None:
        """Kill the session, and whoever left it, until nobody is found any more.

        By process group: the kernel kills a group in one go, between two forks.
        """
        if not PROC.is_dir():
            _kill_group(self._leader)
        for _ in range(ROUNDS):
            found = {*self._session(), *self._marked()} - {os.getpid()}
            groups = {group for pid in found if _running(PROC / str(pid)) and (group := _group(pid))}
            if not groups:
                return
            for group in groups:
                _kill_group(group)

    def close(self) -> None:
        """Nothing is held."""

    def _session(self) -> Iterator[int]:
        for entry in _numbered(PROC):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                if os.getsid(int(entry.name)) == self._leader:
                    yield int(entry.name)

    def _marked(self) -> Iterator[int]:
        for entry in _numbered(PROC):
            with contextlib.suppress(OSError):
                if self._mark in (entry / "environ").read_bytes().split(b"\0"):
                    yield int(entry.name)


def _group(pid: int) -> int | None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        return os.getpgid(pid)
    return None


def _kill_group(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _pidfd(pid: int | None) -> int | None:
    """A handle that cannot come to mean another process when the id is used again."""
    if pid is None:
        return None
    try:
        return os.pidfd_open(pid)
    except OSError:
        return None


def _numbered(proc: Path) -> list[Path]:
    try:
        return [proc / name for name in os.listdir(proc) if name.isdecimal()]  # noqa: PTH208 - called often
    except OSError:
        return []


@dataclass(frozen=True, slots=True)
class _Process:
    """A line of /proc/PID/stat: has it ended, its threads, its resident bytes."""

    entry: Path
    ended: bool
    threads: int
    resident: int


def _read(entry: Path) -> _Process | None:
    try:
        fields = (entry / "stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return None  # gone since it was listed
    # proc(5): state is field 3, num_threads 20, rss 24; counted here from field 3.
    return _Process(entry, fields[0] in (b"Z", b"X"), int(fields[17]), int(fields[21]) * _PAGE)


def _running(entry: Path) -> bool:
    process = _read(entry)
    return process is not None and not process.ended


def _use(entries: list[Path], limits: Limits) -> Use:
    if len(entries) > limits.processes:
        # Looking at each would take long while a fork bomb makes more; the number says enough.
        return Use(tasks=len(entries))
    found = [process for entry in entries if (process := _read(entry))]
    # One that ended and was not waited for has no threads left but still holds a place.
    tasks = sum(max(process.threads, 1) for process in found)
    memory = sum(process.resident for process in found)
    if memory > limits.memory:
        # Forked processes share pages; only now is the exact, slower figure worth asking for.
        memory = sum(_proportional(process.entry, process.resident) for process in found)
    return Use(tasks, memory)


def tasks_of_this_user() -> int:
    """Processes and threads that the current user has now, all over the machine."""
    own = [entry for entry in _numbered(PROC) if _owner(entry) == os.getuid()]
    return sum(max(process.threads, 1) for entry in own if (process := _read(entry)))


def _owner(entry: Path) -> int | None:
    try:
        return entry.stat().st_uid
    except OSError:
        return None


def _proportional(entry: Path, resident: int) -> int:
    """A process's share of memory in bytes, shared pages divided among those who share them."""
    try:
        lines = (entry / "smaps_rollup").read_text().splitlines()
    except OSError:
        return resident
    sizes = [line.split()[1] for line in lines if line.startswith("Pss:")]
    return int(sizes[0]) * 1024 if sizes else resident
