"""Turning a knob re-clears at once; what-ifs are kept, loaded, compared and written."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from market.welfare.knobs import Allocator, WhatIf
from marketbench_tui.auction import clearing
from marketbench_tui.auction.knobs import Knobs, knobs_of
from marketbench_tui.charts.spec import Bars
from marketbench_tui.lines import plain
from marketbench_tui.screens.whatifs import SavedTable, SavedWhatIfs
from marketbench_tui.view.auction import TO_MEND, Heading, header
from marketbench_tui.widgets.form import FieldRow
from marketbench_tui.widgets.prompt import Prompt
from tests.marketbench_tui.auction_parts import Host, Shelf, auctioning, bids, case, settle

Text = Callable[[Host], str]


def field(app: Host, path: str) -> Input:
    rows = app.auction.panes.form.query(FieldRow)
    return next(row for row in rows if row.field.path == path).query_one(Input)


async def typed(pilot: Pilot[None], app: Host, path: str, text: str) -> None:
    """Type a text into a field in place of what was there."""
    field(app, path).focus()
    await pilot.pause()
    await pilot.press("end", "ctrl+u", *("full_stop" if c == "." else c for c in text))
    await settle(pilot)


async def answered(pilot: Pilot[None], app: Host, text: str) -> None:
    """Answer the prompt of the screen in front."""
    prompt = app.screen.query_one(Prompt)
    prompt.query_one(Input).value = text
    await pilot.press("enter")
    await settle(pilot)


async def test_it_begins_with_the_sessions_own_knobs_and_every_allocator():
    app = Host(case(whatif=WhatIf(mechanism=Allocator.DIRECT_PENALTY, bounty=2.0)))
    async with auctioning(app):
        cleared = app.auction.cleared
        assert cleared is not None
        assert cleared.complete
        assert cleared.whatif == app.auction.case.whatif
        rows = app.auction.panes.allocators.rows
        assert [row.name for row in rows] == ["recorded run", *Allocator]
        assert [row.name for row in rows if row.chosen] == ["direct-penalty"]


async def test_a_knob_is_heard_at_every_keystroke_and_all_panes_follow():
    app = Host()
    async with auctioning(app, (200, 60)) as pilot:
        panes = app.auction.panes
        before = (panes.profit.chart, panes.shares.rows, panes.allocators.rows, panes.pareto.chart)
        await typed(pilot, app, "penalty", "0.5")
        assert app.auction.cleared is not None
        assert app.auction.cleared.whatif == WhatIf(penalty=0.5)
        after = (panes.profit.chart, panes.shares.rows, panes.allocators.rows, panes.pareto.chart)
        assert all(old != new for old, new in zip(before, after, strict=True))


async def test_half_a_number_says_what_is_wrong_and_leaves_the_last_figures(text_of: Text):
    app = Host()
    async with auctioning(app) as pilot:
        rows = app.auction.panes.shares.rows
        await typed(pilot, app, "max_reserve", "abc")
        assert app.auction.reading.whatif is None
        assert app.auction.panes.shares.rows == rows
        shown = text_of(app)
        assert "must be a valid number" in shown
        assert "the knobs have to be mended first" in shown
        await typed(pilot, app, "max_reserve", "3")
        assert app.auction.cleared is not None
        assert app.auction.cleared.whatif.max_reserve == 3


async def test_a_worker_is_left_out_and_taken_back_in():
    app = Host()
    async with auctioning(app) as pilot:
        await pilot.press("escape", "3", "space")
        await settle(pilot)
        assert app.auction.cleared is not None
        assert app.auction.cleared.whatif.excluded == ("atlas",)
        first = app.auction.panes.shares.rows[0]
        assert (first.left_out, first.share) == (True, None)
        assert "atlas" not in {award.worker for award in app.auction.cleared.outcome.workers}
        await pilot.press("space")
        await settle(pilot)
        assert app.auction.cleared.whatif.excluded == ()


async def test_leaving_everybody_out_is_refused_in_a_sentence(text_of: Text):
    app = Host()
    async with auctioning(app) as pilot:
        app.auction.apply(Knobs(excluded=frozenset(app.auction.case.observations.workers)))
        await settle(pilot)
        assert "every worker is excluded" in text_of(app)


async def test_an_allocator_of_the_table_becomes_the_mechanism():
    app = Host()
    async with auctioning(app) as pilot:
        await pilot.press("escape", "6")
        app.auction.panes.allocators.choose("lowest-ask")
        await pilot.press("enter")
        await settle(pilot)
        assert app.auction.cleared is not None
        assert app.auction.cleared.whatif.mechanism is Allocator.LOWEST_ASK
        await pilot.press("r")
        await settle(pilot)
        assert app.auction.cleared.whatif == app.auction.case.whatif


async def test_the_allocator_under_the_cursor_is_what_the_difference_is_with(text_of: Text):
    app = Host()
    async with auctioning(app, (200, 60)) as pilot:
        assert "What-if less oracle" in text_of(app)
        await pilot.press("6", "down", "down")
        await settle(pilot)
        assert "What-if less competitive-reserve" in text_of(app)
        assert "What-if less recorded run" in text_of(app)


async def test_kept_what_ifs_stand_beside_the_recorded_run_and_can_be_loaded(text_of: Text):
    app = Host()
    async with auctioning(app) as pilot:
        await typed(pilot, app, "penalty", "0.5")
        await pilot.press("escape", "s")
        await settle(pilot)
        await answered(pilot, app, "mild")
        assert [kept.name for kept in app.shelf.kept] == ["mild"]
        headline = app.shelf.kept[0].headline
        assert headline is not None
        assert app.auction.cleared is not None
        assert headline.passes[0] == pytest.approx(app.auction.cleared.outcome.passes.low)
        await pilot.press("r", "l")
        await settle(pilot)
        assert isinstance(app.screen, SavedWhatIfs)
        assert [row.name for row in app.screen.query_one(SavedTable).rows] == [
            "recorded run",
            "on the screen",
            "mild",
        ]
        await pilot.press("end")
        await settle(pilot)
        assert "penalty F 0.5" in text_of(app)
        await pilot.press("enter")
        await settle(pilot)
        assert app.auction.cleared.whatif == WhatIf(penalty=0.5)
        assert field(app, "penalty").value == "0.5"


async def test_the_words_under_the_kept_what_ifs_can_be_clicked(text_of: Text):
    app = Host()
    async with auctioning(app) as pilot:
        await pilot.press("escape", "l")
        await settle(pilot)
        rows = text_of(app).splitlines()
        y, x = next((y, row.index("esc closes")) for y, row in enumerate(rows) if "esc closes" in row)
        await pilot.click(offset=(x + 1, y))
        await settle(pilot)
        assert app.screen is app.auction


def test_the_header_gives_up_the_count_of_forecasts_first_and_says_what_keeps_knobs_from_clearing():
    told = "competitive-reserve, reserve R 12, drawn low"
    heading = Heading(1, "phase1", simulated=False, told=told, forecasts=558)
    assert plain(header(heading, 120)).endswith(f"what if: {told}   558 forecasts")
    assert plain(header(heading, 80)).endswith(f"what if: {told}")
    assert TO_MEND in plain(header(replace(heading, told=""), 80))


async def test_a_name_that_is_taken_is_replaced_when_it_is_given_again():
    app = Host()
    async with auctioning(app) as pilot:
        for penalty in ("0.5", "4"):
            await typed(pilot, app, "penalty", penalty)
            await pilot.press("escape", "s")
            await settle(pilot)
            await answered(pilot, app, "mine")
        prompt = app.screen.query_one(Prompt)
        assert prompt.display
        await answered(pilot, app, "mine")
        assert not prompt.display
        assert [kept.whatif for kept in app.shelf.kept] == [WhatIf(penalty=4.0)]


async def test_kept_what_ifs_are_renamed_and_removed():
    app = Host()
    async with auctioning(app) as pilot:
        await pilot.press("escape", "s")
        await settle(pilot)
        await answered(pilot, app, "a")
        await pilot.press("l")
        await settle(pilot)
        await pilot.press("end", "e")
        await settle(pilot)
        await answered(pilot, app, "b")
        assert [kept.name for kept in app.shelf.kept] == ["b"]
        await pilot.press("end", "x")
        await settle(pilot)
        assert app.shelf.kept == []


async def test_a_list_without_any_says_how_to_keep_one(text_of: Text):
    app = Host()
    async with auctioning(app) as pilot:
        await pilot.press("l")
        await settle(pilot)
        assert "No what-if was kept beside this session yet" in text_of(app)
        await pilot.press("escape")
        await settle(pilot)
        assert app.screen is app.auction


async def test_figures_that_have_moved_since_are_marked(text_of: Text):
    shelf = Shelf()
    app = Host(shelf=shelf)
    async with auctioning(app) as pilot:
        await pilot.press("s")
        await settle(pilot)
        await answered(pilot, app, "then")
    grown = Host(case(bids(30)), shelf)
    async with auctioning(grown) as pilot:
        await pilot.press("l")
        await settle(pilot)
        await pilot.press("end")
        assert "then *" in text_of(grown)
        assert "other figures when it was kept" in text_of(grown)


@pytest.mark.parametrize("suffix", ["toml", "json"])
async def test_a_what_if_is_written_with_its_knobs_and_figures(tmp_path: Path, suffix: str):
    app, path = Host(), tmp_path / f"mild.{suffix}"
    async with auctioning(app) as pilot:
        await typed(pilot, app, "penalty", "0.5")
        await pilot.press("escape", "3")
        await settle(pilot)
        app.auction.action_export()
        await settle(pilot)
        await answered(pilot, app, str(path))
        text = path.read_text(encoding="utf-8")
        told = json.loads(text) if suffix == "json" else tomllib.loads(text)
        assert told["session"] == {"number": 12, "name": "six sellers, starter-24", "simulated": True}
        assert told["knobs"]["penalty"] == 0.5
        assert WhatIf.model_validate(told["knobs"]) == WhatIf(penalty=0.5)
        assert app.auction.cleared is not None
        assert told["figures"]["cost"] == pytest.approx(app.auction.cleared.outcome.cost)
        assert [each["worker"] for each in told["workers"]] == ["atlas", "boreas", "corvus"]


async def test_a_file_that_is_there_is_replaced_only_when_it_is_given_again(tmp_path: Path):
    app, path = Host(), tmp_path / "mine.json"
    path.write_text("my notes")
    async with auctioning(app) as pilot:
        app.auction.action_export()
        await settle(pilot)
        await answered(pilot, app, str(path))
        assert path.read_text() == "my notes"
        await answered(pilot, app, str(path))
        assert json.loads(path.read_text())["what_if"] == "mine"


async def test_only_toml_and_json_are_written(tmp_path: Path, text_of: Text):
    app = Host()
    async with auctioning(app) as pilot:
        app.auction.action_export()
        await settle(pilot)
        await answered(pilot, app, str(tmp_path / "mine.xlsx"))
        assert "written as .toml or .json" in text_of(app)
        assert not (tmp_path / "mine.xlsx").exists()


async def test_win_shares_are_exported_as_a_chart(tmp_path: Path):
    app = Host()
    async with auctioning(app) as pilot:
        await pilot.press("escape", "3", "e")
        await settle(pilot)
        await answered(pilot, app, str(tmp_path / "shares.csv"))
        assert (tmp_path / "shares.csv").read_text().count("what-if") == 3


async def test_a_session_without_awards_says_so(text_of: Text):
    app = Host(case(awarded=False))
    async with auctioning(app, (200, 60)):
        assert "Nothing was awarded in this session" in text_of(app)
        assert [row.name for row in app.auction.panes.allocators.rows] == list(Allocator)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_a_session_without_forecasts_says_why_every_pane_is_empty(size: tuple[int, int], text_of: Text):
    app = Host(case(bids(0), awarded=False))
    async with auctioning(app, size) as pilot:
        for digit in "234567":
            await pilot.press("escape", digit)
            await settle(pilot)
            assert "no forecasts" in text_of(app)


async def test_outcomes_nobody_observed_are_bounds_and_marked(text_of: Text):
    app = Host(case(bids(unseen=20)))
    async with auctioning(app, (200, 60)) as pilot:
        await pilot.press("4", "end")
        await settle(pilot)
        assert " ? " in text_of(app)
        told = " ".join(app.auction.panes.difference.copied().split())
        assert "20 of 72 forecasts have no observed outcome" in told
        assert any("–" in row.passes for row in app.auction.panes.allocators.rows)


async def test_the_matrix_is_ordered_by_regret_on_demand():
    app = Host()
    async with auctioning(app) as pilot:
        table = app.auction.panes.allocation
        assert list(table.rows) == list(range(24))
        await pilot.press("escape", "4", "o")
        await settle(pilot)
        assert app.auction.cleared is not None
        regret = app.auction.cleared.outcome.by_task.regret_high
        assert regret is not None
        assert list(regret[list(table.rows)]) == sorted(regret, reverse=True)


async def test_a_large_session_clears_in_a_thread_and_the_latest_knobs_win(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(clearing, "SMALL", 10)
    app = Host()
    async with auctioning(app) as pilot:
        for penalty in (0.5, 1.0, 3.0):
            app.auction.apply(knobs_of(WhatIf(penalty=penalty)))
        await settle(pilot)
        assert app.auction.cleared is not None
        assert app.auction.cleared.complete
        assert app.auction.cleared.whatif == WhatIf(penalty=3.0)


async def test_panes_share_a_place_where_it_is_narrow():
    app = Host()
    async with auctioning(app, (80, 24)) as pilot:
        panes = app.auction.panes
        assert panes.in_sight(None) == {"knobs", "allocators"}
        await pilot.press("escape", "2")
        await settle(pilot)
        assert panes.in_sight(None) == {"knobs", "profit"}
        assert [type(mark) for mark in panes.profit.chart.marks][:4] == [Bars] * 4
        await pilot.press("z")
        await settle(pilot)
        assert app.auction.maximized is panes.profit
        await pilot.press("escape")
        await settle(pilot)
        assert app.auction.maximized is None


async def test_escape_leaves_the_form_and_then_the_screen():
    app = Host()
    async with auctioning(app) as pilot:
        await pilot.press("escape")
        assert app.left == 0
        await pilot.press("escape")
        await settle(pilot)
        assert app.left == 1


async def test_a_click_leaves_a_worker_out():
    app = Host()
    async with auctioning(app) as pilot:
        table = app.auction.panes.shares
        await pilot.click(table, offset=(6, 2), times=2)
        await settle(pilot)
        assert app.auction.cleared is not None
        assert len(app.auction.cleared.whatif.excluded) == 1


async def test_prices_of_a_table_go_into_the_form(tmp_path: Path, text_of: Text):
    app, table = Host(), tmp_path / "prices.csv"
    async with auctioning(app) as pilot:
        await pilot.press("escape", "p")
        await settle(pilot)
        await answered(pilot, app, str(table))
        assert "no such file" in text_of(app)
        table.write_text("")
        await answered(pilot, app, str(table))
        assert app.auction.cleared is not None
        assert app.auction.cleared.whatif.prices == {"atlas": 1e-6, "boreas": 1e-6}
        assert field(app, "prices").value == "atlas=1e-06, boreas=1e-06"


async def test_names_that_look_like_markup_or_escapes_are_shown_harmlessly(text_of: Text):
    hostile = ("[bold red]atlas", "\x1b[31mboreas\x07", "\u202ecorvus")
    app = Host(case(replace(bids(), workers=hostile)))
    async with auctioning(app, (200, 60)) as pilot:
        await typed(pilot, app, "prices", "x=1")
        app.auction.apply(Knobs(excluded=frozenset(hostile)))
        await settle(pilot)
        shown = text_of(app)
        assert "[bold re" in shown
        assert not {"\x1b", "\x07", "\u202e"} & set(shown)
