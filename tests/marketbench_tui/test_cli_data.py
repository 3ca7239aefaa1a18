"""Sessions are labelled, exported, put in the trash and found again from the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from runners.predictions import read_predictions
from tests.marketbench_tui.test_cli import Shell


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with one finished session."""
    shell = Shell(tmp_path_factory.mktemp("finished"))
    shell.json("demo", "--headless", "--tasks", "1")
    return shell.db


@pytest.fixture
def shell(tmp_path: Path, finished: Path) -> Shell:
    """A shell with one finished session and one that never began."""
    shell = Shell(tmp_path)
    shutil.copy(finished, shell.db)
    from store import open_store

    with open_store(shell.db) as store:
        store.sessions.create("never begun")
    return shell


def listed(shell: Shell, *options: str) -> list[int]:
    return [row["id"] for row in shell.json("sessions", *options)]


def test_sessions_are_found_by_status_and_tag(shell: Shell) -> None:
    assert shell("tag", "1", "Paper", "#two").stdout == "paper two\n"
    assert listed(shell, "--tag", "PAPER") == [1]
    assert listed(shell, "--status", "finished") == [1]
    assert listed(shell, "--status", "new", "--tag", "paper") == []
    assert "no session is like that" in shell("sessions", "--tag", "other").stderr
    assert "paper two" in shell("sessions").stdout


def test_tags_are_added_taken_off_and_printed(shell: Shell) -> None:
    shell("tag", "1", "a", "b")
    assert shell("tag", "1", "c", "--remove", "a").stdout == "b c\n"
    assert shell("tag", "1").stdout == "b c\n"


def test_a_session_is_exported_as_predictions_that_can_be_graded(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "preds.jsonl"
    assert shell.json("export", "1", "--to", str(path), "--predictions")["predictions"] == 1
    (prediction,) = read_predictions(path)
    assert prediction.model_patch.startswith("diff --git")
    assert prediction.model_name_or_path == "demo: six sellers"
    again = shell("export", "1", "--to", str(path), "--predictions")
    assert again.returncode == 2
    assert "exists" in again.stderr
    nobody = shell("export", "1", "--to", str(path), "--predictions", "--force", "--worker", "zoe")
    assert nobody.returncode == 2
    assert "there are atlas, boreas" in nobody.stderr
    assert shell("export", "1", "--to", str(path), "--worker", "atlas").returncode == 2


def test_a_renamed_session_answers_to_its_new_name(shell: Shell) -> None:
    assert shell("rename", "never begun", "second try").returncode == 0
    assert shell.json("verify", "second try")["events"] == 0


def test_a_deleted_session_waits_in_the_trash_until_it_is_emptied(shell: Shell) -> None:
    assert "trash restore 1" in shell("delete", "1").stdout
    assert listed(shell) == [2]
    assert listed(shell, "--trash") == [row["id"] for row in shell.json("trash", "list")] == [1]
    assert shell("trash", "restore", "1").returncode == 0
    assert listed(shell) == [2, 1]
    shell("delete", "1")
    assert "removed 1 session" in shell("trash", "empty", "--yes").stdout
    assert shell.json("trash", "list") == []
    assert shell("report", "1").returncode == 2


def test_the_trash_is_not_emptied_unasked(shell: Shell) -> None:
    shell("delete", "1")
    done = shell("trash", "empty")
    assert done.returncode == 2
    assert "1 session would be removed for good; give --yes" in done.stderr
    assert listed(shell, "--trash") == [1]


def test_a_session_in_the_trash_is_not_resumed(shell: Shell) -> None:
    shell("delete", "2")
    done = shell("resume", "2")
    assert done.returncode == 2
    assert "marketbench trash restore 2" in done.stderr


def test_an_exported_ledger_has_every_event_and_replaces_nothing_unasked(shell: Shell) -> None:
    verified = shell.json("verify", "1")
    assert shell.json("export", "1", "--to", "one.jsonl")["head_hash"] == verified["head_hash"]
    lines = (shell.folder / "one.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == verified["events"]
    assert json.loads(lines[-1])["hash"] == verified["head_hash"]
    again = shell("export", "1", "--to", "one.jsonl")
    assert again.returncode == 2
    assert "exists" in again.stderr
    assert shell("export", "1", "--to", "one.jsonl", "--force").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("rename", "1", " "), "one line of text"),
        (("tag", "1", "two words"), "is not a tag"),
        (("sessions", "--tag", "a,b"), "is not a tag"),
        (("delete", "nothing"), "no session 'nothing'"),
        (("trash", "restore", "99"), "no session '99'"),
        (("export", "1", "--to", "no/such/folder.jsonl"), "cannot write"),
    ],
    ids=lambda value: "-".join(value[:2]) if isinstance(value, tuple) else "",
)
def test_wrong_input_is_one_line_and_exit_code_two(
    shell: Shell, arguments: tuple[str, ...], message: str
) -> None:
    done = shell(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
