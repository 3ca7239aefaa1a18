"""A chart for readers who do not see it: its legend, its numbers as a table, and in words."""

from __future__ import annotations

from dataclasses import dataclass

from marketbench_tui.charts.spec import Band, Bars, Chart, Column, Line, Mark, Points, Rule, Segments
from themes.tones import Tone

HEADINGS = ("series", "mark", "x", "y", "x_end", "y_end")
"""Of the table of a chart. A band is from (x, y) to (x, y_end), a segment to (x_end, y_end)."""

Row = tuple[str, str, float | None, float | None, float | None, float | None]


@dataclass(frozen=True, slots=True)
class Entry:
    """A series in the legend.

    Attributes:
        sample: the most telling of its marks, of which the legend draws a piece.
    """

    series: str
    letter: str
    tone: Tone
    sample: Mark


def legend(chart: Chart) -> tuple[Entry, ...]:
    """Its series in the order they are drawn; points stand for a series that has them."""
    found: dict[str, Entry] = {}
    for mark in (mark for mark in chart.marks if mark.series):
        known = found.get(mark.series)
        if known is None or (mark.letter and not known.letter):
            found[mark.series] = Entry(mark.series, mark.letter, mark.tone, mark)
    return tuple(found.values())


def table(chart: Chart) -> list[Row]:
    """Every point of every mark under `HEADINGS`, in units of the data."""
    return [
        (mark.series, type(mark).__name__.lower(), *point) for mark in chart.marks for point in _rows(mark)
    ]


def _rows(mark: Mark) -> list[tuple[float | None, float | None, float | None, float | None]]:
    match mark:
        case Line() | Points() | Bars():
            return [(x, y, None, None) for x, y in zip(mark.x, mark.y, strict=True)]
        case Band():
            return [(x, low, None, high) for x, low, high in zip(mark.x, mark.low, mark.high, strict=True)]
        case Segments():
            return list(zip(mark.x0, mark.y0, mark.x1, mark.y1, strict=True))
        case Rule():
            return [(mark.at, None, None, None) if mark.upright else (None, mark.at, None, None)]
        case _:
            return []


def words(chart: Chart) -> str:
    """The chart in sentences: what is along its axes, and the points of each series."""
    if not chart.marks:
        return f"{chart.title}. {chart.empty}"
    told = [f"{chart.title}. Across: {chart.x.label}. Up: {chart.y.label}."]
    told += [text for mark in chart.marks if (text := _spoken(mark))]
    return "\n".join([*told, *([chart.note] if chart.note else [])])


def _spoken(mark: Mark) -> str:
    """A mark of a named series in one line; a line through points that are told says nothing more."""
    if not mark.series or isinstance(mark, Rule) or (isinstance(mark, Line) and mark.dashed):
        return ""
    pairs = ", ".join(_pair(*row) for row in _rows(mark))
    return f"{mark.letter or '-'} {mark.series}: {pairs}."


def _pair(x: float | None, y: float | None, x_end: float | None, y_end: float | None) -> str:
    start = f"{_plain(x)} → {_plain(y)}"
    return start if y_end is None else f"{start} to {_plain(y_end)}"


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


def numbers(chart: Chart) -> list[Column]:
    """All columns of numbers of a chart."""
    return [column for mark in chart.marks for column in mark.columns()]
