"""How the screens look, at three sizes. After a change that is meant: look at the pictures, then
`pytest tests/marketbench_tui/test_snapshots.py --snapshot-update`.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from marketbench_tui.app import MarketBenchApp
from marketbench_tui.screens.errors import Mishap
from tests.marketbench_tui.conftest import desk_app, floor_app, settle
from tests.marketbench_tui.sessions import OPENED, FakeBackend, finished, imported, mid_run
from themes import DARK, PALETTES

Compare = Callable[..., bool]
Size = tuple[int, int]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=["80x24", "120x40", "200x60"])


def pressing(*keys: str) -> Callable[[Pilot[None]], object]:
    """Settle, press keys, settle again."""

    async def run(pilot: Pilot[None]) -> None:
        await settle(pilot)
        for key in keys:
            await pilot.press(key)
            await settle(pilot)

    return run


def looks(compare: Compare, app: MarketBenchApp, size: Size, *keys: str) -> bool:
    return compare(app, terminal_size=size, run_before=pressing(*keys))


@SIZES
def test_desk_empty(snap_compare: Compare, size: Size):
    assert looks(snap_compare, desk_app(FakeBackend()), size)


@SIZES
def test_desk_with_sessions(snap_compare: Compare, size: Size):
    assert looks(snap_compare, desk_app(), size)


@SIZES
def test_floor_while_it_runs(snap_compare: Compare, size: Size):
    assert looks(snap_compare, floor_app(mid_run()), size)


@SIZES
def test_floor_when_it_has_finished(snap_compare: Compare, size: Size):
    assert looks(snap_compare, floor_app(finished(), live=False), size)


@pytest.mark.parametrize("theme", [name for name in PALETTES if name != DARK.name])
def test_floor_in_the_other_themes(snap_compare: Compare, theme: str):
    assert looks(snap_compare, floor_app(mid_run(), theme=theme), (120, 40))


def test_floor_of_an_imported_session(snap_compare: Compare):
    assert looks(snap_compare, floor_app(imported(), live=False), (120, 40))


def test_why_a_bid_won(snap_compare: Compare):
    assert looks(snap_compare, floor_app(mid_run()), (120, 40), "2", "enter")


def test_help(snap_compare: Compare):
    assert looks(snap_compare, floor_app(mid_run()), (120, 40), "question_mark")


def test_a_question(snap_compare: Compare):
    assert looks(snap_compare, floor_app(mid_run()), (80, 24), "s")


@SIZES
def test_the_command_line(snap_compare: Compare, size: Size):
    assert looks(snap_compare, floor_app(mid_run()), size, "colon", *"go", "down")


@SIZES
def test_jump_mode(snap_compare: Compare, size: Size):
    assert looks(snap_compare, floor_app(mid_run()), size, "g")


@SIZES
def test_the_list_of_errors(snap_compare: Compare, size: Size):
    app = desk_app()
    app.mishaps.append(Mishap(OPENED, "Floor", "The engine broke: no space left", "after 3 closed tasks"))
    app.mishaps.append(Mishap(OPENED, "Setup", "no suite is called lite; starter, or owner/name"))
    assert looks(snap_compare, app, size, "exclamation_mark")


def test_a_chosen_line_of_a_log(snap_compare: Compare):
    assert looks(snap_compare, floor_app(mid_run()), (120, 40), "4", "up", "up")
