"""How the Auction looks, at three sizes. After a change that is meant: look at the pictures, then
`pytest tests/marketbench_tui/test_auction_snapshots.py --snapshot-update`.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from market.welfare.knobs import Allocator, WhatIf
from marketbench_tui.auction.clearing import Bench
from marketbench_tui.auction.ports import Headline, Kept
from tests.marketbench_tui.auction_parts import SAVED_AT, Host, Shelf, bids, case, settle

Compare = Callable[..., bool]
Size = tuple[int, int]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=["80x24", "120x40", "200x60"])


def looks(compare: Compare, app: Host, size: Size, *keys: str) -> bool:
    async def press(pilot: Pilot[None]) -> None:
        await settle(pilot)
        for key in keys:
            await pilot.press(key)
            await settle(pilot)

    return compare(app, terminal_size=size, run_before=press)


@SIZES
def test_a_session_under_the_published_auction(snap_compare: Compare, size: Size):
    assert looks(snap_compare, Host(), size)


@SIZES
def test_outcomes_that_nobody_observed(snap_compare: Compare, size: Size):
    shown = case(bids(unseen=20), WhatIf(mechanism=Allocator.COMPETITIVE_RESERVE, penalty=0.5))
    assert looks(snap_compare, Host(shown), size, "escape", "4")


@pytest.mark.parametrize("digit", ["2", "3", "5", "7"])
def test_a_pane_beside_the_knobs_where_it_is_narrow(snap_compare: Compare, digit: str):
    assert looks(snap_compare, Host(case(retried=2)), (80, 24), "escape", digit)


def test_the_matrix_zoomed_in_the_light_theme(snap_compare: Compare):
    assert looks(snap_compare, Host(theme="paper"), (120, 40), "escape", "4", "z", "o")


def test_a_session_without_forecasts(snap_compare: Compare):
    assert looks(snap_compare, Host(case(bids(0), awarded=False)), (120, 40))


@SIZES
def test_what_was_kept(snap_compare: Compare, size: Size):
    bench, whatif = Bench(case()), WhatIf(penalty=0.5)
    headline = Headline.of(bench.at_once(whatif).outcome)
    shelf = Shelf([Kept("mild penalties", SAVED_AT, whatif, headline)])
    assert looks(snap_compare, Host(shelf=shelf), size, "l", "end")
