"""Removes what dead processes left behind: containers, and folders for temporary files."""

from __future__ import annotations

from dataclasses import dataclass

from runners.containers.container import remove, remove_left
from runners.containers.engine import answers, client
from runners.containers.errors import docker_errors
from runners.containers.labels import PROCESS, process_of
from runners.scratch import sweep_folders


@dataclass(frozen=True, slots=True)
class Swept:
    """How much was removed; None containers where no engine answers."""

    folders: int
    containers: int | None


def sweep_containers() -> int:
    """Remove containers whose process is dead; those of other machines are left alone.

    Raises:
        EngineGone, ContainerError: the engine cannot be asked.
    """
    remove_left()
    removed = 0
    with docker_errors("cannot list containers"):
        for handle in client().containers.list(all=True, filters={"label": PROCESS}, ignore_removed=True):
            process = process_of(handle.labels)
            if process is not None and process.is_dead:
                remove(handle)
                removed += 1
    return removed


def sweep() -> Swept:
    """Remove all leftovers that can be found."""
    folders = sweep_folders()
    return Swept(folders, sweep_containers() if answers() else None)
