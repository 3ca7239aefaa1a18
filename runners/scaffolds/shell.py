"""A workspace and the sandbox around it, for scaffolds whose agents run commands on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from market.spec import AttemptLimits
from runners.graders.grants import Grants
from runners.graders.limits import MIB, Limits
from runners.graders.probe import bubblewrap_here
from runners.graders.sandbox import Run, Sandbox, SandboxError
from runners.scaffolds.base import Work
from runners.workspace import Workspace, WorkspaceError


@dataclass(frozen=True, slots=True)
class Shell:
    """Runs scripts in the sandbox of one attempt; /tmp and the workspace live as long as it does."""

    workspace: Workspace
    sandbox: Sandbox

    @classmethod
    async def open(cls, work: Work, grants: Grants, allow_unsandboxed: bool) -> Shell:
        """The shell of an attempt, with the task's files in its workspace.

        Args:
            work: the attempt; its worker's limits hold for each script.
            grants: what its scripts may use besides.
            allow_unsandboxed: run them plainly where there is no bubblewrap.

        Raises:
            WorkspaceError: there are no sources, or no sandbox can be made here.
        """
        if work.task.sources is None:
            raise WorkspaceError(
                f'{work.task.id} has no sources here; give the worker sandbox = "docker" and scaffold '
                '"mini-swe-agent", which works in the image of the task'
            )
        available = await asyncio.to_thread(bubblewrap_here)
        if available.confinement is None and not allow_unsandboxed:
            raise WorkspaceError(
                f"an agent runs only in bubblewrap ({available.trouble}); {available.remedy}, "
                "or pass --allow-unsandboxed"
            )
        workspace = await Workspace.create(work.task.sources, work.folder / "workspace")
        temporary = work.folder / "tmp"
        temporary.mkdir()
        limits = _limits(work.worker.limits)
        granted = replace(grants, temporary=temporary)
        return cls(workspace, Sandbox(limits, available.confinement, granted))

    async def run(self, script: str, seconds: float, on_output: Callable[[str], None]) -> Run:
        """Run a bash script in the workspace, for so many seconds at most.

        Raises:
            WorkspaceError: it was never reached.
        """
        sandbox = replace(self.sandbox, limits=replace(self.sandbox.limits, seconds=seconds))
        try:
            return await sandbox.run(script, self.workspace.folder, on_output)
        except SandboxError as error:
            raise WorkspaceError(str(error)) from None


def _limits(limits: AttemptLimits) -> Limits:
    """The sandbox's limits from the worker's."""
    return Limits(
        seconds=limits.seconds,
        memory=limits.memory_mib * MIB,
        processes=limits.processes,
        file=256 * MIB,
        disk=2048 * MIB,
    )
