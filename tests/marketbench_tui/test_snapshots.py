"""How the screens look, at three sizes. After a change that is meant: look at the pictures, then
`pytest tests/marketbench_tui/test_snapshots.py --snapshot-update`.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from marketbench_tui.app import MarketBenchApp
from tests.marketbench_tui.conftest import desk_app, floor_app, settle
from tests.marketbench_tui.sessions import FakeBackend, finished, imported, mid_run

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


def test_floor_in_the_light_theme(snap_compare: Compare):
    assert looks(snap_compare, floor_app(mid_run(), theme="paper"), (120, 40))


def test_floor_of_an_imported_session(snap_compare: Compare):
    assert looks(snap_compare, floor_app(imported(), live=False), (120, 40))


def test_why_a_bid_won(snap_compare: Compare):
    assert looks(snap_compare, floor_app(mid_run()), (120, 40), "2", "enter")


def test_help(snap_compare: Compare):
    assert looks(snap_compare, floor_app(mid_run()), (120, 40), "question_mark")


def test_a_question(snap_compare: Compare):
    assert looks(snap_compare, floor_app(mid_run()), (80, 24), "s")
