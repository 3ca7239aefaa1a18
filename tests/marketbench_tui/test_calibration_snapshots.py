"""How Calibration looks, at three sizes. After a change that is meant: look at the pictures, then
`pytest tests/marketbench_tui/test_calibration_snapshots.py --snapshot-update`.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from tests.marketbench_tui.conftest import desk_app, settle
from tests.marketbench_tui.test_calibration_screen import backend

Compare = Callable[..., bool]
Size = tuple[int, int]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=["80x24", "120x40", "200x60"])


def looks(compare: Compare, size: Size, *keys: str, theme: str = "trading-floor") -> bool:
    async def press(pilot: Pilot[None]) -> None:
        await settle(pilot)
        for key in ("C", *keys):
            await pilot.press(key)
            for _ in range(3):
                await settle(pilot)

    return compare(desk_app(backend(), theme), terminal_size=size, run_before=press)


@SIZES
def test_a_session(snap_compare: Compare, size: Size):
    assert looks(snap_compare, size)


@SIZES
def test_two_sessions(snap_compare: Compare, size: Size):
    assert looks(snap_compare, size, "v", "enter")


@SIZES
def test_the_tokens_alone(snap_compare: Compare, size: Size):
    assert looks(snap_compare, size, "4", "z")


@SIZES
def test_the_figures_of_a_repository(snap_compare: Compare, size: Size):
    assert looks(snap_compare, size, "d", "d", "5", "down")


def test_a_session_without_outcomes(snap_compare: Compare):
    assert looks(snap_compare, (120, 40), "escape", "down", "down", "C")


def test_a_session_in_the_light_theme(snap_compare: Compare):
    assert looks(snap_compare, (120, 40), theme="paper")


def test_where_a_chart_goes(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir("/")
    assert looks(snap_compare, (80, 24), "2", "e")
