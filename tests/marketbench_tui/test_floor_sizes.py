"""Panes are resized with keys and by dragging their borders, and stay so while the app lives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot

from marketbench_tui.app import MarketBenchApp
from marketbench_tui.widgets.grid import shifted
from tests.marketbench_tui.conftest import floor_app, opened, settle
from tests.marketbench_tui.sessions import mid_run
from tests.marketbench_tui.test_floor import floor_of


def sizes(app: MarketBenchApp) -> dict[str, tuple[int, int]]:
    panes = floor_of(app).panes
    return {str(child.id): tuple(child.outer_size) for child in panes.children if child.display}


async def drag(pilot: Pilot[None], start: tuple[int, int], end: tuple[int, int]) -> None:
    await pilot.mouse_down(offset=start)
    await pilot.hover(offset=end)
    await pilot.mouse_up(offset=end)
    await settle(pilot)


@given(
    st.lists(st.integers(4, 100), min_size=2, max_size=4),
    st.integers(0, 2),
    st.integers(-120, 120),
    st.integers(1, 8),
)
def test_a_border_moves_between_its_two_tracks_only(tracks: list[int], index: int, cells: int, least: int):
    index = min(index, len(tracks) - 2)
    moved = shifted(tracks, index, cells, least)
    assert sum(moved) == sum(tracks)
    assert [*moved[:index], *moved[index + 2 :]] == [*tracks[:index], *tracks[index + 2 :]]
    if tracks[index] + tracks[index + 1] >= 2 * least:
        assert min(moved[index : index + 2]) >= least


@pytest.mark.parametrize(
    ("size", "pane", "key", "grown"),
    [
        ((120, 40), "1", "ctrl+right", ("tasks", 4, 0)),
        ((120, 40), "3", "ctrl+right", ("standings", 4, 0)),
        ((120, 40), "2", "ctrl+left", ("book", -4, 0)),
        ((120, 40), "4", "ctrl+down", ("executions", 0, 2)),
        ((120, 40), "5", "ctrl+down", ("tape", 0, 2)),
        ((80, 24), "4", "ctrl+up", ("executions", 0, 2)),
        ((200, 60), "5", "ctrl+up", ("tape", 0, -2)),
    ],
)
async def test_ctrl_with_an_arrow_resizes_the_focused_pane(
    size: tuple[int, int], pane: str, key: str, grown: tuple[str, int, int]
):
    app = floor_app(mid_run())
    async with opened(app, size) as pilot:
        await pilot.press(pane)
        await settle(pilot)
        before = sizes(app)
        await pilot.press(key)
        await settle(pilot)
        name, wider, taller = grown
        if (size, key) == ((80, 24), "ctrl+up"):
            taller = -taller
        assert sizes(app)[name] == (before[name][0] + wider, before[name][1] + taller)
        await pilot.press("equals_sign")
        await settle(pilot)
        assert sizes(app) == before


async def test_a_border_can_be_dragged():
    app = floor_app(mid_run())
    async with opened(app) as pilot:
        panes = floor_of(app).panes
        edge, foot = panes.tasks.region.right, panes.executions.region.bottom
        await drag(pilot, (edge, 6), (edge + 10, 6))
        assert panes.tasks.region.right == edge + 10
        await drag(pilot, (50, foot), (50, foot - 5))
        assert panes.executions.region.bottom == foot - 5
        assert panes.tape.region.y == foot - 5


async def test_a_drag_that_begins_inside_a_pane_moves_nothing():
    app = floor_app(mid_run())
    async with opened(app) as pilot:
        before = sizes(app)
        await drag(pilot, (10, 6), (40, 6))
        assert sizes(app) == before


async def test_sizes_are_kept_when_the_floor_is_left_and_entered_again():
    app = floor_app(mid_run())
    async with opened(app) as pilot:
        await pilot.press("ctrl+right", "ctrl+right")
        await settle(pilot)
        before = sizes(app)
        await pilot.press("escape")
        await settle(pilot)
        assert app.watching
        app._show_floor(app.watching)
        await settle(pilot)
        assert sizes(app) == before
        await pilot.resize_terminal(200, 60)
        await settle(pilot)
        assert sizes(app)["tasks"] == (48, 58)


async def test_no_pane_can_be_squeezed_away():
    app = floor_app(mid_run())
    async with opened(app) as pilot:
        await pilot.press(*["ctrl+left"] * 12)
        await settle(pilot)
        assert sizes(app)["tasks"][0] == 18
