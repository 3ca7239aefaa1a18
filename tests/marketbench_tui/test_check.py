"""The Check screen: from a form to a verdict, live or from the ledger."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from market.check import check_of
from market.events import Recorded
from marketbench_tui import messages as said
from marketbench_tui.app import MarketBenchApp
from marketbench_tui.charts.spec import Band, Rule
from marketbench_tui.checking import MODEL, wanted
from marketbench_tui.screens.check import Check
from marketbench_tui.screens.choosing import ChooseModel
from marketbench_tui.screens.desk import Desk
from marketbench_tui.screens.floor import Floor
from marketbench_tui.widgets.check_panes import AskedTable, GapPane
from runners.check import CheckError
from tests.marketbench_tui import check_parts as parts
from tests.marketbench_tui.check_parts import CheckBackend
from tests.marketbench_tui.sessions import OPENED, ZONE

Text = Callable[[MarketBenchApp], str]
Size = tuple[int, int]


async def settle(pilot: Pilot[None]) -> None:
    """Wait until threads have answered and the screen shows it."""
    for _ in range(3):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


def check_app(backend: CheckBackend) -> MarketBenchApp:
    return MarketBenchApp(backend, now=lambda: OPENED, zone=ZONE)


@asynccontextmanager
async def form(backend: CheckBackend, size: Size = (120, 40)) -> AsyncIterator[Pilot[None]]:
    """The Check screen before a check, opened from the Desk by its key."""
    app = check_app(backend)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await pilot.press("v")
        await settle(pilot)
        assert isinstance(app.screen, Check)
        yield pilot


@asynccontextmanager
async def shown(
    events: Sequence[Recorded], live: bool = False, size: Size = (120, 40)
) -> AsyncIterator[Pilot[None]]:
    """The Check screen on a stored check, opened from the Desk."""
    app = check_app(CheckBackend(events, live))
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        app.post_message(said.OpenAsked(13))
        await settle(pilot)
        assert isinstance(app.screen, Check)
        yield pilot


def check(pilot: Pilot[None]) -> Check:
    screen = pilot.app.screen
    assert isinstance(screen, Check)
    return screen


async def test_the_form_begins_a_check_and_the_screen_follows_it_to_its_verdict(text_of: Text) -> None:
    backend = CheckBackend(parts.running(), live=True)
    async with form(backend) as pilot:
        await pilot.press(*"sim/atlas", "ctrl+r")
        await settle(pilot)
        assert [request.model for request in backend.requests] == ["sim/atlas"]
        assert "21/60 tasks" not in text_of(pilot.app)
        assert "20/60 tasks" in text_of(pilot.app)
        assert "· not decided" in text_of(pilot.app)
        ended = parts.decided()
        backend.check_feed.push(*ended[len(parts.running()) :])
        backend.check_feed.live = False
        check(pilot).pump()
        await settle(pilot)
        assert "▲ overconfident" in text_of(pilot.app)
        assert "sim/atlas is overconfident: over 33 tasks it said" in text_of(pilot.app)


async def test_what_is_wrong_with_the_form_is_said_and_nothing_begins(text_of: Text) -> None:
    backend = CheckBackend(())
    async with form(backend) as pilot:
        await pilot.press("ctrl+r")
        await settle(pilot)
        assert "model is needed; ^l lists them" in text_of(pilot.app)
        await pilot.press(*"sim/atlas", "down", "down", "down", "down", *"far", "ctrl+r")
        await settle(pilot)
        assert "margin must be a number from 0 to 99" in text_of(pilot.app)
        assert backend.requests == []


async def test_a_check_that_cannot_begin_says_why_on_the_form(
    text_of: Text, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = CheckBackend(())

    def refuse(request: object) -> None:
        raise CheckError("suite nowhere has none of the 40 tasks with known outcomes")

    monkeypatch.setattr(backend, "check", refuse)
    async with form(backend) as pilot:
        await pilot.press(*"sim/atlas", "ctrl+r")
        await settle(pilot)
        assert "✗ suite nowhere has none of the 40 tasks with known outcomes" in text_of(pilot.app)
        await pilot.press("x")
        await settle(pilot)
        assert "suite nowhere" not in text_of(pilot.app)


async def test_a_model_is_found_as_in_setup() -> None:
    async with form(CheckBackend(())) as pilot:
        await pilot.press("ctrl+l")
        await settle(pilot)
        assert isinstance(pilot.app.screen, ChooseModel)
        await pilot.press(*"boreas")
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert check(pilot).query(Input).first().value == "sim/boreas"


async def test_the_tasks_are_listed_the_latest_first_with_what_came_of_them() -> None:
    async with shown(parts.running(), live=True) as pilot:
        rows = check(pilot).query_one(AskedTable).rows
        assert [row.number for row in rows] == list(range(21, 0, -1))
        assert (rows[0].p, rows[0].mark.word, rows[0].gap) == (None, "asked", None)
        assert {row.mark.word for row in rows[1:]} == {"pass", "fail"}
        y = [row.mark.word == "pass" for row in rows[1:]]
        said_p = [row.p or 0.0 for row in rows[1:]]
        assert rows[1].gap == pytest.approx(sum(said_p) / 20 - sum(y) / 20)


async def test_the_chart_has_the_margin_and_the_confidence_sequence() -> None:
    async with shown(parts.decided()) as pilot:
        marks = check(pilot).query_one(GapPane).chart.marks
        assert sorted(mark.at for mark in marks if isinstance(mark, Rule)) == [-7.0, 7.0]
        (band,) = (mark for mark in marks if isinstance(mark, Band))
        assert band.x == tuple(float(at) for at in range(3, 34, 3))
        assert band.low[-1] > 7.0


async def test_the_chart_holds_the_bounds_as_they_are_and_reaches_as_far_as_the_last_of_them() -> None:
    async with shown(parts.undecided()) as pilot:
        chart = check(pilot).query_one(GapPane).chart
        (band,) = (mark for mark in chart.marks if isinstance(mark, Band))
        looks = check_of(check(pilot).state).looks
        told = [look for look in looks if look.n]
        assert band.high == pytest.approx([100 * look.high for look in told])
        assert band.low == pytest.approx([100 * look.low for look in told])
        assert chart.y.high is not None
        assert chart.y.high >= max(band.high[-1], -band.low[-1])


async def test_a_check_that_runs_is_stopped_and_can_be_left_to_run() -> None:
    backend = CheckBackend(parts.running(), live=True)
    async with form(backend) as pilot:
        await pilot.press(*"sim/atlas", "ctrl+r")
        await settle(pilot)
        await pilot.press("s")
        assert backend.check_feed.orders == ["stop"]
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(pilot.app.screen, Desk)
        await pilot.press("f")
        await settle(pilot)
        assert check(pilot).state.closed == 20


async def test_why_it_ended_undecided_is_said(text_of: Text) -> None:
    async with shown(parts.stopped()) as pilot:
        assert "No task was asked before this check" in text_of(pilot.app)
        assert "It stopped: asked to stop." in text_of(pilot.app)
        assert "r on the Desk goes on with it." in text_of(pilot.app)
    async with shown(parts.undecided()) as pilot:
        assert "· not decided" in text_of(pilot.app)
        assert "It stopped" not in text_of(pilot.app)


async def test_the_same_session_is_seen_on_the_floor_and_left_again() -> None:
    async with shown(parts.decided()) as pilot:
        await pilot.press("f")
        await settle(pilot)
        assert isinstance(pilot.app.screen, Floor)
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(pilot.app.screen, Check)


async def test_another_check_is_filled_in_like_this_one() -> None:
    async with shown(parts.decided()) as pilot:
        await pilot.press("n")
        await settle(pilot)
        assert check(pilot).wanted.request is not None
        assert check(pilot).query(Input).first().value == parts.MODEL


async def test_in_a_narrow_terminal_three_panes_share_a_place(text_of: Text) -> None:
    async with shown(parts.decided(), size=(80, 24)) as pilot:
        for key, pane in (("1", "asked"), ("3", "evidence"), ("2", "gap")):
            await pilot.press(key)
            await settle(pilot)
            in_sight = [
                name for name in ("asked", "gap", "evidence") if check(pilot).query_one(f"#{name}").display
            ]
            assert in_sight == [pane]
        assert "SIM" in text_of(pilot.app)


async def test_the_command_line_opens_it() -> None:
    app = check_app(CheckBackend(()))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("colon", *"check", "enter")
        await settle(pilot)
        assert isinstance(app.screen, Check)


async def test_the_verdict_can_be_copied() -> None:
    async with shown(parts.decided()) as pilot:
        await pilot.press("4")
        await settle(pilot)
        focused = pilot.app.focused
        assert focused is not None
        assert "sim/atlas is overconfident" in focused.copied().replace("\n", " ")  # pyright: ignore


def test_a_form_left_as_it_is_asks_for_the_defaults() -> None:
    request = wanted({MODEL: " sim/atlas "}).request
    assert request is not None
    assert (request.model, request.margin, request.level, request.max_usd) == ("sim/atlas", 0.07, 0.05, 5.0)
    assert (request.suite, request.against, request.max_tasks, request.seed) == (None, "", None, None)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("margin", "nan"),
        ("margin", "-1"),
        ("level", "0"),
        ("max_usd", "inf"),
        ("max_tasks", "0"),
        ("max_tasks", "²"),
        ("seed", "1" * 19),
    ],
)
def test_figures_that_cannot_be_are_faults_of_their_field(path: str, text: str) -> None:
    found = wanted({MODEL: "m", path: text})
    assert found.request is None
    assert list(found.faults) == [path]
