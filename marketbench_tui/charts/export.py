"""A chart as files: the same picture as PNG and SVG, and its numbers as CSV.

matplotlib is imported here and only when a picture is made; it draws into memory, with no screen.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from contextlib import suppress
from io import BytesIO, StringIO
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings

from market.errors import MarketBenchError
from marketbench_tui.charts.axes import Reach, reach, sides
from marketbench_tui.charts.reading import HEADINGS, table
from marketbench_tui.charts.spec import (
    Axis,
    Band,
    Bars,
    Chart,
    Line,
    Mark,
    Points,
    Rule,
    Scale,
    Segments,
)
from marketbench_tui.text import safe_line
from themes.palette import LIGHT
from themes.tones import Tone

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SUFFIXES = (".png", ".svg", ".csv")
INCHES = (7.2, 4.8)
DPI = 200
SHAPES = "osD^vPX*<>hd"
"""Markers of the letters a, b, c ...: a series is told by its shape, not by its colour alone."""
SOLID = "●"
"""A sign that is drawn as what it is, a filled circle; the letter a has the hollow one."""
DASHED = (0, (4, 3))
NOTE_CHARACTERS = 16
"""Of a line of the note, an inch."""
LEGEND_CHARACTERS = 14
"""Of a row of the legend, an inch."""
KEY_CHARACTERS = 6
"""What the sample of a series and the blanks around it take."""
GRID = "#d9d9d9"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Starts that make a spreadsheet take a text for a formula."""


class ChartRefusedError(MarketBenchError):
    """There is nothing to draw, or the files can not be written."""


class ChartExistsError(ChartRefusedError):
    """A file is there already."""


def files(path: Path) -> tuple[Path, ...]:
    """What is written for a path: one file where its suffix says which, all three beside otherwise."""
    if path.suffix.lower() in SUFFIXES:
        return (path,)
    return tuple(path.with_name(path.name + suffix) for suffix in SUFFIXES)


def export(chart: Chart, path: Path, replace: bool = False) -> tuple[Path, ...]:
    """Write a chart into files, each whole or not at all.

    Args:
        chart: it has marks.
        path: ends in .png, .svg or .csv, or in none of them for all three.
        replace: whether files that are there already may be replaced.

    Raises:
        ChartExistsError: a file is there already.
        ChartRefusedError: there is nothing to draw, or a file cannot be written.
    """
    if not chart.marks:
        raise ChartRefusedError(chart.empty)
    wanted = files(path)
    there = [each.name for each in wanted if each.exists()]
    if there and not replace:
        verb = "exists" if len(there) == 1 else "exist"
        raise ChartExistsError(f"{', '.join(there)} {verb} already")
    for each in wanted:
        write_file(each, _made(chart, each.suffix.lower()))
    return wanted


def write_file(path: Path, content: bytes) -> None:
    """Write beside the file and move it there, so that the name never stands for half of it.

    Raises:
        ChartRefusedError: the folder is not there, or nothing can be written in it.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise ChartRefusedError(
            f"cannot write {path} ({error.strerror or error}); choose another file"
        ) from error


def _made(chart: Chart, suffix: str) -> bytes:
    return as_csv(chart).encode() if suffix == ".csv" else as_picture(chart, suffix.removeprefix("."))


def as_csv(chart: Chart) -> str:
    """The numbers of a chart; see `reading.HEADINGS`. Texts that begin like formulas get a quote before."""
    file = StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(HEADINGS)
    for series, *rest in table(chart):
        writer.writerow((f"'{series}" if series.startswith(FORMULA) else series, *rest))
    return file.getvalue()


def as_picture(chart: Chart, kind: str, inches: tuple[float, float] = INCHES) -> bytes:
    """The chart on white; `kind` is png or svg. Texts of an SVG are outlines, so that it needs no font.

    Characters that the font lacks are drawn as boxes; matplotlib warns of each, and nobody reads that.
    """
    import matplotlib as mpl

    file = BytesIO()
    settings: dict[Any, Any] = {
        "svg.fonttype": "path",
        "svg.hashsalt": chart.name,
        "font.family": "DejaVu Sans",
    }
    with mpl.rc_context(settings), catch_warnings(action="ignore", category=UserWarning):
        metadata = {"Date": None} if kind == "svg" else {"Software": None}
        figure = _figure(chart, inches)
        figure.savefig(file, format=kind, dpi=DPI, metadata=metadata)
    return file.getvalue()


# --- drawing -------------------------------------------------------------------------------


def _figure(chart: Chart, inches: tuple[float, float]) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(inches, layout="constrained")
    axes = figure.add_subplot()
    x, y = reach(chart)
    for level, mark in enumerate(chart.marks):
        _draw(axes, mark, chart.x, 3 + level * 0.01)
    _side(axes.xaxis, x, 8)
    _side(axes.yaxis, y, 8)
    axes.set_title(_text(chart.title), loc="left", fontsize=11, fontweight="bold", color=_colour(Tone.INK))
    axes.grid(color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    for name, spine in axes.spines.items():
        spine.set_visible(name in ("left", "bottom"))
    _legend(figure, axes, "\n".join(wrap(_text(chart.note), int(inches[0] * NOTE_CHARACTERS))))
    return figure


def _side(axis: Any, side: Reach, at_most: int) -> None:
    """Scale, ends, ticks and label of one axis."""
    log = side.axis.scale is Scale.LOG
    ticks = side.ticks(at_most)
    air = (side.place(side.high) - side.place(side.low)) * 0.015
    ends = [side.place(side.low) - air, side.place(side.high) + air]
    name = axis.axis_name
    settings = {
        f"{name}scale": "log" if log else "linear",
        f"{name}lim": [10**end for end in ends] if log else ends,
        f"{name}label": _text(side.axis.label),
    }
    axis.axes.set(**settings)
    axis.set_ticks([at for at, _ in ticks], [_text(label) for _, label in ticks])
    axis.set_ticks([], minor=True)


def _draw(axes: Axes, mark: Mark, across: Axis, level: float) -> None:
    colour, style = _colour(mark.tone), {"label": _label(mark), "zorder": level}
    match mark:
        case Line():
            axes.plot(mark.x, mark.y, color=colour, linewidth=1.4, linestyle=_stroke(mark.dashed), **style)
        case Points():
            hollow = len(mark.x) < 2 and mark.letter != SOLID
            shape, face = _shape(mark.letter), "white" if hollow else colour
            axes.plot(
                mark.x,
                mark.y,
                marker=shape,
                linestyle="none",
                color=colour,
                markersize=5.5,
                markerfacecolor=face,
                **style,
            )
        case Bars():
            left, right = sides(mark, across)
            widths = [end - start for start, end in zip(left, right, strict=True)]
            axes.bar(left, mark.y, widths, align="edge", color=colour, alpha=0.55, edgecolor=colour, **style)
        case Band():
            axes.fill_between(mark.x, mark.low, mark.high, color=colour, alpha=0.18, linewidth=0, **style)
        case Segments():
            ends = [mark.x0, mark.x1], [mark.y0, mark.y1]
            width = 5.0 if mark.thick else 1.4
            axes.plot(*ends, color=colour, linewidth=width, solid_capstyle="butt", zorder=level)
        case Rule():
            rule = axes.axvline if mark.upright else axes.axhline
            rule(mark.at, color=colour, linewidth=1.0, linestyle=_stroke(mark.dashed), **style)
        case _:
            raise TypeError(f"no way to draw {type(mark).__name__}")


def _legend(figure: Figure, axes: Axes, note: str) -> None:
    """One entry a series, what was drawn of it one over the other, under the note."""
    drawn: dict[str, list[Any]] = {}
    for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
        drawn.setdefault(label, []).append(handle)
    handles: list[Any] = [tuple(each) for each in drawn.values()]
    if handles or note:
        figure.legend(
            handles,
            list(drawn),
            loc="outside lower center",
            ncols=_columns(list(drawn), figure.get_figwidth()),
            fontsize=8,
            frameon=False,
            title=note or None,
            title_fontsize=7.5,
        )


def _label(mark: Mark) -> str | None:
    """What the legend says: with the letter, which may stand along an axis."""
    if not mark.series:
        return None
    return _text(f"{mark.letter}  {mark.series}" if mark.letter else mark.series)


def _columns(labels: Sequence[str], inches: float) -> int:
    """How many entries of the legend stand side by side."""
    widest = max((len(label) for label in labels), default=0) + KEY_CHARACTERS
    return max(1, min(len(labels), 4, int(inches * LEGEND_CHARACTERS) // widest))


def _colour(tone: Tone) -> str:
    """Dark enough for white: the tones of the light palette are made for paper."""
    return LIGHT.tones[tone]


def _shape(letter: str) -> str:
    """The marker of a letter; one that has none to itself is drawn as it is."""
    if letter == SOLID:
        return SHAPES[0]
    place = ord(letter[0].lower()) - ord("a") if letter else 0
    if letter.isalpha() and place >= len(SHAPES):
        return f"${letter}$"
    return SHAPES[place % len(SHAPES)]


def _stroke(dashed: bool) -> object:
    return DASHED if dashed else "-"


def _text(text: str) -> str:
    """Plain text: dollar signs begin no formula."""
    return safe_line(text).replace("$", r"\$")


def suffixes(paths: Sequence[Path]) -> str:
    """The kinds of files, for people: PNG, SVG and CSV."""
    *first, last = [path.suffix.removeprefix(".").upper() for path in paths]
    return f"{', '.join(first)} and {last}" if first else last
