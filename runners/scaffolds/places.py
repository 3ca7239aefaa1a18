"""Where the commands of an agent run: in bubblewrap on this machine, or in a task's container."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from runners.containers.container import Container
from runners.containers.images import provide
from runners.containers.labels import Owner
from runners.containers.limits import MIB, ContainerLimits
from runners.graders.grants import Grants
from runners.graders.limits import Stop
from runners.graders.swebench import recipe_of
from runners.scaffolds.base import Work
from runners.scaffolds.bridge import Bridge
from runners.scaffolds.shell import Shell

TESTBED = "/testbed"
Hear = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended; `stopped` names the limit that ended it, if one did."""

    exit_code: int
    output: str
    stopped: str = ""


class Place(Protocol):
    """Runs shell commands for code in a thread."""

    def __enter__(self) -> Place:
        """Make it ready."""
        ...

    def __exit__(self, *_: object) -> None:
        """Leave nothing of it."""
        ...

    def execute(self, command: str, seconds: float) -> Ended:
        """Run one command for so many seconds at most; its output is shown as it appears."""
        ...

    def cancel(self) -> None:
        """End what runs, from another thread."""
        ...


@dataclass(slots=True)
class LocalPlace:
    """Bubblewrap around a workspace with the task's files."""

    work: Work
    bridge: Bridge
    variables: Mapping[str, str]
    allow_unsandboxed: bool
    _shell: Shell | None = None

    def __enter__(self) -> LocalPlace:
        """Make the workspace.

        Raises:
            WorkspaceError: there are no sources, or no sandbox can be made here.
        """
        grants = Grants(network=self.work.worker.network, variables=self.variables)
        self._shell = self.bridge.wait(Shell.open(self.work, grants, self.allow_unsandboxed))
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing lives longer than a command does."""

    def execute(self, command: str, seconds: float) -> Ended:
        """Run one command."""
        assert self._shell is not None
        pieces: list[str] = []

        def hear(text: str) -> None:
            pieces.append(text)
            self.work.emit("tool", text)

        run = self.bridge.wait(self._shell.run(f'cd "$TESTBED"\n{command}\n', seconds, hear))
        stopped = self._shell.sandbox.limits.exceeded(run.stopped) if run.stopped else ""
        if run.stopped is Stop.TIME:
            stopped = f"took more than {seconds:g} s"
        return Ended(run.exit_code, "".join(pieces), stopped)

    def cancel(self) -> None:
        """The bridge cancels what it waits for, which kills it."""


@dataclass(slots=True)
class ContainerPlace:
    """A container of the task's own image."""

    work: Work
    bridge: Bridge
    variables: Mapping[str, str]
    session: str = ""
    _cancelled: threading.Event = field(default_factory=threading.Event)
    _container: Container | None = None

    def __enter__(self) -> ContainerPlace:
        """Start the container, from an image that is built or pulled where it is not there.

        Raises:
            ContainerError, EngineGone: it cannot be had.
        """
        recipe = recipe_of(self.work.task)
        provide(recipe, lambda text: self.bridge.tell(self.work.emit, "note", text), self._cancelled)
        limits = self.work.worker.limits
        container = Container(
            recipe.image,
            Owner(self.session, self.work.attempt),
            ContainerLimits(memory=limits.memory_mib * MIB, processes=limits.processes),
            network=self.work.worker.network,
            environment=self.variables,
        )
        self._container = container
        if self._cancelled.is_set():
            container.cancel()
        container.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        """Remove it."""
        if self._container:
            self._container.close()

    def execute(self, command: str, seconds: float) -> Ended:
        """Run one command."""
        assert self._container is not None

        def hear(text: str) -> None:
            self.bridge.tell(self.work.emit, "tool", text)

        done = self._container.exec(command, seconds, hear, workdir=TESTBED)
        stopped: dict[Any, str] = {
            Stop.TIME: f"took more than {seconds:g} s",
            Stop.OUTPUT: "wrote too much output",
        }
        return Ended(done.exit_code, done.output, stopped.get(done.stopped, ""))

    def cancel(self) -> None:
        """Remove the container from under what runs in it."""
        self._cancelled.set()
        if self._container:
            self._container.cancel()
