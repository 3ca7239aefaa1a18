"""Tasks of Setup are found, marked, drawn and read, by keyboard and by mouse."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import App
from textual.pilot import Pilot

from marketbench_tui.screens.choosing import ChooseSuite
from marketbench_tui.screens.setup import Setup
from marketbench_tui.widgets.setup_pages import Statement
from tests.marketbench_tui.setup_parts import (
    EVERYTHING,
    STARTER,
    Host,
    click,
    marked,
    setting_up,
    settle,
    shown,
    table,
    typed,
)

Read = Callable[[App[None]], str]


async def test_the_filter_narrows_at_every_key_and_escape_takes_it_back(text_of: Read):
    app = Host()
    async with setting_up(app) as pilot:
        await pilot.press("slash")
        await typed(pilot, "csv")
        assert shown(app) == ["csv-sniffer-1", "csv-sniffer-2"]
        assert "2 match" in text_of(app)
        await pilot.press("escape")
        assert len(shown(app)) == EVERYTHING
        assert app.focused is table(app)


async def test_the_command_line_filters_too():
    app = Host()
    async with setting_up(app) as pilot:
        await pilot.press("colon")
        await typed(pilot, "filter csv")
        await pilot.press("enter")
        await settle(pilot)
        assert shown(app) == ["csv-sniffer-1", "csv-sniffer-2"]


async def test_a_filter_that_was_kept_is_taken_back_by_escape_in_the_list(text_of: Read):
    app = Host()
    async with setting_up(app) as pilot:
        await pilot.press("slash")
        await typed(pilot, "csv")
        await pilot.press("enter")
        assert app.focused is table(app)
        assert "2 match csv" in text_of(app)
        await pilot.press("escape")
        assert len(shown(app)) == EVERYTHING
        assert app.left == 0


async def test_all_that_are_shown_are_marked_besides_what_is():
    app = Host()
    async with setting_up(app) as pilot:
        await pilot.press("n", "space", "slash")
        await typed(pilot, "difficulty:1-4")
        await pilot.press("enter", "a")
        await settle(pilot)
        assert marked(app) == ["cron-parser-1", "csv-sniffer-2", "ttl-cache-1"]


async def test_a_range_is_marked_with_shift_or_with_v():
    app = Host()
    async with setting_up(app) as pilot:
        await pilot.press("n", "shift+down", "shift+down", "space")
        await settle(pilot)
        assert marked(app) == ["cron-parser-1", "cron-parser-2", "csv-sniffer-1"]
        await pilot.press("end", "v", "up", "space")
        await settle(pilot)
        assert marked(app)[3:] == ["money-1", "ttl-cache-1"]


async def test_escape_leaves_a_range_before_it_leaves_setup():
    app = Host()
    async with setting_up(app) as pilot:
        await pilot.press("v", "down", "escape")
        assert app.left == 0
        await pilot.press("escape")
        await settle(pilot)
        assert app.left == 1


async def test_a_sample_is_drawn_from_what_is_shown_and_from_its_seed(text_of: Read):
    app = Host()
    async with setting_up(app) as pilot:
        await pilot.press("s", "ctrl+u")
        await typed(pilot, "x")
        await pilot.press("enter")
        assert "as in 10 or 10 7" in text_of(app)
        await pilot.press("ctrl+u")
        await typed(pilot, "3 7")
        await pilot.press("enter")
        await settle(pilot)
        first = marked(app)
        assert len(first) == 3
        await pilot.press("a", "s", "ctrl+u")
        await typed(pilot, "3 7")
        await pilot.press("enter")
        await settle(pilot)
        assert marked(app) == first


async def test_a_click_on_a_mark_changes_it():
    app = Host()
    async with setting_up(app) as pilot:
        await click(pilot, app, "■ csv-sniffer-1", "#setup-tasks")
        assert "csv-sniffer-1" not in marked(app)
        assert len(marked(app)) == EVERYTHING - 1


async def test_the_statement_of_the_chosen_task_is_copied_as_it_was_written():
    app = Host()
    async with setting_up(app) as pilot:
        app.setup.query_one(Statement).focus()
        await pilot.press("y")
        assert app.copied == STARTER.tasks[0].problem


async def test_hostile_statements_show_harmlessly(text_of: Read):
    app = Host()
    async with setting_up(app) as pilot:
        await open_suite(pilot, "classic")
        table(app).choose("owner__hostile-3")
        await pilot.press("up", "down")
        await settle(pilot)
        text = text_of(app)
        assert "[bold]not bold[/]" in text
        assert "‹202E›" in text
        assert "\x1b" not in text


async def open_suite(pilot: Pilot[None], name: str) -> None:
    await pilot.press("o", "tab")
    await typed(pilot, name)
    await pilot.press("enter")
    await settle(pilot)


async def test_another_suite_marks_its_tasks_and_tells_which_cannot_be_graded(text_of: Read):
    app = Host()
    async with setting_up(app) as pilot:
        await open_suite(pilot, "classic")
        assert app.plan.draft.suite == "classic"
        assert "1 of 3 marked tasks cannot be graded here" in text_of(app)


async def test_a_suite_that_is_not_there_is_told_in_one_line_and_the_old_one_stays(text_of: Read):
    app = Host()
    async with setting_up(app) as pilot:
        await open_suite(pilot, "nowhere")
        assert "✗ no suite nowhere; give one that is there" in text_of(app)
        assert app.plan.draft.suite == "starter"
        assert len(shown(app)) == EVERYTHING
        assert not app.plan.blocking


async def test_the_suite_dialog_closes_without_a_choice():
    app = Host()
    async with setting_up(app) as pilot:
        await pilot.press("o")
        assert isinstance(app.screen, ChooseSuite)
        await pilot.press("escape")
        assert isinstance(app.screen, Setup)
