"""Setup: from one key to a session, and it always says what is missing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.app import App
from textual.pilot import Pilot

from market.spec import LimitsSpec, SessionSpec, WorkerSpec
from marketbench_tui.screens.dialogs import Confirm
from marketbench_tui.screens.setup import Setup
from marketbench_tui.setup.backend import WorkbenchSetup
from marketbench_tui.setup.plan import Step
from marketbench_tui.widgets.setup_pages import Readiness, SpecPage
from marketbench_tui.widgets.steps import Steps
from runners.settings import Settings
from runners.specfile import read_spec, write_spec
from tests.marketbench_tui.setup_parts import (
    Desktop,
    Host,
    click,
    into_field,
    marked,
    past_calls,
    setting_up,
    settle,
    table,
    typed,
)
from themes import PALETTES, theme_of

Read = Callable[[App[None]], str]


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, so that files can be named as people do."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --- starting ------------------------------------------------------------------------


async def test_a_stranger_presses_one_key_and_a_session_starts():
    app = Host()
    async with setting_up(app) as pilot:
        await pilot.press("ctrl+r")
        await settle(pilot)
        assert [spec.suite for spec in app.started] == ["starter"]
        assert [worker.name for worker in app.started[0].workers] == ["atlas", "boreas", "corvus"]


async def test_a_session_starts_by_mouse_alone():
    app = Host()
    async with setting_up(app) as pilot:
        await click(pilot, app, "4 Start", "#steps")
        assert app.setup.step is Step.START
        await click(pilot, app, " Start ^r", "#verdict")
        assert len(app.started) == 1


async def test_what_is_missing_is_said_and_shown_instead_of_starting(text_of: Read):
    app = Host()
    async with setting_up(app) as pilot:
        await pilot.press("n")
        await settle(pilot)
        assert "Cannot start: no task is marked; space marks one" in text_of(app)
        await pilot.press("4", "ctrl+r")
        await settle(pilot)
        assert app.started == []
        assert app.setup.step is Step.TASKS


async def test_the_steps_are_reached_by_digit_by_arrow_and_by_click():
    app = Host()
    async with setting_up(app) as pilot:
        visited = []
        for key in ("3", "ctrl+right", "ctrl+right", "ctrl+left", "2"):
            await pilot.press(key)
            visited.append(app.setup.step)
        await click(pilot, app, "1 Tasks", "#steps")
        assert [*visited, app.setup.step] == [
            Step.MARKET,
            Step.START,
            Step.START,
            Step.MARKET,
            Step.WORKERS,
            Step.TASKS,
        ]


async def test_sim_stands_in_the_header_and_at_every_simulated_worker(text_of: Read):
    app = Host()
    async with setting_up(app) as pilot:
        await pilot.press("2")
        lines = text_of(app).split("\n")
        assert "SIM" in lines[0]
        assert sum("SIM" in line for line in lines[2:]) == 3


# --- start ---------------------------------------------------------------------------


async def test_the_estimate_says_what_it_rests_on(text_of: Read):
    app = Host(Desktop(past_calls()))
    async with setting_up(app) as pilot:
        await pilot.press("4")
        text = text_of(app)
        assert "Rests on 24 earlier calls of atlas" in text
        assert "a prior range" in text
        assert "Simulated dollars: nothing is paid." in text
        assert re.search(r"calls\s+about 36\s+32 to 40", text)


async def test_what_setup_saves_is_what_the_run_command_reads(in_folder: Path):
    app = Host()
    async with setting_up(app) as pilot:
        await pilot.press("space", "3", "down", "4")
        await into_field(app, pilot, "#setup-session", "seed")
        await typed(pilot, "42")
        await save_as(pilot, "spec.toml")
        assert read_spec(in_folder / "spec.toml") == app.plan.spec
        await pilot.press("ctrl+r")
        await settle(pilot)
        assert app.started == [read_spec(in_folder / "spec.toml")]


async def save_as(pilot: Pilot[None], name: str) -> None:
    await pilot.press("ctrl+s", "ctrl+u")
    await typed(pilot, name)
    await pilot.press("enter")
    await settle(pilot)


async def test_a_file_that_is_there_is_replaced_only_by_a_second_enter(in_folder: Path, text_of: Read):
    path = in_folder / "spec.toml"
    path.write_text("mine")
    app = Host()
    async with setting_up(app) as pilot:
        await save_as(pilot, "spec.toml")
        assert path.read_text() == "mine"
        assert "exists; enter again replaces it" in text_of(app)
        await pilot.press("enter")
        await settle(pilot)
        assert read_spec(path) == app.plan.spec


async def test_a_spec_file_fills_setup_in(in_folder: Path):
    spec = SessionSpec(
        name="from a file",
        tasks=("ttl-cache-1", "money-1"),
        workers=(WorkerSpec(name="solo", model="openai/gpt", temperature=0.5),),
        limits=LimitsSpec(budget_usd=0.75),
        seed=9,
    )
    (in_folder / "a.toml").write_text(write_spec(spec))
    app = Host()
    async with setting_up(app) as pilot:
        await pilot.press("ctrl+o")
        await typed(pilot, "a.toml")
        await pilot.press("enter")
        await settle(pilot)
        assert app.plan.spec.model_copy(update={"mechanism": spec.mechanism}) == spec
        assert marked(app) == ["ttl-cache-1", "money-1"]


async def test_a_broken_spec_file_is_told_in_one_line(in_folder: Path, text_of: Read):
    (in_folder / "b.toml").write_text("[mechanism]\nname = 'auction of dreams'\n")
    app = Host()
    async with setting_up(app) as pilot:
        await pilot.press("ctrl+o")
        await typed(pilot, "b.toml")
        await pilot.press("enter")
        await settle(pilot)
        assert "workers: Field required" in text_of(app)
        await pilot.press("escape")
        assert app.focused is table(app)


async def test_the_spec_is_copied():
    app = Host()
    async with setting_up(app) as pilot:
        await pilot.press("4")
        app.setup.query_one(SpecPage).focus()
        await pilot.press("y")
        assert app.copied == write_spec(app.plan.spec)


async def test_duplicate_and_edit_opens_filled_in_and_leaves_without_a_question():
    spec = SessionSpec(
        suite="classic", tasks=("owner__good-1",), workers=(WorkerSpec(name="a", model="sim/atlas"),)
    )
    app = Host(spec=spec)
    async with setting_up(app) as pilot:
        assert app.plan.spec.model_copy(update={"mechanism": spec.mechanism}) == spec
        assert not app.plan.blocking
        await pilot.press("escape")
        await settle(pilot)
        assert app.left == 1


async def test_leaving_with_changes_is_asked_about():
    app = Host()
    async with setting_up(app) as pilot:
        await pilot.press("space", "escape")
        await settle(pilot)
        assert isinstance(app.screen, Confirm)
        await pilot.press("n", "escape", "y")
        await settle(pilot)
        assert app.left == 1


async def test_the_readiness_pane_starts_with_enter():
    app = Host()
    async with setting_up(app) as pilot:
        await pilot.press("4")
        assert isinstance(app.focused, Readiness)
        await pilot.press("enter")
        await settle(pilot)
        assert len(app.started) == 1


# --- the real parts ------------------------------------------------------------------


async def test_with_the_real_starter_suite_and_catalogue_it_can_start_at_once():
    app = Host(WorkbenchSetup(settings=Settings()))
    async with setting_up(app) as pilot:
        await pilot.press("ctrl+r")
        await settle(pilot)
        assert len(app.started) == 1
        assert app.plan.estimate.usd.expected < app.plan.composed.limits.budget_usd


@pytest.mark.parametrize("size", [(80, 24), (108, 30), (250, 70)])
async def test_nothing_is_cut_off_in_the_tabs_and_at_the_foot(size: tuple[int, int], text_of: Read):
    app = Host()
    async with setting_up(app, size) as pilot:
        for digit in "1234":
            await pilot.press(digit)
            lines = text_of(app).split("\n")
            assert all(title in lines[1] for title in ("Tasks", "Workers", "Market", "Start"))
            assert "Start ^r" in lines[-2]
        assert app.setup.query_one(Steps).region.width == size[0]


@pytest.mark.parametrize("name", PALETTES)
def test_its_style_sheets_use_only_colours_that_themes_have(name: str):
    palette = PALETTES[name]
    known = theme_of(palette).to_color_system().generate() | theme_of(palette).variables
    used = [word for sheet in Setup.CSS_PATH for word in re.findall(r"\$([\w-]+)", sheet.read_text())]
    assert [word for word in used if word not in known] == []
