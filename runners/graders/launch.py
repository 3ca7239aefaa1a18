"""Starts the first process of a sandbox: bubblewrap around it, or a plain session of its own."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from runners.graders import bubblewrap, interpreter
from runners.graders.bubblewrap import CONTROL, TESTBED, Confinement, Layout
from runners.graders.census import MARK, Census, NamespaceCensus, SessionCensus, tasks_of_this_user
from runners.graders.grants import NOTHING, Grants
from runners.graders.limits import Limits

SCRIPT = "script.sh"
CONFINE = Path(__file__).with_name("confine.py").read_text(encoding="utf-8")

_users = itertools.count(os.getpid())


@dataclass(frozen=True, slots=True)
class Errand:
    """What to run where: a workspace, and a control folder that holds the script."""

    workspace: Path
    control: Path
    limits: Limits
    grants: Grants = NOTHING


@dataclass(frozen=True, slots=True)
class Started:
    """A running sandbox.

    Attributes:
        output: descriptor to read standard output and error from; whoever reads it closes it.
        ready: descriptor that gives one byte as soon as the script itself begins.
    """

    process: asyncio.subprocess.Process
    census: Census
    output: int
    ready: int

    def began(self) -> bool:
        """Whether the script was reached; asked when the sandbox has ended."""
        return os.read(self.ready, 1) != b""

    def close(self) -> None:
        """Let go of what is held."""
        self.census.close()
        os.close(self.ready)


async def start_plain(errand: Errand) -> Started:
    """Run the script as an ordinary subprocess, in a session of its own."""
    mark = secrets.token_hex(16)
    home = errand.grants.temporary or errand.control / "home"
    home.mkdir(exist_ok=True)
    own = _environment(str(errand.workspace), str(home), str(errand.control))
    environment = {**errand.grants.variables, **own, MARK: mark}
    with _pipe() as (output, written), _pipe() as (ready, told):
        order = {"limits": errand.limits.for_each_process(tasks_of_this_user()), "user": None}
        inner = _inner(order | {"ready": told, "folder": str(errand.workspace)}, str(errand.control))
        process = await _spawn(inner, environment, written, (told,))
    return Started(process, SessionCensus(process.pid, mark), output, ready)


async def start_bubblewrap(errand: Errand, confinement: Confinement) -> Started:
    """Run the script in bubblewrap."""
    user = bubblewrap.private_user(next(_users)) if confinement.own_user else None
    if user is not None:
        for folder in (errand.workspace, errand.grants.temporary):
            if folder:
                await asyncio.to_thread(_give, folder, user)
    with _pipe() as (output, written), _pipe() as (ready, told), _pipe() as (news, info):
        command = bubblewrap_command(errand, confinement, user, told, info)
        own = {**errand.grants.variables, "PATH": os.environ.get("PATH", os.defpath)}
        process = await _spawn(command, own, written, (told, info))
    try:
        first = await asyncio.to_thread(_first_process, news)
    except BaseException:
        # Cancelled while waiting: nobody else would end it, and with it goes all that is inside.
        process.kill()
        os.close(output)
        os.close(ready)
        raise
    return Started(process, NamespaceCensus(process, first), output, ready)


def bubblewrap_command(
    errand: Errand, confinement: Confinement, user: int | None, ready: int | None, info: int | None
) -> list[str]:
    """The command that runs an errand's script in bubblewrap.

    Args:
        errand: what to run.
        confinement: how privileges are dropped.
        user: the id to become inside, where we are root.
        ready, info: descriptors to report the beginning and the first process to.
    """
    _describe_user(errand.control, os.getuid() if user is None else user)
    python = interpreter.current()
    layout = Layout(errand.workspace, errand.control, python.folders, errand.limits.scratch, errand.grants)
    environment = _environment(TESTBED, "/tmp", CONTROL)  # noqa: S108 - the sandbox's own
    # Inside, our processes are all that the kernel counts: for root because the user is new,
    # for others because the user namespace is.
    order = {"limits": errand.limits.for_each_process(), "user": user, "ready": ready, "folder": TESTBED}
    return bubblewrap.command(confinement, layout, environment, _inner(order, CONTROL), info)


def write_control(control: Path, script: str, files: Mapping[str, str] | None = None) -> None:
    """Fill a control folder so that any user can read it."""
    shim = interpreter.current().shim
    for name, text in ((SCRIPT, script), ("python3", shim), *(files or {}).items()):
        if text is not None:
            (control / name).write_text(text, encoding="utf-8", errors="replace", newline="")
            (control / name).chmod(0o755)
    control.chmod(0o755)


def _inner(order: Mapping[str, object], control: str) -> Sequence[str]:
    executable = str(interpreter.current().executable)
    return (executable, "-I", "-S", "-c", CONFINE, json.dumps(order), "bash", f"{control}/{SCRIPT}")


def _environment(testbed: str, home: str, control: str) -> dict[str, str]:
    """What every script inherits; no key of the user's can be among it."""
    return {
        "PATH": interpreter.current().search_path(control),
        "HOME": home,
        "TMPDIR": home,
        "TESTBED": testbed,
        "CONTROL": control,
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "TERM": "dumb",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_CEILING_DIRECTORIES": str(Path(testbed).parent),
    }


def _describe_user(control: Path, user: int) -> None:
    (control / "passwd").write_text(f"sandbox:x:{user}:{user}:sandbox:/tmp:/bin/sh\n")
    (control / "group").write_text(f"sandbox:x:{user}:\n")


def _give(workspace: Path, user: int) -> None:
    for here, folders, files in os.walk(workspace):
        for name in (".", *folders, *files):
            os.chown(Path(here, name), user, user, follow_symlinks=False)


async def _spawn(
    command: Sequence[str], environment: Mapping[str, str], output: int, descriptors: tuple[int, ...]
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *command,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        pass_fds=descriptors,
        start_new_session=True,
    )


@contextmanager
def _pipe() -> Iterator[tuple[int, int]]:
    """A pipe whose writing end is closed here afterwards; the reading end only if starting fails."""
    reading, writing = os.pipe()
    try:
        yield reading, writing
    except BaseException:
        os.close(reading)
        raise
    finally:
        os.close(writing)


def _first_process(news: int) -> int | None:
    """The host's id of the sandbox's first process, as bubblewrap tells it; None if it failed."""
    text = b""
    with os.fdopen(news, "rb", buffering=0) as pipe:
        while b"}" not in text and (piece := pipe.read(4096)):
            text += piece
    found = re.search(rb'"child-pid":\s*(\d+)', text)
    return int(found[1]) if found else None
