"""Names of temporary folders, by which leftovers of dead processes are told from what is in use."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path

from runners.processes import Process, me

START = "marketbench-"
UNNAMED_SECONDS = 86_400
"""A folder of ours that names no process, or one that ran before this machine was last started (or on
another that shares the folder), is taken for a leftover after this time."""


def prefix(kind: str) -> str:
    """How the name of this process's temporary folder of some kind begins (`grade`, `git` ...)."""
    return f"{START}{kind}-{me()}."


def leftovers(root: Path) -> list[Path]:
    """Our temporary folders in `root` that nobody uses any more."""
    try:
        return [path for path in root.iterdir() if path.name.startswith(START) and _is_left(path)]
    except OSError:
        return []


def sweep_folders(root: Path | None = None) -> int:
    """Remove what dead processes left in the folder for temporary files; how many there were."""
    found = leftovers(root or Path(tempfile.gettempdir()))
    for folder in found:
        shutil.rmtree(folder, ignore_errors=True)
    return sum(not folder.exists() for folder in found)


def _is_left(folder: Path) -> bool:
    try:
        state = folder.lstat()
    except OSError:
        return False
    if not folder.is_dir() or folder.is_symlink() or state.st_uid != os.getuid():
        return False
    kind_and_process = folder.name.removeprefix(START).rpartition(".")[0]
    process = Process.parse(kind_and_process.partition("-")[2])
    if process is None or not process.is_here:
        return time.time() - state.st_mtime > UNNAMED_SECONDS
    return process.is_dead
