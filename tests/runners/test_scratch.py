"""Temporary folders of dead processes are found and removed; those in use are left alone."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from runners.processes import Process, me
from runners.scratch import UNNAMED_SECONDS, prefix, sweep_folders

LEAVER = (
    "import tempfile; from runners.scratch import prefix; print(tempfile.mkdtemp(prefix=prefix('grade')))"
)


def test_a_folder_of_a_dead_process_is_swept_and_one_of_a_live_process_is_not(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    leaver = [sys.executable, "-c", LEAVER]
    left = Path(
        subprocess.run(leaver, env=environment, capture_output=True, text=True, check=True).stdout.strip()
    )
    (left / "deep").mkdir()
    used = Path(tempfile.mkdtemp(prefix=prefix("git"), dir=tmp_path))
    (tmp_path / "somebody-elses").mkdir()
    assert sweep_folders(tmp_path) == 1
    assert not left.exists()
    assert used.exists()
    assert (tmp_path / "somebody-elses").exists()


def test_a_folder_that_names_no_process_is_swept_when_it_is_old(tmp_path: Path) -> None:
    old, new = tmp_path / "marketbench-abc", tmp_path / "marketbench-grade-xyz"
    for folder in (old, new):
        folder.mkdir()
    long_ago = time.time() - 2 * UNNAMED_SECONDS
    os.utime(old, (long_ago, long_ago))
    assert sweep_folders(tmp_path) == 1
    assert new.exists()


def test_a_folder_of_another_start_of_this_machine_is_swept_when_it_is_old(tmp_path: Path) -> None:
    old, new = tmp_path / "marketbench-grade-1.1.elsewhere.x", tmp_path / "marketbench-grade-1.1.elsewhere.y"
    for folder in (old, new):
        folder.mkdir()
    long_ago = time.time() - 2 * UNNAMED_SECONDS
    os.utime(old, (long_ago, long_ago))
    assert sweep_folders(tmp_path) == 1
    assert new.exists()


def test_a_link_is_never_followed(tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "marketbench-abc").symlink_to(tmp_path / "precious")
    assert sweep_folders(tmp_path) == 0
    assert (tmp_path / "precious").exists()


def test_a_process_id_that_is_used_again_is_another_process() -> None:
    mine = me()
    assert Process.parse(str(mine)) == mine
    assert not mine.is_dead
    assert Process(mine.place, mine.pid, "1").is_dead
    assert not Process("elsewhere", 999_999_999, "1").is_dead
    assert Process.parse("nonsense") is None
