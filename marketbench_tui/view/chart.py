"""What stands under a chart in the terminal: its legend, and its note."""

from __future__ import annotations

from collections.abc import Sequence

from marketbench_tui.charts.reading import Entry, legend
from marketbench_tui.charts.spec import Band, Bars, Chart, Line, Rule, Segments
from marketbench_tui.lines import Line as Row
from marketbench_tui.lines import Span, clip, line, width_of, wrap
from marketbench_tui.text import safe_line
from themes.tones import Tone

BETWEEN = Span("   ")
SHADE = "░"
"""What a band is filled with."""
MOST_NAME = 28
"""Cells of a series' name in the legend."""


def foot(chart: Chart, width: int, most: int, brief: bool = False) -> list[Row]:
    """Legend and note for a pane of this width; why there is no chart, where there is none.

    Args:
        chart: what is drawn.
        width: cells across.
        most: rows that it may take: the note goes first, then the end of the legend.
        brief: whether the letters are explained beside the chart already.
    """
    if not chart.marks:
        return [(), *wrap(line(Span(safe_line(chart.empty), Tone.SOFT)), width)]
    rows = legend_rows([entry for entry in legend(chart) if not (brief and entry.letter)], width)
    note = wrap(line(Span(safe_line(chart.note), Tone.SOFT)), width) if chart.note else []
    return [*rows, *note] if len(rows) + len(note) <= most else rows[:most]


def legend_rows(entries: Sequence[Entry], width: int) -> list[Row]:
    """The series side by side, in as few rows as hold them."""
    rows: list[Row] = []
    row: Row = ()
    for entry in entries:
        key = clip(
            (Span(sample(entry), entry.tone, bold=True), Span(f" {safe_line(entry.series)}")), MOST_NAME
        )
        if row and width_of(row) + len(BETWEEN.text) + width_of(key) > width:
            rows.append(row)
            row = ()
        row = (*row, BETWEEN, *key) if row else key
    return [*rows, row] if row else rows


def sample(entry: Entry) -> str:
    """A piece of a series as it is drawn."""
    if entry.letter:
        return entry.letter
    match entry.sample:
        case Line(dashed=True) | Rule(dashed=True):
            return "┄┄"
        case Band():
            return SHADE * 2
        case Bars():
            return "██"
        case Segments():
            return "│"
        case _:
            return "──"
