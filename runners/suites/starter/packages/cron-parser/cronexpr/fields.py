"""The five fields of a cron expression and the syntax they share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MONTH_NAMES = {
    name: number
    for number, name in enumerate(
        "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(), start=1
    )
}
WEEKDAY_NAMES = {
    name: number for number, name in enumerate("SUN MON TUE WED THU FRI SAT".split())
}


class CronError(ValueError):
    """Raised for an expression that cannot be parsed or can never fire."""


@dataclass(frozen=True)
class FieldSpec:
    """What a field may contain: its bounds, names and alternative numbers."""

    label: str
    low: int
    high: int
    names: Mapping[str, int] = field(default_factory=dict)
    aliases: Mapping[int, int] = field(default_factory=dict)


MINUTE = FieldSpec("minute", 0, 59)
HOUR = FieldSpec("hour", 0, 23)
DAY = FieldSpec("day of month", 1, 31)
MONTH = FieldSpec("month", 1, 12, names=MONTH_NAMES)
WEEKDAY = FieldSpec("day of week", 0, 6, names=WEEKDAY_NAMES, aliases={7: 0})


@dataclass(frozen=True)
class Field:
    """A parsed field: the text it came from and the values it selects."""

    text: str
    values: frozenset[int]

    @property
    def is_wildcard(self) -> bool:
        """Whether the field is exactly ``*`` and so restricts nothing."""
        return self.text == "*"

    def __contains__(self, value: int) -> bool:
        return value in self.values


def parse_field(text: str, spec: FieldSpec) -> Field:
    """Parse one field, a comma-separated list of values, ranges and steps."""
    values: set[int] = set()
    for item in text.split(","):
        values.update(_parse_item(item, spec))
    return Field(text, frozenset(values))


def _parse_item(item: str, spec: FieldSpec) -> range:
    """Parse one element of a list into the values it stands for."""
    body, slash, step_text = item.partition("/")
    step = _parse_step(step_text, spec) if slash else 1
    if body == "*":
        start, end = spec.low, spec.high
    elif "-" in body:
        first, _, last = body.partition("-")
        start, end = _parse_value(first, spec), _parse_value(last, spec)
        if start > end:
            raise CronError(f"{spec.label}: range {body!r} is reversed")
    else:
        start = _parse_value(body, spec)
        end = spec.high if slash else start
    return range(start, end + 1, step)


def _parse_value(token: str, spec: FieldSpec) -> int:
    """Parse a number or a name and check it against the field's bounds."""
    if token.upper() in spec.names:
        return spec.names[token.upper()]
    value = _parse_number(token, spec)
    value = spec.aliases.get(value, value)
    if not spec.low <= value <= spec.high:
        raise CronError(f"{spec.label}: {value} is not in {spec.low}-{spec.high}")
    return value


def _parse_step(token: str, spec: FieldSpec) -> int:
    step = _parse_number(token, spec)
    if step == 0:
        raise CronError(f"{spec.label}: the step must be at least 1")
    return step


def _parse_number(token: str, spec: FieldSpec) -> int:
    if not (token.isascii() and token.isdigit()):
        raise CronError(f"{spec.label}: cannot read {token!r}")
    return int(token)
