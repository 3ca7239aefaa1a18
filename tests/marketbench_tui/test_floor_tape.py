"""The tape is filtered by words, kind, worker and task."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from market import events as ev
from marketbench_tui.app import MarketBenchApp
from marketbench_tui.lines import plain
from marketbench_tui.tapelog import TapeLog
from marketbench_tui.view.sift import sieve
from marketbench_tui.view.tape import TapeEntry
from marketbench_tui.widgets.tape import Tape
from tests.marketbench_tui.conftest import floor_app, opened, settle
from tests.marketbench_tui.sessions import mid_run
from tests.marketbench_tui.test_floor import feed_of, floor_of
from tests.marketbench_tui.test_view import watched

Read = Callable[[MarketBenchApp], str]


def told(log: TapeLog) -> list[str]:
    return [plain(line) for line in log.tail.since(0)]


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("", True),
        ("kind:fail", True),
        ("KIND:Verdict worker:ATLAS", True),
        ("task:money 9 of", True),
        ("kind:award", False),
        ("worker:boreas", False),
        ("worker:atlas boreas", False),
        ("http://nowhere", False),
        ("kind:", True),
    ],
)
def test_words_and_fields_must_all_match(words: str, kept: bool):
    entry = TapeEntry((), "fail verdict_reached", "atlas", "money-1", "fail atlas on money-1: 2 of 9 tests")
    assert sieve(words)(entry) is kept


def test_the_log_keeps_what_matches_of_the_past_and_of_what_comes():
    watch = watched(mid_run())
    watch.tape.narrow("kind:settled worker:fjord")
    before = told(watch.tape)
    assert before
    assert all("fjord" in text and "settled" in text for text in before)
    watch.tape.narrow("")
    assert watch.tape.tail.count == watch.tape.count


async def test_slash_on_the_tape_filters_it_live(text_of: Read):
    script = mid_run()
    app = floor_app(script)
    async with opened(app) as pilot:
        await pilot.press("5", "slash")
        await pilot.pause()
        await pilot.press(*"kind:award task:money")
        await settle(pilot)
        tape = floor_of(app).watching.tape
        awarded = [text.split()[3] for text in told(tape)]
        assert awarded == ["money-1", "money-2", "money-3", "money-2"], "it was awarded again"
        assert f"4 of {tape.count} match kind:award task:money" in text_of(app)
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.focused, Tape)
        script.add(ev.BountyRaised(task="money-1", bounty_nano=10**9))
        feed_of(app).push(script.recorded[-1])
        await settle(pilot)
        assert len(told(tape)) == 4
        await pilot.press("slash")
        await pilot.pause()
        await pilot.press("escape")
        await settle(pilot)
        assert tape.tail.count == tape.count


async def test_the_filters_of_tasks_and_tape_do_not_disturb_each_other(text_of: Read):
    app = floor_app(mid_run())
    async with opened(app) as pilot:
        await pilot.press("slash")
        await pilot.pause()
        await pilot.press(*"money", "enter")
        await settle(pilot)
        await pilot.press("5", "slash")
        await pilot.pause()
        await pilot.press(*"kind:round", "enter")
        await settle(pilot)
        assert len(floor_of(app).panes.tasks.rows) == 3
        assert len(told(floor_of(app).watching.tape)) == 1


async def test_a_filter_that_keeps_nothing_says_so(text_of: Read):
    app = floor_app(mid_run())
    async with opened(app) as pilot:
        await pilot.press("5", "slash")
        await pilot.pause()
        await pilot.press(*"kind:nosuch")
        await settle(pilot)
        assert "Nothing matches “kind:nosuch”." in text_of(app)
