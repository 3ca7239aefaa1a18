"""Workers and the market of Setup are chosen and set, by keyboard and by mouse."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import App
from textual.widgets import Input

from market.spec import Strategy
from marketbench_tui.screens.choosing import ChooseModel
from marketbench_tui.widgets.mechanisms import Example
from marketbench_tui.widgets.worker_table import ModelTable, WorkerTable
from tests.marketbench_tui.setup_parts import (
    Host,
    click,
    into_field,
    setting_up,
    settle,
    typed,
)

Read = Callable[[App[None]], str]


# --- workers -------------------------------------------------------------------------


async def test_a_worker_is_added_by_searching_its_model():
    app = Host()
    async with setting_up(app) as pilot:
        await pilot.press("2", "a")
        await typed(pilot, "claude")
        await pilot.press("enter")
        await settle(pilot)
        assert app.plan.spec.workers[-1].model == "anthropic/claude"
        assert app.setup.query_one(WorkerTable).chosen.name == "claude"


async def test_a_model_that_is_not_listed_is_taken_from_ollama_or_from_a_server_of_ones_own():
    app = Host()
    async with setting_up(app) as pilot:
        await pilot.press("2", "a")
        await typed(pilot, "qwen3")
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("a")
        await settle(pilot)
        app.screen.query_one("#base", Input).focus()
        await typed(pilot, "http://localhost:1/v1")
        app.screen.query_one("#words", Input).focus()
        await typed(pilot, "qwen3")
        assert isinstance(app.screen, ChooseModel)
        assert [row.model for row in app.screen.query_one(ModelTable).rows] == ["openai/qwen3"]
        await pilot.press("enter")
        await settle(pilot)
        ollama, own = app.plan.spec.workers[-2:]
        assert (ollama.name, ollama.model, ollama.api_base) == ("qwen3", "ollama/qwen3", None)
        assert (own.name, own.model, own.api_base) == ("qwen3-2", "openai/qwen3", "http://localhost:1/v1")


async def test_workers_share_a_model_and_differ_in_settings():
    app = Host()
    async with setting_up(app) as pilot:
        await pilot.press("2", "d", "down", "enter")
        await settle(pilot)
        await into_field(app, pilot, "#setup-worker", "temperature")
        await typed(pilot, "0.7")
        first, second = app.plan.spec.workers[:2]
        assert (first.model, second.model) == ("sim/atlas", "sim/atlas")
        assert (first.temperature, second.temperature) == (None, 0.7)
        assert second.name == "atlas-2"


async def test_a_worker_is_removed(text_of: Read):
    app = Host()
    async with setting_up(app) as pilot:
        await pilot.press("2", "delete", "delete", "delete")
        await settle(pilot)
        assert "there is no worker yet; a adds one" in text_of(app)
        assert "No worker yet" in text_of(app)


async def test_a_missing_key_is_told_before_anything_starts(text_of: Read):
    app = Host()
    async with setting_up(app) as pilot:
        await pilot.press("2", "a")
        await typed(pilot, "openai")
        await pilot.press("enter")
        await settle(pilot)
        assert "✗ missing" in text_of(app)
        await pilot.press("4")
        assert "set OPENAI_API_KEY" in text_of(app)
        await pilot.press("enter")
        await settle(pilot)
        assert len(app.started) == 1


# --- market --------------------------------------------------------------------------


async def test_the_chosen_mechanism_brings_its_knobs_with_their_help(text_of: Read):
    app = Host()
    async with setting_up(app, (200, 60)) as pilot:
        await pilot.press("3", "down")
        await settle(pilot)
        text = text_of(app)
        assert "highest reserve that may be drawn (R), in units" in text
        assert "A hidden reserve is drawn uniformly between 0 and 1." in text
        assert app.plan.spec.mechanism.name == "random-reserve"


async def test_the_formula_follows_every_knob(text_of: Read):
    app = Host()
    async with setting_up(app) as pilot:
        await pilot.press("3")
        await into_field(app, pilot, "#setup-knobs", "mechanism.knobs.direct-penalty.bounty")
        await typed(pilot, "90")
        assert "+9.492" in text_of(app)
        app.setup.query_one(Example).focus()
        await pilot.press("right")
        assert "0.64" in text_of(app)
        assert "+9.492" not in text_of(app)


async def test_a_knob_that_cannot_be_is_told_beside_it_and_at_the_foot(text_of: Read):
    app = Host()
    async with setting_up(app) as pilot:
        await pilot.press("3")
        await into_field(app, pilot, "#setup-knobs", "mechanism.knobs.direct-penalty.bounty")
        await typed(pilot, "-1")
        assert "✗ must be greater than 0" in text_of(app)
        assert "Cannot start: bounty must be greater than 0" in text_of(app)
        assert "The knobs have to be mended first." in text_of(app)


async def test_choices_are_made_with_the_arrow_keys_and_the_mouse(text_of: Read):
    app = Host()
    async with setting_up(app, (200, 60)) as pilot:
        await pilot.press("3", "tab", "tab", "tab", "right")
        await settle(pilot)
        assert app.plan.composed.elicitation.strategy is Strategy.REPORT_CARD
        await click(pilot, app, " break-even ", "#setup-knobs")
        assert app.plan.composed.elicitation.ask == "break-even"


async def test_escape_in_a_field_goes_back_to_the_list_and_loses_nothing():
    app = Host()
    async with setting_up(app) as pilot:
        await pilot.press("3")
        await into_field(app, pilot, "#setup-knobs", "mechanism.knobs.direct-penalty.bounty")
        await typed(pilot, "5")
        await pilot.press("escape")
        assert app.focused is not None
        assert app.focused.id == "setup-mechanisms"
        assert app.plan.spec.mechanism.knobs["bounty"] == 5
