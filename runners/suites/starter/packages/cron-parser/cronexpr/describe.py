"""Descriptions of cron expressions in plain English."""

from __future__ import annotations

from collections.abc import Sequence

from .expression import CronExpression
from .fields import Field

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
_WEEKDAYS = (
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
)  # fmt: skip


def describe(expr: CronExpression) -> str:
    """Describe when *expr* fires, e.g. ``at 09:30, on Monday, in May``."""
    parts = [_describe_time(expr.minute, expr.hour)]
    days = []
    if not expr.day.is_wildcard:
        days.append(_describe_days(expr.day))
    if not expr.weekday.is_wildcard:
        names = [_WEEKDAYS[number] for number in sorted(expr.weekday.values)]
        days.append(f"on {_join(names)}")
    if days:
        parts.append(" or ".join(days))
    if not expr.month.is_wildcard:
        names = [_MONTHS[number - 1] for number in sorted(expr.month.values)]
        parts.append(f"in {_join(names)}")
    return ", ".join(parts)


def _describe_time(minute: Field, hour: Field) -> str:
    if minute.is_wildcard and hour.is_wildcard:
        return "every minute"
    if len(minute.values) == 1 and not hour.is_wildcard:
        (at,) = minute.values
        return f"at {_join([f'{h:02}:{at:02}' for h in sorted(hour.values)])}"
    if minute.is_wildcard:
        past = "every minute"
    else:
        past = f"at {_count('minute', sorted(minute.values))}"
    if hour.is_wildcard:
        return f"{past} of every hour"
    return f"{past} of {_count('hour', sorted(hour.values))}"


def _describe_days(day: Field) -> str:
    return f"on {_count('day', sorted(day.values))} of the month"


def _count(noun: str, numbers: Sequence[int]) -> str:
    plural = "s" if len(numbers) > 1 else ""
    return f"{noun}{plural} {_join([str(number) for number in numbers])}"


def _join(words: Sequence[str]) -> str:
    """Join words as in ``one``, ``one and two``, ``one, two and three``."""
    if len(words) == 1:
        return words[0]
    return f"{', '.join(words[:-1])} and {words[-1]}"
