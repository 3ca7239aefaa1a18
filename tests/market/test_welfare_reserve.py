"""The published random-reserve auction: closed form, seeded draws, both accountings."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.welfare.knobs import ReserveShape
from market.welfare.reserve_auction import closed_form, seeded_draws
from market.welfare.reserves import ReserveLaw
from tests.market.observed import study
from tests.market.whatif_parts import NAN, book, figures, observations, observed, shuffled

UNIFORM = ReserveLaw(1.0)

PUBLISHED = {
    "pooled": (0.2907347670250896, 0.09288353156259742, 0.0851740870998469, 1.2529037129523635),
    "anthropic:claude-opus-4-5-20251101": (
        0.2820430107526882,
        0.07651666935113502,
        0.08033337196455999,
        1.198377281380453,
    ),
    "anthropic:claude-sonnet-4-5-20250929": (
        0.29301075268817206,
        0.06168191455673938,
        0.06442666874506713,
        1.0710370658965487,
    ),
    "google:models/gemini-3-pro-preview": (
        0.8461290322580645,
        0.35344088378170035,
        0.3029526535031005,
        0.23664560154565512,
    ),
    "openai:gpt-5-mini-2025-08-07": (
        0.2163440860215054,
        0.05357847960657009,
        0.05035912136867106,
        2.285600548916454,
    ),
    "openai:gpt-5.2-2025-12-11": (
        0.053655913978494625,
        0.005050799385864585,
        0.00584019972934079,
        1.2579350214577354,
    ),
    "openai:gpt-5.2-pro-2025-12-11": (
        0.05322580645161291,
        0.00703244269357514,
        0.00713250728834195,
        1.4678267585173352,
    ),
}
"""Win rate, expected profit, realized profit, mean break-even: the study's
`reserve_auction_results_20260303T185808Z.json` (F = 2, R = 1, 100 draws, seed 42)."""


def test_the_seeded_draws_reproduce_the_published_auction():
    auction = seeded_draws(book(study()), 2.0, UNIFORM, 100, 42)
    found = {row.worker: row for row in (*auction.workers, auction.pooled)}
    assert set(found) == set(PUBLISHED)
    for worker, published in PUBLISHED.items():
        row = found[worker]
        ours = (row.win_rate, row.expected_profit, row.realized_profit, row.mean_breakeven)
        assert ours == pytest.approx(published, rel=1e-12)


def test_the_published_gap_to_the_oracle_is_reproduced():
    pooled = seeded_draws(book(study()), 2.0, UNIFORM, 100, 42).pooled
    assert round(pooled.oracle_profit - pooled.realized_profit, 4) == 0.2357


def test_the_published_row_is_reproduced():
    """The seventh row of the file: b* = .8128, won 17 of 100 draws, failed."""
    rows = seeded_draws(book(study()), 2.0, UNIFORM, 100, 42).rows
    assert rows.break_even[6] == pytest.approx(0.8127777777777779)
    assert rows.win[6] == pytest.approx(0.17)
    assert rows.expected_profit[6] == pytest.approx(0.009453871397102003)
    assert rows.realized_profit[6] == 0


def test_the_closed_form_agrees_with_a_hundred_thousand_draws_within_monte_carlo_error():
    every_ninth = np.arange(558) % 9 == 0
    bids = book(study().only(every_ninth))
    draws = 100_000
    drawn, closed = seeded_draws(bids, 2.0, UNIFORM, draws, 1), closed_form(bids, 2.0, UNIFORM)
    # What a draw gives lies between -F - c and R, so its standard deviation is at most half of that.
    half = (3 + bids.cost.max()) / 2
    for name in ("win", "expected_profit", "realized_profit", "oracle_profit", "settled_profit"):
        apart = np.abs(getattr(drawn.rows, name) - getattr(closed.rows, name))
        assert apart.max() < 5 * half / draws**0.5, name
    assert drawn.pooled.win_rate == pytest.approx(closed.pooled.win_rate, abs=1e-3)
    assert drawn.pooled.expected_profit == pytest.approx(closed.pooled.expected_profit, abs=1e-3)
    assert drawn.pooled.settled_profit == pytest.approx(closed.pooled.settled_profit, abs=2e-3)


def test_the_closed_form_by_hand():
    """b* = (0.1 + 1 x 0.2) / 0.8 = 0.375 under U(0, 1)."""
    bids = book(observed([("t", "a", 0.8, 0.1, 1.0, 0.2)], ("t",), ("a",)), penalty=1.0)
    row = closed_form(bids, 1.0, UNIFORM).pooled
    assert row.mean_breakeven == pytest.approx(0.375)
    assert row.win_rate == pytest.approx(0.625)
    surplus = 0.625**2 / 2
    assert row.expected_profit == pytest.approx(surplus * 0.8)
    assert row.realized_profit == pytest.approx(surplus)
    assert row.calibration_cost == pytest.approx(-0.2 * surplus)
    assert row.oracle_profit == pytest.approx(0.9**2 / 2)
    assert row.settled_oracle_profit == pytest.approx(0.8**2 / 2)
    # Paid r where r >= b*, and the actual cost of 0.2 where it wins.
    assert row.settled_profit == pytest.approx((1 - 0.375**2) / 2 - 0.625 * 0.2)


def test_only_the_settled_accounting_charges_a_winner_for_failing():
    bids = book(observed([("t", "a", 0.8, 0.1, 0.0, 0.2)], ("t",), ("a",)))
    row = closed_form(bids, 1.0, UNIFORM).pooled
    assert row.realized_profit == 0
    assert row.settled_profit == pytest.approx(-0.625 * 1.2)


def test_a_worker_without_doubt_bids_its_cost_and_one_without_hope_does_not_bid():
    rows = [("t", "sure", 1.0, 0.2, 1.0), ("t", "hopeless", 0.0, 0.2, 0.0)]
    auction = closed_form(book(observed(rows, ("t",), ("sure", "hopeless"))), 2.0, UNIFORM)
    sure, hopeless = auction.workers
    assert sure.mean_breakeven == pytest.approx(0.2)
    assert hopeless.mean_breakeven is None
    assert (hopeless.win_rate, hopeless.expected_profit, hopeless.settled_profit) == (0, 0, 0)
    assert auction.pooled.bids == 1


def test_unobserved_outcomes_leave_bounds_and_the_mean_of_the_others():
    rows = [("t", "a", 0.8, 0.1, 1.0), ("u", "a", 0.8, 0.1, NAN)]
    row = closed_form(book(observed(rows, ("t", "u"), ("a",))), 1.0, UNIFORM).pooled
    assert (row.n, row.known) == (2, 1)
    assert row.realized_profit == pytest.approx(0.625**2 / 2)
    assert row.realized_bounds.high == pytest.approx(row.realized_profit)
    assert row.realized_bounds.low == pytest.approx(row.realized_profit / 2)
    assert row.settled_bounds.low < 0 < row.settled_bounds.high


def test_without_any_outcome_only_what_was_said_is_told():
    row = closed_form(book(observed([("t", "a", 0.8, 0.1, NAN)], ("t",), ("a",))), 1.0, UNIFORM).pooled
    assert row.expected_profit > 0
    assert row.realized_profit is None
    assert row.calibration_cost is None


def test_no_rows_give_no_figures():
    auction = closed_form(book(observed([], ("t",), ("a",))), 2.0, UNIFORM)
    assert auction.workers == ()
    assert auction.pooled.n == 0
    assert auction.pooled.win_rate is None
    assert seeded_draws(book(observed([], ("t",), ("a",))), 2.0, UNIFORM, 3, 0).pooled.n == 0


def test_an_unknown_price_leaves_figures_unknown_rather_than_zero():
    o = study()
    unpriced = np.array([name == "openai:gpt-5.2-2025-12-11" for name in o.workers])
    auction = closed_form(book(replace(o, price=np.where(unpriced, NAN, o.price))), 2.0, UNIFORM)
    by_name = {row.worker: row for row in auction.workers}
    assert by_name["openai:gpt-5.2-2025-12-11"].win_rate is None
    assert by_name["google:models/gemini-3-pro-preview"].win_rate is not None
    assert auction.pooled.expected_profit is None


def test_there_must_be_a_draw():
    with pytest.raises(ValueError, match="a draw at least"):
        seeded_draws(book(observed([], ("t",), ("a",))), 2.0, UNIFORM, 0, 1)


@given(o=observations(), data=st.data())
@settings(max_examples=80, deadline=None)
def test_the_order_of_rows_has_no_effect_on_the_closed_form(o, data):
    order = data.draw(st.permutations(range(len(o))))
    first = closed_form(book(o), 2.0, UNIFORM)
    again = closed_form(book(shuffled(o, order)), 2.0, UNIFORM)
    for a, b in zip((*first.workers, first.pooled), (*again.workers, again.pooled), strict=True):
        assert figures(a) == pytest.approx(figures(b))


@given(o=observations())
@settings(max_examples=80, deadline=None)
def test_no_figure_is_ever_nan_and_means_lie_within_their_bounds(o):
    auction = closed_form(book(o), 2.0, UNIFORM)
    for row in (*auction.workers, auction.pooled):
        assert np.isfinite(figures(row)).all()
        if row.known == row.n > 0 and row.realized_profit is not None:
            assert row.realized_bounds.value == pytest.approx(row.realized_profit)


@pytest.mark.parametrize("shape", ReserveShape)
def test_every_law_is_the_law_of_its_draws(shape):
    law = ReserveLaw(3.0, shape)
    drawn = law.quantile((np.arange(200_000) + 0.5) / 200_000)
    for ask in (0.0, 0.4, 1.5, 2.9, 3.5):
        at = np.array([ask])
        assert law.win(at)[0] == pytest.approx((drawn >= ask).mean(), abs=1e-4)
        assert law.surplus(at)[0] == pytest.approx(np.maximum(drawn - ask, 0).mean(), abs=1e-4)
        assert law.paid(at)[0] == pytest.approx(np.where(drawn >= ask, drawn, 0).mean(), abs=1e-3)


@pytest.mark.parametrize("shape", ReserveShape)
def test_no_ask_wins_nothing_under_any_law(shape):
    law, nothing = ReserveLaw(1.0, shape), np.array([NAN])
    assert law.win(nothing)[0] == law.surplus(nothing)[0] == law.paid(nothing)[0] == 0
