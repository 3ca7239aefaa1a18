from datetime import date, timedelta

import pytest

from intervalstore import Interval, IntervalStore, covered, gaps


@pytest.fixture
def store():
    return IntervalStore([(0, 5, "a"), (5, 8, "b"), (10, 20, "c")])


def test_gaps_lie_between_items_and_at_the_edges(store):
    assert gaps(store, -2, 25) == [Interval(-2, 0), Interval(8, 10), Interval(20, 25)]


def test_no_gaps_in_a_covered_window(store):
    assert gaps(store, 1, 8) == []
    assert gaps(store, 12, 15) == []


def test_a_window_in_a_gap_is_a_gap(store):
    assert gaps(store, 8, 9) == [Interval(8, 9)]


def test_gaps_of_an_empty_store():
    assert gaps(IntervalStore(), 1, 2) == [Interval(1, 2)]


def test_covered_sums_the_lengths_within_the_window(store):
    assert covered(store, 3, 12) == 7
    assert covered(store, 8, 10) == 0


def test_covered_days():
    store = IntervalStore([(date(2024, 1, 1), date(2024, 1, 11), "x")])
    assert covered(store, date(2024, 1, 6), date(2024, 2, 1)) == timedelta(days=5)
