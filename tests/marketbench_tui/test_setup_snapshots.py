"""How Setup looks, at three sizes. After a change that is meant: look at the pictures, then
`pytest tests/marketbench_tui/test_setup_snapshots.py --snapshot-update`.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from tests.marketbench_tui.setup_parts import Desktop, Host, past_calls, settle

Compare = Callable[..., bool]
Size = tuple[int, int]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=["80x24", "120x40", "200x60"])


def looks(compare: Compare, size: Size, *keys: str, theme: str = "trading-floor") -> bool:
    app = Host(Desktop(past_calls()), theme=theme)

    async def press(pilot: Pilot[None]) -> None:
        await settle(pilot)
        for key in keys:
            await pilot.press(key)
            await settle(pilot)

    return compare(app, terminal_size=size, run_before=press)


@SIZES
def test_the_tasks(snap_compare: Compare, size: Size):
    assert looks(snap_compare, size, "space", "down", "shift+down")


@SIZES
def test_the_workers(snap_compare: Compare, size: Size):
    assert looks(snap_compare, size, "2", "d")


@SIZES
def test_the_market(snap_compare: Compare, size: Size):
    assert looks(snap_compare, size, "3")


@SIZES
def test_the_start(snap_compare: Compare, size: Size):
    assert looks(snap_compare, size, "4")


def test_nothing_marked_in_the_light_theme(snap_compare: Compare):
    assert looks(snap_compare, (80, 24), "n", theme="paper")


def test_choosing_a_model(snap_compare: Compare):
    assert looks(snap_compare, (120, 40), "2", "a")


def test_choosing_a_suite(snap_compare: Compare):
    assert looks(snap_compare, (80, 24), "o")
