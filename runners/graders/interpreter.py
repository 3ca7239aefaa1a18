"""Which Python grades, and which folders it needs to run.

Acceptance tests call `python3 -m pytest`; that must be the interpreter that runs us, which
has pytest, and not whichever one comes first on the search path.
"""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python with pytest.

    Attributes:
        executable: how to start it, links unresolved (a virtual environment is found by its link).
        shim: text of a `python3` script, where the executable's folder holds no `python3`.
        folders: everything it reads, links both resolved and not.
    """

    executable: Path
    shim: str | None
    folders: tuple[Path, ...]

    def search_path(self, shims: str) -> str:
        """A `PATH` on which `python3` is this interpreter; `shims` is where the shim was put."""
        first = shims if self.shim else str(self.executable.parent)
        return os.pathsep.join((first, "/usr/local/bin", "/usr/bin", "/bin"))


@cache
def current() -> Interpreter:
    """The interpreter that runs this program."""
    executable = Path(sys.executable)
    named = executable.parent / "python3"
    shim = None if named.exists() else f'#!/bin/sh\nexec {shlex.quote(str(executable))} "$@"\n'
    prefixes = (Path(prefix) for prefix in (sys.prefix, sys.base_prefix))
    folders = dict.fromkeys(folder for prefix in prefixes for folder in (prefix, prefix.resolve()))
    return Interpreter(executable, shim, tuple(folders))
