"""What to do about forecasts: a shift of log-odds, and what a market that believes them would lose."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.advice import FEWEST, MAX_RESERVE, PENALTY, logit_shift, market_loss

inner = st.floats(0.02, 0.98)


@given(st.lists(inner, min_size=FEWEST, max_size=60), st.integers(1, FEWEST - 1))
def test_recalibrated_forecasts_have_the_mean_of_the_outcomes_and_keep_their_order(
    said: list[float], passes: int
) -> None:
    p = np.array(said)
    y = (np.arange(len(p)) < passes).astype(float)
    shift = logit_shift(p, y)
    assert shift.shift is not None
    mended = shift(p)
    assert mended.mean() == pytest.approx(y.mean(), abs=1e-9)
    assert (np.diff(mended[np.argsort(p)]) >= 0).all()  # neighbours in floating point may meet


def test_calibrated_forecasts_are_not_shifted() -> None:
    p, y = np.full(40, 0.75), np.array([1, 1, 1, 0] * 10, dtype=float)
    assert logit_shift(p, y).shift == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    ("p", "y", "note"),
    [
        (np.full(9, 0.5), np.zeros(9), "n = 9: too few"),
        (np.full(40, 0.5), np.ones(40), "all 40 tasks were passed"),
        (np.full(40, 0.5), np.zeros(40), "all 40 tasks were failed"),
        (np.ones(40), np.array([1.0, 0.0] * 20), "p of 0 or 1"),
        (np.array([1.0] * 30 + [0.5] * 10), np.array([1.0] * 20 + [0.0] * 20), "p of 0 or 1"),
    ],
)
def test_where_no_shift_fits_a_sentence_says_why(p: np.ndarray, y: np.ndarray, note: str) -> None:
    shift = logit_shift(p, y)
    assert shift.shift is None
    assert note in shift.note
    assert (shift(p) == p).all()


def test_p_of_zero_and_one_stay_where_they_are() -> None:
    p = np.array([0.0, 1.0] + [0.8] * 38)
    y = np.array([0.0, 1.0] + [1.0, 0.0] * 19)
    mended = logit_shift(p, y)(p)
    assert mended[:2].tolist() == [0.0, 1.0]
    assert mended[2] == pytest.approx(0.5)


def test_the_markets_loss_in_closed_form_is_that_of_many_draws() -> None:
    rng = np.random.default_rng(3)
    p, cost = rng.uniform(0.6, 1, 50), rng.uniform(0, 0.1, 50)
    y = (rng.random(50) < 0.8).astype(float)
    found = market_loss(p, y, cost)
    assert found is not None
    ask = (cost + PENALTY * (1 - p)) / p
    reserve = rng.uniform(0, MAX_RESERVE, (100_000, 1))
    surplus = np.maximum(reserve - ask, 0).mean(axis=0)
    assert found.expected == pytest.approx(float((surplus * p).mean()), abs=2e-3)
    assert found.realized == pytest.approx(float((surplus * y).mean()), abs=2e-3)
    assert found.win_rate == pytest.approx(float((reserve >= ask).mean()), abs=2e-3)
    assert found.loss == found.expected - found.realized


def test_without_tasks_there_is_no_loss_and_p_of_zero_wins_nothing() -> None:
    assert market_loss(np.array([]), np.array([]), np.array([])) is None
    nothing = market_loss(np.zeros(2), np.ones(2), np.array([np.nan, 0.1]))
    assert nothing is not None
    assert (nothing.expected, nothing.realized, nothing.win_rate) == (0, 0, 0)


def test_a_cost_that_is_not_known_is_told() -> None:
    loss = market_loss(np.array([0.9, 0.8]), np.array([1.0, 0.0]), np.array([np.nan, 0.1]))
    assert loss is not None
    assert loss.unpriced == 1
