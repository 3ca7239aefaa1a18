from datetime import date, timedelta

import pytest

from intervalstore import Interval


def test_an_interval_holds_its_start_and_not_its_end():
    interval = Interval(2, 5)
    assert 2 in interval
    assert 4.999 in interval
    assert 5 not in interval
    assert 1 not in interval


@pytest.mark.parametrize("start, end", [(3, 3), (4, 3)])
def test_an_interval_is_never_empty(start, end):
    with pytest.raises(ValueError, match="must end after it starts"):
        Interval(start, end)


def test_touching_intervals_do_not_overlap():
    assert not Interval(0, 5).overlaps(Interval(5, 9))
    assert Interval(0, 6).overlaps(Interval(5, 9))


def test_intersection():
    assert Interval(0, 6).intersection(Interval(4, 9)) == Interval(4, 6)
    assert Interval(0, 9).intersection(Interval(2, 3)) == Interval(2, 3)
    assert Interval(0, 2).intersection(Interval(2, 3)) is None


def test_bounds_may_be_dates():
    june = Interval(date(2024, 6, 1), date(2024, 7, 1))
    assert june.length == timedelta(days=30)
    assert date(2024, 6, 30) in june
