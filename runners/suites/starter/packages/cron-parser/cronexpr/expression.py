"""A whole cron expression and the dates and minutes it matches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from .fields import DAY, HOUR, MINUTE, MONTH, WEEKDAY, CronError, Field, parse_field

# The most days that a month of fewer than 31 can have.
_MAX_DAYS = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}


@dataclass(frozen=True)
class CronExpression:
    """Five parsed fields; build one with :meth:`parse`."""

    minute: Field
    hour: Field
    day: Field
    month: Field
    weekday: Field

    @classmethod
    def parse(cls, text: str) -> CronExpression:
        """Parse ``minute hour day-of-month month day-of-week``."""
        parts = text.split()
        if len(parts) != 5:
            raise CronError(f"expected 5 fields, got {len(parts)}: {text!r}")
        specs = (MINUTE, HOUR, DAY, MONTH, WEEKDAY)
        expr = cls(*(parse_field(part, spec) for part, spec in zip(parts, specs)))
        if not expr._can_fire():
            raise CronError(f"{text!r} never fires: no month has such a day")
        return expr

    def matches(self, when: datetime) -> bool:
        """Whether the expression fires in the minute that contains *when*."""
        return (
            when.minute in self.minute
            and when.hour in self.hour
            and self.matches_date(when)
        )

    def matches_date(self, day: date) -> bool:
        """Whether the expression fires at any time on *day*."""
        if day.month not in self.month:
            return False
        day_matches = day.day in self.day
        weekday_matches = day.isoweekday() % 7 in self.weekday
        if self.day.is_wildcard or self.weekday.is_wildcard:
            return day_matches and weekday_matches
        return day_matches or weekday_matches

    def _can_fire(self) -> bool:
        """Whether any selected month is long enough for a selected day."""
        if not self.weekday.is_wildcard:
            return True
        longest = max(_MAX_DAYS.get(month, 31) for month in self.month.values)
        return min(self.day.values) <= longest

    def __str__(self) -> str:
        fields = (self.minute, self.hour, self.day, self.month, self.weekday)
        return " ".join(field.text for field in fields)
