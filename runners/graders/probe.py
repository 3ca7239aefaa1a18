"""Finds out whether bubblewrap can make a sandbox on this machine, by making one.

That the program is installed says little: user namespaces may be forbidden by the system,
by a container around us, or by a security profile. One trial run tells, and its result is
kept for the life of the process.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from runners.graders.bubblewrap import PRIVATE_USERS, Confinement
from runners.graders.launch import Errand, bubblewrap_command, write_control
from runners.graders.limits import Limits
from runners.scratch import prefix

TRIAL_SECONDS = 30
TRIAL = """
set -e
test -w "$TESTBED"
git --version
python3 -c 'import pytest'
"""
INSTALL = "install bubblewrap (Debian, Ubuntu: apt install bubblewrap; Fedora: dnf install bubblewrap)"
FORBIDDEN = (
    "the system may forbid user namespaces: on Ubuntu set kernel.apparmor_restrict_unprivileged_userns=0, "
    "in a container allow them (docker run --privileged)"
)


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether sandboxes can be made here; where not, what is wrong and how to mend it."""

    confinement: Confinement | None
    trouble: str = ""
    remedy: str = ""


@cache
def bubblewrap_here() -> Availability:
    """Try bubblewrap, once a process (about 0.3 s)."""
    if sys.platform != "linux":
        return Availability(None, "bubblewrap exists only for Linux", "use a Linux machine or container")
    if shutil.which("bwrap") is None:
        return Availability(None, "bubblewrap is not installed", INSTALL)
    trouble = ""
    for confinement in _ways():
        trouble = _trial(confinement)
        if not trouble:
            return Availability(confinement)
    return Availability(None, f"bubblewrap cannot make a sandbox here ({trouble})", FORBIDDEN)


def _ways() -> tuple[Confinement, ...]:
    """From the strictest to the least that still counts as a sandbox."""
    own_user = (Confinement(own_user=True),) if os.getuid() == 0 else ()
    return (*own_user, Confinement(own_user=False, no_nesting=True), Confinement(own_user=False))


def _trial(confinement: Confinement) -> str:
    """What went wrong in a trial run, in one line; empty where nothing did."""
    user = PRIVATE_USERS if confinement.own_user else None
    with tempfile.TemporaryDirectory(prefix=prefix("trial")) as scratch:
        workspace, control = Path(scratch, "workspace"), Path(scratch, "control")
        workspace.mkdir()
        control.mkdir()
        if user is not None:
            os.chown(workspace, user, user)
        write_control(control, TRIAL)
        command = bubblewrap_command(Errand(workspace, control, Limits()), confinement, user, None, None)
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=TRIAL_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)[:200]
    lines = (done.stderr or done.stdout).strip().splitlines()
    return (lines[-1] if lines else f"exit code {done.returncode}") if done.returncode else ""
