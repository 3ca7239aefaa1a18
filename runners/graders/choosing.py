"""The grader that a spec names, and what a task and this machine need for it."""

from __future__ import annotations

from pathlib import Path

from market.spec import GraderKind, SandboxKind, SessionSpec
from runners.graders.base import Grader
from runners.graders.local import LocalGrader
from runners.graders.swebench import SwebenchGrader
from runners.scratch import sweep_folders
from runners.suites.rows import SOURCES
from runners.suites.task import Task


def grader_for(spec: SessionSpec, session: int, folder: Path, unsandboxed: bool = False) -> Grader:
    """The grader of one session.

    Args:
        spec: names it.
        session: the session's number.
        folder: where the database is; logs are kept below it.
        unsandboxed: whether the local grader may run code of models without a sandbox.
    """
    if spec.grader is GraderKind.SWEBENCH:
        return SwebenchGrader(folder, str(session), spec.grader_network)
    return LocalGrader(allow_unsandboxed=unsandboxed)


def lacks(task: Task, kind: GraderKind) -> tuple[str, ...]:
    """What grading this task would need and the suite lacks; an image holds the sources itself."""
    spared = SOURCES if kind is GraderKind.SWEBENCH else ""
    return tuple(name for name in task.missing if name != spared)


def needs_docker(spec: SessionSpec) -> bool:
    """Whether anything in a session runs in containers."""
    in_docker = any(worker.sandbox is SandboxKind.DOCKER for worker in spec.workers)
    return in_docker or spec.grader is GraderKind.SWEBENCH


def make_ready(spec: SessionSpec) -> None:
    """Remove leftovers of dead processes, and make sure that Docker can be used where it must be.

    Raises:
        EngineGone, ContainerError: it cannot; says what to do.
    """
    sweep_folders()
    if needs_docker(spec):
        from runners.containers.sweep import sweep_containers

        sweep_containers()
