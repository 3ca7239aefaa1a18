"""Runs git as if this machine had no configuration, so that the same input gives the same output.

Nothing is inherited but the search path: no user name, no hooks, no global ignore list and no
`GIT_DIR` of a repository that happens to surround us. Author and date are fixed, which makes
a commit's hash a function of its files alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from market.errors import MarketBenchError

SECONDS = 60.0
"""Longest any git command may take."""
NAME, EMAIL, DATE = "MarketBench", "suite@marketbench.invalid", "2026-01-01T00:00:00Z"
_NOWHERE = "/nonexistent"
_QUIET = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "maintenance.auto=false")


class GitError(MarketBenchError):
    """Git is missing, hangs, or cannot be started."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a git command ended."""

    code: int
    output: bytes
    complaint: str

    @property
    def reason(self) -> str:
        """The line of git's complaint that says why, without its prefix."""
        lines = [line.strip() for line in self.complaint.splitlines() if line.strip()]
        errors = [line for line in lines if line.startswith(("error:", "fatal:")) and not line.endswith(":")]
        told = (errors or lines or ["git gave no reason"])[0]
        return told.removeprefix("error: ").removeprefix("fatal: ")


def environment(folder: Path) -> dict[str, str]:
    """The whole environment of a git command that works in `folder`."""
    who = {
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in (("NAME", NAME), ("EMAIL", EMAIL), ("DATE", DATE))
    }
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": _NOWHERE,
        "XDG_CONFIG_HOME": _NOWHERE,
        "LC_ALL": "C",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": str(folder.parent),
        "GIT_TERMINAL_PROMPT": "0",
        **who,
    }


async def git(
    folder: Path, *arguments: str, stdin: bytes = b"", extra: Mapping[str, str] | None = None
) -> Outcome:
    """Run one git command in a folder.

    Args:
        folder: the working folder.
        arguments: without the leading "git".
        stdin: what the command reads.
        extra: further environment variables.

    Raises:
        GitError: git is not installed, or ran longer than `SECONDS`.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            "git",
            *_QUIET,
            *arguments,
            cwd=folder,
            env={**environment(folder), **(extra or {})},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        gone = error.filename != "git"
        raise GitError(f"the folder {folder} is gone" if gone else "git is not installed") from None
    try:
        async with asyncio.timeout(SECONDS):
            output, complaint = await process.communicate(stdin)
    except TimeoutError:
        raise GitError(f"git {arguments[0]} took more than {SECONDS:.0f} s") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    assert process.returncode is not None
    return Outcome(process.returncode, output, complaint.decode(errors="replace"))
