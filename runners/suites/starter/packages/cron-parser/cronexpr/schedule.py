"""Fire times of a cron expression, forwards and backwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from .expression import CronExpression
from .fields import CronError

# 29 February can be eight years away (1896 to 1904); in combination with a
# weekday the fields are alternatives, so nothing is rarer than that.
_HORIZON_DAYS = 8 * 366 + 1

_MINUTE = timedelta(minutes=1)


def next_fire(expr: CronExpression, after: datetime) -> datetime:
    """Return the first fire time strictly after *after*."""
    earliest = after.replace(second=0, microsecond=0) + _MINUTE
    times = list(_times_of_day(expr))
    for offset in range(_HORIZON_DAYS):
        day = earliest.date() + timedelta(days=offset)
        if not expr.matches_date(day):
            continue
        for at in times:
            if offset or at >= earliest.time():
                return datetime.combine(day, at, tzinfo=after.tzinfo)
    raise CronError(f"{expr} has no fire time after {after}")


def previous_fire(expr: CronExpression, before: datetime) -> datetime:
    """Return the last fire time strictly before *before*."""
    latest = before.replace(second=0, microsecond=0) - _MINUTE
    times = list(_times_of_day(expr))
    for offset in range(_HORIZON_DAYS):
        day = latest.date() - timedelta(days=offset)
        if not expr.matches_date(day):
            continue
        for at in reversed(times):
            if offset or at <= latest.time():
                return datetime.combine(day, at, tzinfo=before.tzinfo)
    raise CronError(f"{expr} has no fire time before {before}")


def upcoming(expr: CronExpression, after: datetime, count: int) -> list[datetime]:
    """Return the next *count* fire times after *after*, in order."""
    times: list[datetime] = []
    for _ in range(count):
        after = next_fire(expr, after)
        times.append(after)
    return times


def _times_of_day(expr: CronExpression) -> Iterator[time]:
    """Yield the times the expression fires at on a matching day, in order."""
    for hour in sorted(expr.hour.values):
        for minute in sorted(expr.minute.values):
            yield time(hour, minute)
