"""`doctor` and `tasks validate` as a person or a pipeline runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.marketbench_tui.test_cli import Shell

TASK = "money-1"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_the_doctor_lists_what_was_looked_at_and_creates_nothing(shell: Shell) -> None:
    findings = {finding["name"]: finding for finding in shell.json("doctor")}
    assert findings["git"]["level"] == "ok"
    assert findings["database"]["meaning"] == f"{shell.db} will be created and writable"
    assert not shell.db.exists()


def test_the_doctor_tells_by_its_exit_code_that_something_essential_is_missing(shell: Shell) -> None:
    done = shell("doctor", PATH=str(shell.folder))
    assert done.returncode == 1
    assert "git does not run" in done.stdout
    assert "install git" in done.stdout


def test_a_sound_task_validates(shell: Shell) -> None:
    done = shell("tasks", "validate", "starter", "--task", TASK)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == f"ok    {TASK}\n"
    assert "1 of 1 tasks are sound" in done.stderr


def test_a_task_without_its_gold_patch_does_not_validate(shell: Shell) -> None:
    done = shell("tasks", "validate", "--task", TASK, "--gold", "empty", "--json")
    assert done.returncode == 1
    (report,) = json.loads(done.stdout)
    assert (report["task"], report["ok"]) == (TASK, False)
    assert [check["name"] for check in report["checks"] if not check["ok"]] == ["gold resolves"]


def test_an_unknown_task_is_wrong_input(shell: Shell) -> None:
    done = shell("tasks", "validate", "--task", "money-9")
    assert done.returncode == 2
    assert "did you mean money-" in done.stderr
