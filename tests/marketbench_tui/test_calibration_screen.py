"""The Calibration screen: what it shows, and what its keys and the mouse do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from marketbench_tui.app import MarketBenchApp
from marketbench_tui.screens.calibration import Calibration
from marketbench_tui.screens.choose_session import ChooseSession
from marketbench_tui.screens.desk import Desk
from marketbench_tui.study import By, Question, answer
from marketbench_tui.view.calibration import ALL_UNKNOWN, NO_FORECASTS, NO_OUTCOMES
from marketbench_tui.widgets.chart import ChartPane
from marketbench_tui.widgets.groups import Figures, Groups
from marketbench_tui.widgets.page import Page
from tests.market.observed import NAN, observations
from tests.marketbench_tui.conftest import desk_app, floor_app, opened, settle
from tests.marketbench_tui.forecasting import forecasts
from tests.marketbench_tui.sessions import FakeBackend, cards, finished

Read = Callable[[MarketBenchApp], str]


def backend() -> FakeBackend:
    fake = FakeBackend(cards())
    fake.observed = {12: forecasts(), 11: forecasts(seed=5), 9: forecasts(outcomes=False)}
    return fake


async def press(pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        for _ in range(3):
            await settle(pilot)


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def legends(app: MarketBenchApp) -> set[str]:
    """Letters that are drawn in the reliability diagram."""
    chart = app.screen.query_one("#reliability", ChartPane).chart
    return {mark.letter for mark in chart.marks if mark.letter}


async def test_the_desk_opens_the_chosen_session(text_of: Read):
    async with opened(desk_app(backend())) as pilot:
        await press(pilot, "C")
        assert isinstance(pilot.app.screen, Calibration)
        text = text_of(pilot.app)
        assert "#12 six sellers, starter-24  SIM" in text
        assert "120 forecasts with an outcome, 40 tasks, 8 repositories" in text
        assert legends(pilot.app) == {"a", "b", "c"}
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, Desk)


async def test_the_floor_opens_its_own_session_and_a_command_any(text_of: Read):
    async with opened(floor_app(finished(), live=False)) as pilot:
        await press(pilot, "c")
        assert "#12" in text_of(pilot.app)
        await press(pilot, "colon", *"calibration 9", "enter")
        assert "#9 always strong" in text_of(pilot.app)


@pytest.mark.parametrize(("keys", "says"), [(("down", "down"), NO_OUTCOMES), (("end",), NO_FORECASTS)])
async def test_what_is_missing_is_said_with_what_to_do(text_of: Read, keys: tuple[str, ...], says: str):
    async with opened(desk_app(backend())) as pilot:
        await press(pilot, *keys, "C")
        text = " ".join(text_of(pilot.app).split())
        assert says.split(".")[0][:40] in text
        assert not pilot.app.screen.query_one(Figures).rows
        assert "nan" not in text.lower()


async def test_space_hides_a_row_and_enter_draws_it_alone():
    async with opened(desk_app(backend())) as pilot:
        await press(pilot, "C", "space")
        assert legends(pilot.app) == {"b", "c"}
        await press(pilot, "down", "enter")
        assert legends(pilot.app) == {"b"}
        await press(pilot, "enter")
        assert legends(pilot.app) == {"a", "b", "c"}


async def test_a_click_on_the_mark_hides_a_row():
    async with opened(desk_app(backend())) as pilot:
        await press(pilot, "C")
        await pilot.click(Groups, offset=(4, 3))
        await settle(pilot)
        assert legends(pilot.app) == {"a", "c"}


async def test_figures_are_of_the_chosen_row_with_intervals():
    async with opened(desk_app(backend())) as pilot:
        await press(pilot, "C")
        first = {row.figure: row for row in pilot.app.screen.query_one(Figures).rows}
        assert all("…" in row.interval for row in first.values())
        await press(pilot, "down")
        assert {row.figure: row for row in pilot.app.screen.query_one(Figures).rows} != first


async def test_few_forecasts_give_no_figure_but_a_reason(text_of: Read):
    fake = backend()
    rows = [("a", 0.5, 100, 90, at % 2, False) for at in range(9)]
    fake.observed[12] = observations(rows)
    async with opened(desk_app(fake)) as pilot:
        await press(pilot, "C")
        assert "n = 9: too few to tell" in text_of(pilot.app)


async def test_forecasts_are_put_together_by_difficulty_and_by_repository(text_of: Read):
    async with opened(desk_app(backend())) as pilot:
        await press(pilot, "C", "d")
        assert "Difficulties" in text_of(pilot.app)
        await press(pilot, "d")
        groups = pilot.app.screen.query_one(Groups)
        assert [row.name for row in groups.rows] == [*(f"repo-{at}" for at in range(8)), "pooled"]
        await press(pilot, "d")
        assert [row.letter for row in groups.rows] == ["a", "b", "c", "*"]


async def test_parts_of_the_suite_are_of_the_workers_that_are_drawn():
    async with opened(desk_app(backend())) as pilot:
        await press(pilot, "C", "space", "d", "d")
        groups = pilot.app.screen.query_one(Groups)
        assert [row.n for row in groups.rows] == [*(10 for _ in range(8)), 80]


async def test_workers_without_an_outcome_have_no_parts_and_the_way_back_stays_open(text_of: Read):
    fake = backend()
    known = [("a", 0.5, 100, 90, at % 2, False) for at in range(20)]
    fake.observed[12] = observations([*known, ("b", 0.5, 100, NAN, NAN, False)])
    async with opened(desk_app(fake)) as pilot:
        await press(pilot, "C", "space", "d")
        assert ALL_UNKNOWN[:36] in text_of(pilot.app)
        await press(pilot, "d", "d")
        assert [row.n for row in pilot.app.screen.query_one(Groups).rows] == [20, 0, 20]


async def test_two_sessions_are_drawn_together_with_their_difference(text_of: Read):
    async with opened(desk_app(backend())) as pilot:
        await press(pilot, "C", "v", "enter")
        assert "against #11 report cards on, credits" in text_of(pilot.app)
        assert legends(pilot.app) == {"a", "A"}
        rows = pilot.app.screen.query_one(Figures).rows
        for row in rows[:3]:
            assert float(row.difference) == pytest.approx(float(row.value) - float(row.other), abs=0.0011)
        await press(pilot, "escape")
        assert legends(pilot.app) == {"a", "b", "c"}


async def test_the_words_under_the_list_of_sessions_can_be_clicked(text_of: Read):
    async with opened(desk_app(backend())) as pilot:
        for words, against in (("esc closes", False), ("enter takes", True)):
            await press(pilot, *(() if isinstance(pilot.app.screen, Calibration) else ("C",)), "v")
            assert isinstance(pilot.app.screen, ChooseSession)
            rows = text_of(pilot.app).splitlines()
            y, x = next((y, row.index(words)) for y, row in enumerate(rows) if words in row)
            await pilot.click(offset=(x + 1, y))
            await press(pilot)
            assert isinstance(pilot.app.screen, Calibration)
            assert ("against #11" in text_of(pilot.app)) is against


async def test_a_worker_that_the_other_session_does_not_have_is_said():
    fake = backend()
    fake.observed[11] = observations([("another", 0.5, 100, 90, at % 2, False) for at in range(20)])
    async with opened(desk_app(fake)) as pilot:
        await press(pilot, "C", "v", "enter")
        about = pilot.app.screen.query_one("#about-figure", Page).copied()
        assert "#11 has no forecast with an outcome under this name" in " ".join(about.split())
        assert pilot.app.screen.query_one(Figures).copied().split("\t")[2:] == [
            "–",
            "–",
            "0.824 … 0.897",
            "–",
        ]
        await press(pilot, "end", "space")
        assert "#" in legends(pilot.app)


async def test_a_chart_is_exported_and_nothing_is_replaced_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text_of: Read
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "calibration-12-sharpness.csv").write_text("mine")
    async with opened(desk_app(backend())) as pilot:
        await press(pilot, "C", "3", "e", "enter")
        assert "calibration-12-sharpness.csv exists already; enter again replaces" in text_of(pilot.app)
        assert names_in(tmp_path) == {"calibration-12-sharpness.csv"}
        await press(pilot, "enter")
        assert names_in(tmp_path) == {f"calibration-12-sharpness.{kind}" for kind in ("png", "svg", "csv")}
        assert pilot.app.focused is pilot.app.screen.query_one("#sharpness")


async def test_a_chart_is_copied_in_words(monkeypatch: pytest.MonkeyPatch):
    copied: list[str] = []
    monkeypatch.setattr(MarketBenchApp, "copy_to_clipboard", lambda _, text: copied.append(text))
    async with opened(desk_app(backend())) as pilot:
        await press(pilot, "C", "2", "y")
        assert copied[0].startswith("Reliability. Across: stated probability. Up: passed.")


async def test_a_narrow_terminal_has_one_pane_in_front_and_zoom_gives_it_all(text_of: Read):
    async with opened(desk_app(backend()), size=(80, 24)) as pilot:
        await press(pilot, "C")
        assert "Token ratio" not in text_of(pilot.app)
        await press(pilot, "4")
        assert "Token ratio" in text_of(pilot.app)
        await press(pilot, "z")
        assert "a atlas" in text_of(pilot.app)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, Calibration)


def test_parts_of_the_suite_are_of_the_workers_asked_about():
    found = answer(forecasts(), Question(By.REPOSITORY, ("sim/atlas",), resamples=0))
    assert [part.n for part in found.workers] == [5] * 8
    assert found.pooled.n == 40
