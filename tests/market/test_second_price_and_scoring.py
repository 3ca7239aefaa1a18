import pytest

from tests.market.tables import conditions, mechanism, table


def test_the_winner_is_paid_the_second_lowest_ask():
    bids = table([("t", "a", 0.9, 1, 0.5, 0.1), ("t", "b", 0.9, 1, 0.3, 0.1), ("t", "c", 0.9, 1, 0.8, 0.1)])
    cleared = mechanism("second-price", penalty=1.5).clear(bids, conditions(bids))
    assert cleared.winner.tolist() == [1]
    assert (cleared.payment[0], cleared.penalty[0]) == (0.5, 1.5)


def test_a_rival_above_the_bounty_does_not_set_the_price():
    bids = table([("t", "a", 0.9, 1, 0.5, 0.1), ("t", "b", 0.9, 1, 3.0, 0.1)])
    cleared = mechanism("second-price").clear(bids, conditions(bids, bounty=2.0))
    assert cleared.payment.tolist() == [2.0]


def test_equal_asks_pay_what_was_asked():
    bids = table([("t", "a", 0.9, 1, 0.5, 0.1), ("t", "b", 0.9, 1, 0.5, 0.1)])
    assert mechanism("second-price").clear(bids, conditions(bids)).payment.tolist() == [0.5]


def test_a_worker_does_not_set_its_own_price():
    bids = table([("t", "a", 0.9, 1, 0.5, 0.1), ("t", "a", 0.9, 1, 0.7, 0.1)])
    assert mechanism("second-price").clear(bids, conditions(bids)).payment.tolist() == [2.0]


def test_asking_less_than_ones_worth_changes_who_wins_and_never_the_price():
    """The reason of the rule: the winner's payment does not depend on its own ask."""
    for ask in (0.1, 0.2, 0.4):
        bids = table([("t", "a", 0.9, 1, ask, 0.1), ("t", "b", 0.9, 1, 0.5, 0.1)])
        assert mechanism("second-price").clear(bids, conditions(bids)).payment.tolist() == [0.5]


def test_the_score_is_expected_worth_less_ask_and_cost():
    bids = table([("t", "a", 0.9, 1, 0.5, 0.1), ("t", "b", 0.6, 1, 0.1, 0.2)])
    cleared = mechanism("scoring", penalty=1.5).clear(bids, conditions(bids, bounty=2.0))
    assert cleared.score == pytest.approx([1.2, 0.9])
    assert cleared.winner.tolist() == [0]
    assert (cleared.payment[0], cleared.penalty[0]) == (0.5, 1.5)


def test_a_bid_that_is_worth_nothing_wins_nothing():
    bids = table([("t", "a", 0.5, 1, 0.9, 0.1)])
    assert mechanism("scoring").clear(bids, conditions(bids, bounty=2.0)).winner.tolist() == [-1]


@pytest.mark.parametrize("name", ["second-price", "scoring"])
def test_bounties_stay_as_they_are(name):
    assert mechanism(name).raised_bounty(2.0, 2.0, 0) is None
