"""Random reserve, lowest ask and solo: who wins, what it is paid and charged."""

import numpy as np
import pytest

from market.mechanisms.random_reserve import uniform_draws
from tests.market.tables import conditions, mechanism, table


def test_the_lowest_ask_below_the_reserve_wins_and_is_paid_the_reserve():
    bids = table(
        [("t", "a", 0.9, 10, 0.02, 0.0), ("t", "b", 0.9, 10, 0.01, 0.0), ("t", "c", 0.9, 10, 3.0, 0.0)]
    )
    cleared = mechanism("random-reserve").clear(bids, conditions(bids))
    assert cleared.winner.tolist() == [1]
    assert cleared.payment[0] == cleared.reserve[0] > 0.02
    assert cleared.penalty[0] == 2.0
    assert cleared.score[0] == pytest.approx(cleared.reserve[0] - 0.02)


def test_an_ask_at_the_reserve_wins_and_one_above_it_does_not():
    reserve = float(uniform_draws(7, ("t",))[0])
    for ask, winner in ((reserve, 0), (np.nextafter(reserve, 1), -1)):
        bids = table([("t", "a", 0.9, 10, ask, 0.0)])
        assert mechanism("random-reserve").clear(bids, conditions(bids)).winner.tolist() == [winner]


def test_a_task_meets_the_same_reserve_whatever_else_is_cleared():
    alone = uniform_draws(7, ("t",))[0]
    assert uniform_draws(7, ("s", "t", "u"))[1] == alone
    assert uniform_draws(8, ("t",))[0] != alone


def test_reserves_are_spread_evenly_up_to_the_maximum():
    draws = uniform_draws(42, tuple(f"task-{i}" for i in range(4000)))
    assert (draws >= 0).all()
    assert (draws < 1).all()
    assert draws.mean() == pytest.approx(0.5, abs=0.02)
    assert np.histogram(draws, 10, (0, 1))[0].min() > 330
    bids = table([("t", "a", 0.9, 10, 0.0, 0.0)])
    cleared = mechanism("random-reserve", max_reserve=5).clear(bids, conditions(bids))
    assert cleared.reserve[0] == pytest.approx(5 * uniform_draws(7, ("t",))[0])


def test_the_lowest_ask_up_to_the_bounty_wins_and_is_paid_its_ask():
    bids = table([("t", "a", 0.9, 10, 0.4, 0.0), ("t", "b", 0.1, 10, 0.3, 0.0)])
    cleared = mechanism("lowest-ask", penalty=0.5).clear(bids, conditions(bids))
    assert cleared.winner.tolist() == [1]
    assert cleared.payment[0] == 0.3
    assert cleared.penalty[0] == 0.5
    assert mechanism("lowest-ask").clear(bids, conditions(bids, bounty=0.2)).winner.tolist() == [-1]


def test_solo_gives_the_named_worker_what_it_bid_on_and_nothing_else():
    rows = [("t", "w1", 0.1, 10, 9.0, 5.0), ("t", "w2", 0.9, 10, 0.1, 0.0), ("u", "w2", 0.9, 10, 0.1, 0.0)]
    bids = table(rows, tasks=("t", "u"), workers=("w1", "w2"))
    cleared = mechanism("solo").clear(bids, conditions(bids))
    assert cleared.winner.tolist() == [0, -1]
    assert cleared.payment[0] == 9.0
    assert cleared.penalty[0] == 0.0
    assert np.isnan(cleared.score[1:]).all()


def test_solo_with_a_worker_that_is_not_there_sells_nothing():
    bids = table([("t", "a", 0.9, 10, 0.1, 0.0)])
    assert mechanism("solo", worker="nobody").clear(bids, conditions(bids)).winner.tolist() == [-1]
