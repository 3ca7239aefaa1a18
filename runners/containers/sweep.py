"""Removes what dead processes left behind: containers, half-made images, folders for temporary files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runners.containers.container import remove, remove_left
from runners.containers.engine import answers, client
from runners.containers.errors import docker_errors
from runners.containers.images import UNPROVEN
from runners.containers.labels import PROCESS, process_of
from runners.processes import Process
from runners.scratch import sweep_folders

if TYPE_CHECKING:
    from docker.models.containers import Container as Handle

ENDED = ("exited", "dead")


@dataclass(frozen=True, slots=True)
class Swept:
    """How much was removed; None containers and images where no engine answers."""

    folders: int
    containers: int | None
    images: int | None


def sweep_containers() -> int:
    """Remove containers whose process is dead.

    Of other machines, and of this one before its last start, those that have ended: ours run for as
    long as they are of use.

    Raises:
        EngineGone, ContainerError: the engine cannot be asked.
    """
    remove_left()
    removed = 0
    with docker_errors("cannot list containers"):
        for handle in client().containers.list(all=True, filters={"label": PROCESS}, ignore_removed=True):
            if _is_left(handle):
                remove(handle)
                removed += 1
    return removed


def _is_left(handle: Handle) -> bool:
    process = process_of(handle.labels)
    if process is None or process.is_here:
        return process is not None and process.is_dead
    return handle.status in ENDED


def sweep_images() -> int:
    """Remove images that a process built and did not live to prove.

    Raises:
        EngineGone, ContainerError: the engine cannot be asked.
    """
    removed = 0
    with docker_errors("cannot list images"):
        for tag in [tag for image in client().images.list(name=UNPROVEN) for tag in image.tags]:
            process = Process.parse(tag.removeprefix(f"{UNPROVEN}:").rpartition(".")[0])
            if process is not None and process.is_dead:
                client().images.remove(tag, noprune=True)
                removed += 1
    return removed


def sweep() -> Swept:
    """Remove all leftovers that can be found."""
    folders = sweep_folders()
    if not answers():
        return Swept(folders, None, None)
    return Swept(folders, sweep_containers(), sweep_images())
