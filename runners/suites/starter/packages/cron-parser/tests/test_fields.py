import pytest

from cronexpr.fields import DAY, HOUR, MINUTE, MONTH, WEEKDAY, CronError, parse_field


@pytest.mark.parametrize(
    "text, spec, expected",
    [
        pytest.param("*", HOUR, set(range(24)), id="wildcard"),
        pytest.param("5", MINUTE, {5}, id="value"),
        pytest.param("9-12", HOUR, {9, 10, 11, 12}, id="range"),
        pytest.param("*/20", MINUTE, {0, 20, 40}, id="step"),
        pytest.param("10-30/10", MINUTE, {10, 20, 30}, id="range-step"),
        pytest.param("50/4", MINUTE, {50, 54, 58}, id="open-step"),
        pytest.param("1,15,20-22", DAY, {1, 15, 20, 21, 22}, id="list"),
        pytest.param("jan,Jun-AUG", MONTH, {1, 6, 7, 8}, id="month-names"),
        pytest.param("mon-fri", WEEKDAY, {1, 2, 3, 4, 5}, id="weekday-names"),
        pytest.param("7", WEEKDAY, {0}, id="sunday-as-7"),
        pytest.param("7-2", WEEKDAY, {0, 1, 2}, id="from-sunday-as-7"),
        pytest.param("1/2", WEEKDAY, {1, 3, 5}, id="weekday-open-step"),
    ],
)
def test_values(text, spec, expected):
    assert parse_field(text, spec).values == expected


@pytest.mark.parametrize(
    "text, spec",
    [
        pytest.param("60", MINUTE, id="too-high"),
        pytest.param("0", DAY, id="too-low"),
        pytest.param("8", WEEKDAY, id="weekday-8"),
        pytest.param("30-10", MINUTE, id="reversed"),
        pytest.param("FRI-MON", WEEKDAY, id="weekday-reversed"),
        pytest.param("*/0", HOUR, id="zero-step"),
        pytest.param("1,,2", HOUR, id="empty-item"),
        pytest.param("-5", HOUR, id="negative"),
        pytest.param("MON", MONTH, id="wrong-name"),
        pytest.param("x", DAY, id="word"),
    ],
)
def test_errors(text, spec):
    with pytest.raises(CronError):
        parse_field(text, spec)


def test_only_a_bare_star_is_a_wildcard():
    assert parse_field("*", DAY).is_wildcard
    assert not parse_field("*/2", DAY).is_wildcard
    assert not parse_field("1-31", DAY).is_wildcard
