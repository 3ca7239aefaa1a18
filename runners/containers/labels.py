"""Whose a container is: labels by which leftovers of dead processes are told from what is in use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runners.processes import Process, me

PREFIX = "marketbench."
PROCESS = f"{PREFIX}process"
SESSION = f"{PREFIX}session"
ATTEMPT = f"{PREFIX}attempt"


@dataclass(frozen=True, slots=True)
class Owner:
    """What a container was made for; empty where it was for no session or no attempt."""

    session: str = ""
    attempt: str = ""

    def labels(self) -> dict[str, str]:
        """Labels of a container that this process makes now."""
        return {PROCESS: str(me()), SESSION: self.session, ATTEMPT: self.attempt}


def process_of(labels: Mapping[str, str]) -> Process | None:
    """The process that made a container; None where the labels are not ours."""
    return Process.parse(labels.get(PROCESS, ""))
