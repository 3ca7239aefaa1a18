import pytest

from cronexpr import CronExpression, describe


@pytest.mark.parametrize(
    "text, expected",
    [
        pytest.param("* * * * *", "every minute", id="every-minute"),
        pytest.param("30 9 * * *", "at 09:30", id="time"),
        pytest.param("0 8,20 * * *", "at 08:00 and 20:00", id="times"),
        pytest.param("0 * * * *", "at minute 0 of every hour", id="hourly"),
        pytest.param(
            "*/20 * * * *", "at minutes 0, 20 and 40 of every hour", id="minutes"
        ),
        pytest.param("* 3 * * *", "every minute of hour 3", id="one-hour"),
        pytest.param("0 0 1 * *", "at 00:00, on day 1 of the month", id="day"),
        pytest.param(
            "0 0 1,15 * *", "at 00:00, on days 1 and 15 of the month", id="days"
        ),
        pytest.param(
            "0 0 13 * 5", "at 00:00, on day 13 of the month or on Friday", id="either"
        ),
        pytest.param(
            "0 0 * 1,7 MON", "at 00:00, on Monday, in January and July", id="months"
        ),
    ],
)
def test_describe(text, expected):
    assert describe(CronExpression.parse(text)) == expected
