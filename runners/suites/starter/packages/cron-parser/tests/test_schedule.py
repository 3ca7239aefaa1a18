from datetime import datetime, timezone

from cronexpr import CronExpression, next_fire, previous_fire, upcoming


def test_next_is_strictly_after():
    expr = CronExpression.parse("0 12 * * *")
    assert next_fire(expr, datetime(2024, 3, 1, 11, 59)) == datetime(2024, 3, 1, 12, 0)
    assert next_fire(expr, datetime(2024, 3, 1, 12, 0)) == datetime(2024, 3, 2, 12, 0)


def test_next_within_a_minute():
    expr = CronExpression.parse("* * * * *")
    after = datetime(2024, 3, 1, 12, 0, 30)
    assert next_fire(expr, after) == datetime(2024, 3, 1, 12, 1)


def test_next_crosses_the_year():
    expr = CronExpression.parse("15 6 1 JAN *")
    after = datetime(2024, 1, 1, 6, 15)
    assert next_fire(expr, after) == datetime(2025, 1, 1, 6, 15)


def test_next_leap_day_across_1900():
    expr = CronExpression.parse("0 0 29 2 *")
    after = datetime(1896, 2, 29, 0, 0)
    assert next_fire(expr, after) == datetime(1904, 2, 29, 0, 0)


def test_previous_is_strictly_before():
    expr = CronExpression.parse("0 12 * * *")
    assert previous_fire(expr, datetime(2024, 3, 1, 12, 1)) == datetime(2024, 3, 1, 12)
    assert previous_fire(expr, datetime(2024, 3, 1, 12, 0)) == datetime(2024, 2, 29, 12)


def test_previous_takes_the_last_time_of_an_earlier_day():
    expr = CronExpression.parse("0,30 8-17 * * MON-FRI")
    before = datetime(2024, 3, 4, 8, 0)
    assert previous_fire(expr, before) == datetime(2024, 3, 1, 17, 30)


def test_upcoming():
    expr = CronExpression.parse("0 9 1,15 * *")
    assert upcoming(expr, datetime(2024, 2, 10), 3) == [
        datetime(2024, 2, 15, 9),
        datetime(2024, 3, 1, 9),
        datetime(2024, 3, 15, 9),
    ]


def test_tzinfo_is_kept():
    expr = CronExpression.parse("0 9 * * *")
    when = datetime(2024, 3, 1, 12, 0, tzinfo=timezone.utc)
    assert next_fire(expr, when) == datetime(2024, 3, 2, 9, tzinfo=timezone.utc)
    assert previous_fire(expr, when) == datetime(2024, 3, 1, 9, tzinfo=timezone.utc)
