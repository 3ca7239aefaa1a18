"""What opens over a screen closes with escape, a click beside it, or a click on the words for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from marketbench_tui.app import MarketBenchApp
from marketbench_tui.screens.command import CommandLine
from marketbench_tui.screens.dialogs import Confirm, Dialog
from marketbench_tui.screens.over import Over
from tests.marketbench_tui.conftest import floor_app, opened, settle
from tests.marketbench_tui.sessions import mid_run

Read = Callable[[MarketBenchApp], str]


@pytest.mark.parametrize("key", ["question_mark", "s", "colon"])
@pytest.mark.parametrize("way", ["escape", "beside"])
async def test_it_closes(key: str, way: str):
    app = floor_app(mid_run())
    async with opened(app) as pilot:
        await pilot.press(key)
        await settle(pilot)
        assert isinstance(app.screen, Over)
        if way == "escape":
            await pilot.press("escape")
        else:
            await pilot.click(offset=(1, 1))
        await settle(pilot)
        assert not isinstance(app.screen, Over)
        assert app.watching is not None
        assert app.watching.live


async def test_a_click_on_esc_closes_does(text_of: Read):
    app = floor_app(mid_run())
    async with opened(app) as pilot:
        await pilot.press("question_mark")
        await settle(pilot)
        assert isinstance(app.screen, Dialog)
        rows = text_of(app).split("\n")
        x, y = next((row.index("esc closes"), y) for y, row in enumerate(rows) if "esc closes" in row)
        await pilot.click(offset=(x + 1, y))
        await settle(pilot)
        assert not isinstance(app.screen, Dialog)


async def test_a_click_inside_a_question_answers_nothing():
    app = floor_app(mid_run())
    async with opened(app) as pilot:
        await pilot.press("s")
        await settle(pilot)
        await pilot.click("#dialog-text")
        await settle(pilot)
        assert isinstance(app.screen, Confirm)


async def test_a_click_among_the_completions_keeps_the_command_line_open():
    app = floor_app(mid_run())
    async with opened(app) as pilot:
        await pilot.press("colon")
        await settle(pilot)
        await pilot.click("#command-matches")
        await settle(pilot)
        assert isinstance(app.screen, CommandLine)
