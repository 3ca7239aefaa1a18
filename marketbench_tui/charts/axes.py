"""Where a chart begins and ends, and what stands along its axes, the same in every medium."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor, log10

from marketbench_tui.charts.spec import (
    Axis,
    Band,
    Bars,
    Chart,
    Column,
    Line,
    Mark,
    Points,
    Rule,
    Scale,
    Segments,
)

AIR = 0.04
"""Share of an axis that is left free beyond the marks, where the axis has no ends of its own."""
STEPS = (1.0, 2.0, 5.0, 10.0, 20.0)
"""Round steps between ticks, times a power of ten."""
WITHIN_DECADE = (1.0, 2.0, 5.0)

Ticks = tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """An axis from end to end.

    Attributes:
        low, high: its ends in units of the data; low < high.
    """

    axis: Axis
    low: float
    high: float

    def place(self, value: float) -> float:
        """Where a value lies, in coordinates in which the axis is even: log10 on a log scale."""
        return log10(value) if self.axis.scale is Scale.LOG else value

    def ticks(self, at_most: int) -> Ticks:
        """Labelled places within the axis; round ones where it names none."""
        if self.axis.ticks:
            return tuple((at, label) for at, label in self.axis.ticks if self.low <= at <= self.high)
        decades = self.axis.scale is Scale.LOG
        found = _decades(self.low, self.high, at_most) if decades else _round(self.low, self.high, at_most)
        return tuple((value, self.axis.form.format(value)) for value in found)


def reach(chart: Chart) -> tuple[Reach, Reach]:
    """Both axes of a chart, as far as they say, or else as far as its marks."""
    points = [_points(mark, chart.x) for mark in chart.marks]
    xs = [value for x, _ in points for value in x]
    ys = [value for _, y in points for value in y]
    return _reach(chart.x, xs), _reach(chart.y, ys)


def sides(bars: Bars, axis: Axis) -> tuple[Column, Column]:
    """The left and the right side of every bar, in units of the data."""
    half = bars.width / 2
    if axis.scale is Scale.LOG:
        return tuple(x / 10**half for x in bars.x), tuple(x * 10**half for x in bars.x)
    return tuple(x - half for x in bars.x), tuple(x + half for x in bars.x)


def _points(mark: Mark, across: Axis) -> tuple[Column, Column]:
    """Everything a mark touches: its x, and its y."""
    match mark:
        case Line() | Points():
            return mark.x, mark.y
        case Bars():
            left, right = sides(mark, across)
            return (*left, *right), (*mark.y, 0.0)
        case Band():
            return mark.x, (*mark.low, *mark.high)
        case Segments():
            return (*mark.x0, *mark.x1), (*mark.y0, *mark.y1)
        case Rule():
            return ((mark.at,), ()) if mark.upright else ((), (mark.at,))
        case _:
            return (), ()


def _reach(axis: Axis, values: list[float]) -> Reach:
    log = axis.scale is Scale.LOG
    if log:
        values = [log10(value) for value in values if value > 0]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    air = (high - low) * AIR or max(abs(high) * AIR, 1e-9)
    ends = (low - air if low or log else low, high + air)
    if log:
        ends = (10 ** ends[0], 10 ** ends[1])
    return Reach(
        axis, axis.low if axis.low is not None else ends[0], axis.high if axis.high is not None else ends[1]
    )


def _round(low: float, high: float, at_most: int) -> list[float]:
    """Multiples of the smallest round step of which at most so many fit."""
    power = 10 ** floor(log10((high - low) / max(1, at_most)))
    for step in (power * each for each in STEPS):
        found = range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)
        if len(found) <= at_most:
            return [round(step * index, 12) for index in found]
    return []


def _decades(low: float, high: float, at_most: int) -> list[float]:
    """1, 2 and 5 times powers of ten, or as many of the powers alone as there is room for."""
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    for within in (WITHIN_DECADE, WITHIN_DECADE[:1]):
        found = list(_within(low, high, powers, within))
        if len(found) <= at_most:
            return found
    return found[:: ceil(len(found) / at_most)]


def _within(low: float, high: float, powers: range, within: tuple[float, ...]) -> Iterator[float]:
    values = (each * 10.0**power for power in powers for each in within)
    return (float(f"{value:.12g}") for value in values if low * (1 - 1e-9) <= value <= high * (1 + 1e-9))
