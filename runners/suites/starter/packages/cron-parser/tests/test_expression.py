from datetime import date, datetime

import pytest

from cronexpr import CronError, CronExpression


def test_matches_minute():
    expr = CronExpression.parse("30 9 * * MON-FRI")
    assert expr.matches(datetime(2024, 3, 1, 9, 30, 59))
    assert not expr.matches(datetime(2024, 3, 1, 9, 31))
    assert not expr.matches(datetime(2024, 3, 2, 9, 30))


def test_one_restricted_day_field_must_match():
    assert CronExpression.parse("0 0 13 * *").matches_date(date(2024, 3, 13))
    assert not CronExpression.parse("0 0 13 * *").matches_date(date(2024, 3, 15))
    assert not CronExpression.parse("0 0 * * 5").matches_date(date(2024, 3, 13))


def test_two_restricted_day_fields_are_alternatives():
    expr = CronExpression.parse("0 0 13 * FRI")
    assert expr.matches_date(date(2024, 3, 13))
    assert expr.matches_date(date(2024, 3, 15))
    assert not expr.matches_date(date(2024, 3, 14))


def test_month_is_always_required():
    expr = CronExpression.parse("0 0 13 4 FRI")
    assert not expr.matches_date(date(2024, 3, 15))


def test_wrong_number_of_fields():
    with pytest.raises(CronError, match="expected 5 fields, got 4"):
        CronExpression.parse("* * * *")


def test_impossible_day_is_rejected():
    with pytest.raises(CronError, match="never fires"):
        CronExpression.parse("0 0 31 FEB,APR *")


def test_impossible_day_with_a_weekday_is_accepted():
    expr = CronExpression.parse("0 0 31 FEB MON")
    assert expr.matches_date(date(2024, 2, 5))


def test_str_gives_the_expression_back():
    assert str(CronExpression.parse("*/5  9-17 * jan MON")) == "*/5 9-17 * jan MON"
