"""The configuration file: a wrong one is refused in one line, and a theme is put into it without harm."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from marketbench_tui.app import MarketBenchApp
from marketbench_tui.config import (
    ConfigError,
    Ui,
    begin_file,
    check_actions,
    read_themes,
    read_ui,
    remember_theme,
)
from marketbench_tui.keys import is_key, name_of
from runners.settings import load_settings
from tests.marketbench_tui.conftest import opened
from tests.marketbench_tui.sessions import ZONE, FakeBackend, cards, mid_run, now_of

Read = Callable[[MarketBenchApp], str]


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def app_with(ui: Ui) -> MarketBenchApp:
    return MarketBenchApp(FakeBackend(cards()), now=lambda: now_of(mid_run()), zone=ZONE, ui=ui)


def test_no_file_is_needed(tmp_path: Path):
    assert read_ui(tmp_path / "config.toml") == Ui()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[ui]\ncolour = 'red'\n", "ui.colour is not a setting; the settings are theme, lines_kept, keys"),
        ("[ui]\nlines_kept = 3\n", "ui.lines_kept: input should be greater than or equal to 100"),
        ("[ui.keys]\nzoom = 'zed'\n", "ui.keys.zoom: 'zed' is not a key"),
        ("[ui.keys]\nzoom = 7\n", "ui.keys.zoom: input should be a valid string"),
        ("ui = 3\n", "ui: input should be a valid dictionary"),
        ("[ui\n", "mend or remove the file"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, text: str, says: str):
    with pytest.raises(ConfigError) as raised:
        read_ui(written(tmp_path, text))
    assert says in str(raised.value)
    assert str(tmp_path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_an_action_that_there_is_not_is_refused(tmp_path: Path):
    path = written(tmp_path, "[ui.keys]\nzooom = 'm'\n")
    with pytest.raises(ConfigError, match=r"ui\.keys\.zooom is not an action"):
        check_actions(path, read_ui(path), MarketBenchApp.actions())


def test_a_theme_that_there_is_not_is_refused_with_those_there_are(tmp_path: Path):
    path = written(tmp_path, "[ui]\ntheme = 'night'\n")
    with pytest.raises(ConfigError, match=r"no theme 'night'; there are trading-floor, paper"):
        read_themes(path, read_ui(path))


def test_settings_of_sessions_leave_the_screens_table_alone(tmp_path: Path):
    path = written(tmp_path, "retries = 2\n[ui]\ntheme = 'paper'\n")
    assert load_settings(path, tmp_path, {}).retries == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "retries = 2  # mine\n",
        "# top\n[ui]  # looks\n# theme = 'x'\nlines_kept = 900\n\n[prices]\n",
        "[ui]\ntheme = 'old'  # was\n[ui.keys]\nzoom = 'm'\n",
        "[ui.keys]\nzoom = 'm'\n",
    ],
    ids=["empty", "others", "comments", "replaced", "keys only"],
)
def test_a_theme_is_remembered_and_nothing_else_changes(tmp_path: Path, text: str):
    path = written(tmp_path, text)
    remember_theme(path, "paper")
    after = path.read_text(encoding="utf-8")
    before = tomllib.loads(text)
    assert tomllib.loads(after) == {**before, "ui": {**before.get("ui", {}), "theme": "paper"}}
    assert [line for line in text.splitlines() if line.startswith("#") and line not in after] == []


def test_a_file_that_a_line_cannot_be_put_into_is_left_as_it_is(tmp_path: Path):
    text = "ui = {theme = 'paper'}\n"
    path = written(tmp_path, text)
    with pytest.raises(ConfigError, match="yourself"):
        remember_theme(path, "high-contrast")
    assert path.read_text(encoding="utf-8") == text


def test_the_file_that_edit_begins_with_says_nothing_wrong(tmp_path: Path):
    path = tmp_path / "new" / "config.toml"
    begin_file(path)
    assert read_ui(path) == Ui()
    load_settings(path, tmp_path, {})


def test_names_of_actions():
    assert name_of("screen.go('tasks')") == "go-tasks"
    assert (name_of("walk(1)"), name_of("walk(-1)")) == ("walk", "walk-back")
    assert name_of("add_worker") == "add-worker"


@pytest.mark.parametrize("key", ["z", "?", "f5", "ctrl+g", "question_mark", "shift+tab", "ctrl+alt+x"])
def test_names_of_keys(key: str):
    assert is_key(key)
    assert not is_key(f"{key}nonsense")


async def test_a_key_can_be_given_to_an_action(text_of: Read):
    app = app_with(Ui(keys={"next-theme": "f8", "jump": "ctrl+y"}))
    async with opened(app) as pilot:
        assert app.theme == "trading-floor"
        await pilot.press("t")
        assert app.theme == "trading-floor", "the old key does nothing"
        await pilot.press("f8")
        assert app.theme == "paper"


async def test_a_key_taken_from_another_action_is_said_once():
    app = app_with(Ui(keys={"next-theme": "y"}))
    async with opened(app) as pilot:
        await pilot.press("down", "up")
        await pilot.pause()
        assert [mishap.text for mishap in app.mishaps] == [
            "ui.keys.next-theme: y was the key of copy, which has none now"
        ]


async def test_a_chosen_theme_is_kept_for_the_next_time():
    kept: list[str] = []
    script = mid_run()
    app = MarketBenchApp(FakeBackend(cards()), now=lambda: now_of(script), zone=ZONE, remember=kept.append)
    async with opened(app) as pilot:
        await pilot.press("t", "t")
    assert kept == ["paper", "high-contrast"]


async def test_panes_keep_as_many_lines_as_a_person_wants():
    backend = FakeBackend(cards())
    script = mid_run()
    app = MarketBenchApp(
        backend, backend.start_demo, now=lambda: now_of(script), zone=ZONE, ui=Ui(lines_kept=100)
    )
    async with opened(app):
        assert app.watching is not None
        for name in app.watching.attempts:
            assert len(app.watching.transcript(name).tail) <= 100


def run(config: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "marketbench_tui", "config", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "XDG_CONFIG_HOME": str(config), **environment},
        timeout=60,
    )


@pytest.mark.skipif(
    sys.platform != "linux", reason="the place of the file is set by XDG_CONFIG_HOME on Linux"
)
def test_config_path_show_and_edit(tmp_path: Path):
    where = tmp_path / "marketbench" / "config.toml"
    assert run(tmp_path, "path").stdout.strip() == str(where)
    edited = run(tmp_path, "edit", EDITOR="true", VISUAL="")
    assert (edited.returncode, where.exists()) == (0, True)
    shown = run(tmp_path, "show")
    assert shown.returncode == 0
    assert "trading-floor" in shown.stdout
    assert "next-theme" in shown.stdout
    where.write_text("[ui.keys]\nnot-there = 'x'\n", encoding="utf-8")
    wrong = run(tmp_path, "show")
    assert wrong.returncode == 2
    assert "not-there is not an action" in wrong.stderr
    assert "Traceback" not in wrong.stderr
