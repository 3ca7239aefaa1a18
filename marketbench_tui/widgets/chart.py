"""A chart in the terminal: textual-plot behind one pane that takes a chart spec.

The only place that knows textual-plot, and what its release 0.10 gets wrong: it has no bands, no
dashes and no log axes, loses what lies on the very end of an axis, and reads labels as markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import ClassVar

import numpy as np
from rich.cells import cell_len
from rich.markup import escape
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual_hires_canvas import Canvas, TextAlign
from textual_plot import HiResMode, PlotWidget
from textual_plot.axis_formatter import AxisFormatter

from marketbench_tui.charts.axes import Reach, Ticks, reach
from marketbench_tui.charts.reading import words
from marketbench_tui.charts.spec import Axis, Band, Bars, Chart, Line, Mark, Points, Rule, Segments
from marketbench_tui.lines import Line as Row
from marketbench_tui.lines import Span
from marketbench_tui.text import safe_line
from marketbench_tui.view.chart import SHADE, foot
from marketbench_tui.widgets.paint import Painted
from themes.tones import Tone

FINE = HiResMode.BRAILLE
LEVEL, UPRIGHT = "─━", "│┃"
"""Thin and thick."""
DOTS = (2, 4)
"""Dots of a cell in that mode, across and down."""
RIGHT = 2
"""Cells of the drawing area beyond the axis, so that the last label has room under it."""
DASH = (4, 7)
"""Of a dashed line four dots of seven are drawn."""
SHADED = 0.4
"""How far the colour of a band goes into the ground."""
FOOT = 4
"""Legend and note take no more than this part of the pane's height."""
HAIR = 1e-6
"""Part of a cell."""
NONE = Chart("", "", Axis(""), Axis(""), empty="")


class _Labels(AxisFormatter):
    """Labels that were made already, at ticks that were chosen already."""

    def __init__(self, ticks: Ticks) -> None:
        self._labels = {at: _cells(label) for at, label in ticks}

    def get_ticks(self, min_: float, max_: float, max_ticks: int = 8) -> list[float]:
        """All of them."""
        return list(self._labels)

    def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
        """Their labels."""
        return [escape(self._labels[at]) for at in ticks]


class _Plot(PlotWidget, can_focus=False):
    """The plot alone. Its drawing area begins and ends half a cell beyond the axes."""

    def __init__(self) -> None:
        super().__init__(allow_pan_and_zoom=False)
        self.labels: tuple[str, str] = ("", "")

    def _render_x_label(self) -> None:
        """At the right end under the ticks; textual-plot leaves a blank row between."""
        margin = self.query_one("#margin-bottom", Canvas)
        margin.write_text(self.size.width - 2, 1, self._styled(self.labels[0]), TextAlign.RIGHT)

    def _render_y_label(self) -> None:
        """From the left edge over the axis; textual-plot centres it, and cuts it."""
        self.query_one("#margin-top", Canvas).write_text(1, 0, self._styled(self.labels[1]))

    def _styled(self, label: str) -> str:
        return f"[{self.get_component_rich_style('plot--label')}]{escape(_cells(label))}"


class _Foot(Painted):
    """Legend and note."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Row] = []

    def fill(self, rows: list[Row]) -> None:
        """Show these rows, in as much height as they need."""
        self._rows = rows
        self.styles.height = len(rows)
        self.refresh()

    def render(self) -> str:
        """Drawn line by line instead."""
        return ""

    def render_line(self, y: int) -> Strip:
        """One row."""
        row = self._rows[y] if y < len(self._rows) else ()
        return self.paint((Span(" "), *row), self.size.width)


class ChartPane(Painted, can_focus=True):
    """A chart with its legend. Screens derive from `screens.charting.Charting` to let `e` export it.

    Args:
        title: what people call the pane.
        id: its id.
        brief: whether the letters are explained beside it, so that the legend need not; where the pane
            has the whole screen, it does.
    """

    HELP: ClassVar[str | None] = (
        "A chart. Each series has a letter that stands at its points, and the legend says which is whose. "
        "y copies the chart in words; e writes it as a picture (PNG, SVG) and its numbers as a table (CSV)."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "export", "export", tooltip="export the chart as PNG, SVG and CSV"),
    ]
    DEFAULT_CSS = "ChartPane { layout: vertical; } ChartPane _Plot { height: 1fr; }"

    class ExportAsked(Message):
        """Write this chart into files."""

        def __init__(self, chart: Chart) -> None:
            super().__init__()
            self.chart = chart

    def __init__(self, title: str, id: str, brief: bool = False) -> None:
        super().__init__(id=id)
        self.pane_title = title
        self.brief = brief
        self._chart = NONE
        self._plot = _Plot()
        self._foot = _Foot()
        self._drawn: tuple[object, ...] = ()

    @property
    def chart(self) -> Chart:
        """The chart that is shown."""
        return self._chart

    def compose(self) -> ComposeResult:
        """The plot over its legend."""
        yield self._plot
        yield self._foot

    def show(self, chart: Chart) -> None:
        """Show this chart; draws nothing where that is what is shown already."""
        self._chart = chart
        self._draw()

    def copied(self) -> str:
        """The chart in words."""
        return words(self._chart)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing can be exported where nothing is drawn."""
        return bool(self._chart.marks) if action == "export" else True

    def action_export(self) -> None:
        """Export the chart as PNG, SVG and CSV."""
        self.post_message(self.ExportAsked(self._chart))

    # --- drawing ----------------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:
        """Draw for the new size."""
        self._draw()

    def notify_style_update(self) -> None:
        """Draw in the colours of another theme."""
        super().notify_style_update()
        if self.is_mounted:
            self._draw()

    def _draw(self) -> None:
        chart, size = self._chart, self.size
        drawn = (chart, self.brief, size, self.app.theme)
        if drawn == self._drawn or not size.area or not self._plot.is_mounted:
            return
        self._drawn = drawn
        digit = (Span(f"{self.DIGIT} ", Tone.FAINT),) if self.DIGIT else ()
        self.frame((*digit, Span(safe_line(chart.title) or self.pane_title, bold=True)))
        brief = self.brief and not self.is_maximized
        rows = foot(chart, size.width - 2, max(1, size.height // FOOT), brief)
        self._foot.fill(rows)
        self._plot.display = bool(chart.marks)
        if chart.marks:
            _Drawing(
                self._plot, chart, Size(size.width, size.height - len(rows)), self.palette.tones, self.ground
            ).draw()
        self.refresh_bindings()


class _Drawing:
    """One chart on one plot of one size."""

    def __init__(self, plot: _Plot, chart: Chart, size: Size, tones: Mapping[Tone, str], ground: str) -> None:
        self._plot = plot
        self._chart = chart
        self._tones = tones
        self._ground = ground
        self._x, self._y = reach(chart)
        self._rows = max(1, size.height - 5)
        self._y_ticks = self._y.ticks(max(2, self._rows // 2))
        self._left = max((cell_len(label) for _, label in self._y_ticks), default=0) + 2
        self._columns = max(1, size.width - self._left - RIGHT - 2)

    def draw(self) -> None:
        """Everything anew."""
        plot = self._plot
        plot.clear()
        plot.margin_top, plot.margin_bottom, plot.margin_left = 1, 2, self._left
        plot.labels = (self._chart.x.label, self._chart.y.label)
        plot.set_xlimits(*_widened(self._x, self._columns, RIGHT))
        plot.set_ylimits(*_widened(self._y, self._rows))
        self._label_axes()
        for mark in self._chart.marks:
            self._mark(mark)

    def _label_axes(self) -> None:
        widest = max((cell_len(label) for _, label in self._x.ticks(6)), default=1)
        found = self._x.ticks(max(2, self._columns // (widest + 3)))
        across = self._across([at for at, _ in found]), [label for _, label in found]
        up = self._up([at for at, _ in self._y_ticks]), [label for _, label in self._y_ticks]
        self._plot.set_xticks(across[0])
        self._plot.set_x_formatter(_Labels(tuple(zip(*across, strict=True))))
        self._plot.set_yticks(up[0])
        self._plot.set_y_formatter(_Labels(tuple(zip(*up, strict=True))))

    def _mark(self, mark: Mark) -> None:
        colour = self._tones[mark.tone]
        match mark:
            case Line():
                self._line(self._across(mark.x), self._up(mark.y), colour, mark.dashed)
            case Points():
                self._plot.scatter(
                    self._across(mark.x), self._up(mark.y), mark.letter or "•", f"bold {colour}"
                )
            case Bars():
                self._bars(mark, colour)
            case Band():
                self._band(mark, colour)
            case Segments():
                self._segments(mark, colour)
            case Rule():
                self._rule(mark, colour)
            case _:
                raise TypeError(f"no way to draw {type(mark).__name__}")

    def _across(self, values: Sequence[float]) -> list[float]:
        return [self._x.place(value) for value in values]

    def _up(self, values: Sequence[float]) -> list[float]:
        """A hair higher: on the border of two cells a point and a line would go to different ones."""
        hair = HAIR * _cell(self._y, self._rows)
        return [self._y.place(value) + hair for value in values]

    def _line(self, x: list[float], y: list[float], colour: str, dashed: bool) -> None:
        if dashed:
            dots = [dot for ends in pairwise(zip(x, y, strict=True)) for dot in self._dashes(*ends)]
            across, up = [dot[0] for dot in dots], [dot[1] for dot in dots]
            self._plot.scatter(across, up, marker_style=colour, hires_mode=FINE)
        elif len(x) > 1:
            self._plot.plot(x, y, colour, FINE)

    def _segments(self, mark: Segments, colour: str) -> None:
        """Upright and level ones with the characters for lines, which are as wide as a cell."""
        ends = (self._across(mark.x0), self._across(mark.x1), self._up(mark.y0), self._up(mark.y1))
        for x0, x1, y0, y1 in zip(*ends, strict=True):
            if x0 != x1 and y0 != y1:
                self._plot.plot([x0, x1], [y0, y1], colour, FINE)
                continue
            side, length, glyphs = (self._y, y1 - y0, UPRIGHT) if x0 == x1 else (self._x, x1 - x0, LEVEL)
            cells = round(abs(length) / _cell(side, self._rows if x0 == x1 else self._columns)) + 1
            across, up = np.linspace(x0, x1, 2 * cells), np.linspace(y0, y1, 2 * cells)
            self._plot.scatter(across, up, glyphs[mark.thick], colour)

    def _dashes(self, start: tuple[float, float], end: tuple[float, float]) -> Iterator[tuple[float, float]]:
        """Some of the dots between two places."""
        (x0, y0), (x1, y1) = start, end
        across = abs(x1 - x0) / _cell(self._x, self._columns) * DOTS[0]
        up = abs(y1 - y0) / _cell(self._y, self._rows) * DOTS[1]
        count = max(1, round(max(across, up)))
        drawn, of = DASH
        shown = (at / count for at in range(count + 1) if at % of < drawn)
        return ((x0 + (x1 - x0) * share, y0 + (y1 - y0) * share) for share in shown)

    def _bars(self, mark: Bars, colour: str) -> None:
        self._plot.bar(self._across(mark.x), self._up(mark.y), mark.width, colour, HiResMode.HALFBLOCK)
        tops = [at for at, y in enumerate(mark.y) if y]
        if mark.letter and tops:
            above, highest = _cell(self._y, self._rows), self._y.place(self._y.high)
            up = [min(y + above, highest) for y in self._up([mark.y[at] for at in tops])]
            self._plot.scatter(self._across([mark.x[at] for at in tops]), up, mark.letter, f"bold {colour}")

    def _band(self, mark: Band, colour: str) -> None:
        """Shade the cells whose middle lies in it."""
        xs, lows, highs = (
            np.array(each) for each in (self._across(mark.x), self._up(mark.low), self._up(mark.high))
        )
        columns = _middles(self._x, self._columns)
        columns = columns[(columns >= xs.min()) & (columns <= xs.max())] if len(xs) else columns[:0]
        rows = _middles(self._y, self._rows)
        low, high = np.interp(columns, xs, lows), np.interp(columns, xs, highs)
        inside = (rows[:, None] >= low) & (rows[:, None] <= high)
        row, column = np.nonzero(inside)
        if len(row):
            faint = Color.parse(colour).blend(Color.parse(self._ground), SHADED).hex6
            self._plot.scatter(columns[column], rows[row], SHADE, faint)

    def _rule(self, mark: Rule, colour: str) -> None:
        side, other = (self._x, self._y) if mark.upright else (self._y, self._x)
        at, ends = [side.place(mark.at)] * 2, [other.place(other.low), other.place(other.high)]
        self._line(*((at, ends) if mark.upright else (ends, at)), colour, mark.dashed)


def _widened(side: Reach, cells: int, more: int = 0) -> tuple[float, float]:
    """Its ends, half a cell further out each: what lies on an end is in the middle of a cell then.

    Args:
        side: an axis.
        cells: from its low to its high end.
        more: cells beyond the high end.
    """
    cell = _cell(side, cells)
    return side.place(side.low) - cell / 2, side.place(side.high) + cell * (0.5 + more)


def _cell(side: Reach, cells: int) -> float:
    """What one cell is worth."""
    return (side.place(side.high) - side.place(side.low)) / max(1, cells - 1)


def _middles(side: Reach, cells: int) -> np.ndarray:
    """The middle of every cell along a side."""
    return np.linspace(side.place(side.low), side.place(side.high), cells)


def _cells(label: str) -> str:
    """A label of which every character takes one cell, as the canvas expects."""
    return "".join(character if cell_len(character) == 1 else "?" for character in safe_line(label))
