"""`marketbench auction --save` keeps a what-if, and `marketbench whatifs` lists what was kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.marketbench_tui.test_cli import Shell
from tests.marketbench_tui.test_cli_auction import stored


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_a_what_if_is_kept_and_listed(shell: Shell) -> None:
    stored(shell, {"outcome": 1, "external_cost": 0.2})
    nothing = shell("whatifs", "s")
    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert "no what-if was kept beside session #1" in nothing.stderr
    kept = shell("auction", "s", "--penalty", "0.5", "--save", "mild")
    assert kept.returncode == 0, kept.stderr
    assert "kept beside session #1 as mild" in kept.stderr
    (row,) = shell.json("whatifs", "s")
    assert (row["name"], row["knobs"]["penalty"]) == ("mild", 0.5)
    assert row["figures"]["cost"] > 0
    text = shell("whatifs", "s").stdout
    assert "mild" in text
    assert "penalty F 0.5" in text


def test_a_name_that_is_taken_is_refused_unless_it_is_to_be_replaced(shell: Shell) -> None:
    stored(shell, {"outcome": 1, "external_cost": 0.2})
    shell("auction", "s", "--save", "a")
    again = shell("auction", "s", "--penalty", "9", "--save", "a")
    assert again.returncode == 2
    assert "called 'a' already; choose another name" in again.stderr
    assert shell("auction", "s", "--penalty", "9", "--save", "a", "--replace").returncode == 0
    (row,) = shell.json("whatifs", "s")
    assert row["knobs"]["penalty"] == 9


def test_an_unknown_session_is_refused_in_one_line(shell: Shell) -> None:
    stored(shell, {"outcome": 1})
    done = shell("whatifs", "nowhere")
    assert done.returncode == 2
    assert "there is no session 'nowhere'" in done.stderr
