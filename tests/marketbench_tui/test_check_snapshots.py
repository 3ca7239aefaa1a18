"""How the Check screen looks, at three sizes. After a change that is meant: look at the pictures, then
`pytest tests/marketbench_tui/test_check_snapshots.py --snapshot-update`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from textual.pilot import Pilot

from market.events import Recorded
from marketbench_tui import messages as said
from marketbench_tui.app import MarketBenchApp
from tests.marketbench_tui import check_parts as parts
from tests.marketbench_tui.check_parts import CheckBackend
from tests.marketbench_tui.sessions import OPENED, ZONE
from tests.marketbench_tui.test_check import settle

Compare = Callable[..., bool]
Size = tuple[int, int]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=["80x24", "120x40", "200x60"])


def looks(
    compare: Compare,
    size: Size,
    events: Sequence[Recorded] | None,
    *keys: str,
    live: bool = False,
    theme: str = "trading-floor",
) -> bool:
    backend = CheckBackend(events or (), live)
    app = MarketBenchApp(backend, now=lambda: OPENED, zone=ZONE, theme=theme)

    async def arrive(pilot: Pilot[None]) -> None:
        await settle(pilot)
        pilot.app.post_message(said.CheckAsked() if events is None else said.OpenAsked(13))
        await settle(pilot)
        for key in keys:
            await pilot.press(key)
            await settle(pilot)

    return compare(app, terminal_size=size, run_before=arrive)


@SIZES
def test_the_form(snap_compare: Compare, size: Size):
    assert looks(snap_compare, size, None, *"sim/atlas")


@SIZES
def test_a_check_that_runs(snap_compare: Compare, size: Size):
    assert looks(snap_compare, size, parts.running(), live=True)


@SIZES
def test_a_verdict(snap_compare: Compare, size: Size):
    assert looks(snap_compare, size, parts.decided())


def test_the_tasks_in_a_narrow_terminal(snap_compare: Compare):
    assert looks(snap_compare, (80, 24), parts.undecided(), "1")


def test_a_form_that_cannot_begin_in_the_light_theme(snap_compare: Compare):
    assert looks(snap_compare, (80, 24), None, "ctrl+r", theme="paper")


def test_a_check_that_was_stopped_before_it_began(snap_compare: Compare):
    assert looks(snap_compare, (80, 24), parts.stopped(), "3")
