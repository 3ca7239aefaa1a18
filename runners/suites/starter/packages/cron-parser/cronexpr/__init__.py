"""Cron expressions: parsing, fire times and descriptions."""

from .describe import describe
from .expression import CronExpression
from .fields import CronError, Field
from .schedule import next_fire, previous_fire, upcoming

__all__ = [
    "CronError",
    "CronExpression",
    "Field",
    "describe",
    "next_fire",
    "previous_fire",
    "upcoming",
]
