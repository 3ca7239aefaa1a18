import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.bids import break_even
from tests.market.tables import table


@given(st.floats(1e-3, 1), st.floats(0, 100), st.floats(0, 100))
def test_a_worker_paid_its_break_even_ask_expects_nothing(p, cost, penalty):
    (ask,) = break_even(np.array([p]), np.array([cost]), penalty)
    assert p * ask - cost - (1 - p) * penalty == pytest.approx(0, abs=1e-9)


def test_a_certain_worker_asks_its_cost_and_a_hopeless_one_does_not_bid():
    asks = break_even(np.array([1.0, 0.0, 1e-320]), np.array([0.25, 0.25, 0.25]), 2.0)
    assert asks[0] == 0.25
    assert np.isnan(asks[1:]).all()


def test_rows_without_a_finite_ask_or_p_are_not_placed():
    nan = float("nan")
    bids = table([("t", "a", 0.5, 1, 1, 0), ("t", "a", nan, 1, 1, 0), ("t", "a", 0.5, 1, nan, 0)])
    assert bids.placed.tolist() == [True, False, False]
    assert len(bids) == 3
