"""What a chart shows, as frozen values: axes and marks in the units of the data.

Nothing here draws. Colours are tones, by their meaning; each medium decides how they look.
Undefined figures are left out by whoever builds a chart: every number in it is finite.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from enum import StrEnum
from math import isfinite

from themes.tones import Tone

Column = tuple[float, ...]
"""Numbers of a mark, one a point."""


class Scale(StrEnum):
    """How values lie along an axis."""

    LINEAR = "linear"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class Axis:
    """One side of a chart.

    Attributes:
        label: what it measures, with its unit.
        low, high: where it begins and ends; None is as far as the marks reach.
        scale: on a log scale every value is above zero.
        ticks: places that are labelled, with their labels; round figures where none are given.
        form: how a round figure is written, as in `str.format`: `"{:.0%}"`, `"{:g}×"`, `"${:,.2f}"`.
    """

    label: str
    low: float | None = None
    high: float | None = None
    scale: Scale = Scale.LINEAR
    ticks: tuple[tuple[float, str], ...] = ()
    form: str = "{:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something drawn. Marks come one over another in their order.

    Attributes:
        tone: the meaning of its colour.
        series: what the legend calls it; marks of one series share an entry, and "" has none.
        letter: what stands for the series where colour does not: at its points, in its bars and
            in the legend.
    """

    tone: Tone
    series: str = ""
    letter: str = ""

    def __post_init__(self) -> None:
        """Refuse what can not be drawn.

        Raises:
            ValueError: columns differ in length, or hold NaN or infinity.
        """
        columns = list(self.columns())
        if len({len(column) for column in columns}) > 1:
            raise ValueError(f"{type(self).__name__}: columns must have one length")
        if not all(isfinite(value) for column in columns for value in column):
            raise ValueError(f"{type(self).__name__}: leave out what is not finite")

    def columns(self) -> Iterator[Column]:
        """Its columns of numbers, in the order of its fields."""
        values = (getattr(self, field.name) for field in fields(self))
        return (value for value in values if isinstance(value, tuple))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Mark):
    """A line through points, in their order."""

    x: Column
    y: Column
    dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Points(Mark):
    """Points; the letter stands at each."""

    x: Column
    y: Column


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars(Mark):
    """Upright bars from zero to y, `width` wide around x: in units of x, or in decades on a log scale."""

    x: Column
    y: Column
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Band(Mark):
    """The area between two lines over the same x, which rises."""

    x: Column
    low: Column
    high: Column


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments(Mark):
    """Straight pieces from (x0, y0) to (x1, y1): intervals, arrows, steps."""

    x0: Column
    y0: Column
    x1: Column
    y1: Column
    thick: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Mark):
    """A line over the whole chart: at one x where it is upright, at one y otherwise."""

    at: float
    upright: bool = False
    dashed: bool = True

    def columns(self) -> Iterator[Column]:
        """Where it is."""
        yield (self.at,)


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart.

    Attributes:
        name: a word for the names of files: `reliability`.
        title: what it shows, in a few words.
        note: a sentence for its reader, under the chart: how many, which interval.
        empty: the sentence that stands in its place where there are no marks.
    """

    name: str
    title: str
    x: Axis
    y: Axis
    marks: tuple[Mark, ...] = ()
    note: str = ""
    empty: str = "There is nothing to draw yet."


def column(values: Iterable[float]) -> Column:
    """Numbers of any kind, an array too, as a column of a mark."""
    return tuple(float(value) for value in values)
