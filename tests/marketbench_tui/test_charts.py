"""Charts as values: their axes, their words, and the files they become."""

from __future__ import annotations

import csv
import subprocess
import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.calibration import analyse
from marketbench_tui.charts.axes import reach
from marketbench_tui.charts.export import (
    ChartExistsError,
    ChartRefusedError,
    as_csv,
    as_picture,
    export,
    files,
)
from marketbench_tui.charts.reading import legend, table, words
from marketbench_tui.charts.reliability import reliability
from marketbench_tui.charts.series import against, series_of, shortened
from marketbench_tui.charts.sharpness import sharpness
from marketbench_tui.charts.spec import (
    Axis,
    Band,
    Bars,
    Chart,
    Line,
    Points,
    Rule,
    Scale,
    Segments,
    column,
)
from marketbench_tui.charts.tokens import tokens
from tests.market.observed import NAN, observations
from tests.marketbench_tui.forecasting import forecasts
from themes.tones import Tone

EVERYTHING = Chart(
    "all",
    "Every mark, $1 and $2",
    Axis("across", 0.0, 4.0),
    Axis("up", form="{:.0%}"),
    (
        Band(x=(0.0, 2.0, 4.0), low=(0.1, 0.2, 0.3), high=(0.5, 0.6, 0.7), tone=Tone.FAINT, series="band"),
        Line(x=(0.0, 4.0), y=(0.0, 1.0), tone=Tone.SOFT, series="diagonal", dashed=True),
        Bars(x=(1.0, 2.0), y=(0.4, 0.3), width=0.8, tone=Tone.RUNNING, series="=bars", letter="b"),
        Segments(x0=(1.0,), y0=(0.2,), x1=(1.0,), y1=(0.6,), tone=Tone.INK),
        Points(x=(3.0,), y=(0.9,), tone=Tone.PASSED, series="--><script>", letter="p"),
        Rule(at=0.5, tone=Tone.ACCENT, series="half"),
    ),
    note="A note.",
)


def analysed(outcomes: bool = True):
    found = analyse(forecasts(outcomes=outcomes), resamples=50)
    return series_of(found.workers, found.pooled, short=True)


# --- marks and axes -----------------------------------------------------------------------


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_what_is_not_finite_is_refused(bad: float):
    with pytest.raises(ValueError, match="not finite"):
        Line(x=(0.0, 1.0), y=(0.0, bad), tone=Tone.INK)


def test_columns_of_different_length_are_refused():
    with pytest.raises(ValueError, match="one length"):
        Points(x=(0.0, 1.0), y=(0.0,), tone=Tone.INK)


def test_an_axis_reaches_as_far_as_the_marks_and_bars_begin_at_zero():
    chart = Chart("c", "", Axis(""), Axis(""), (Bars(x=(1.0, 2.0), y=(3.0, 5.0), width=1.0, tone=Tone.INK),))
    x, y = reach(chart)
    assert x.low < 0.5
    assert x.high > 2.5
    assert y.low <= 0
    assert y.high > 5


def test_ticks_of_a_log_axis_are_round_and_within_it():
    chart = Chart("c", "", Axis("", 0.03, 40, Scale.LOG, form="{:g}×"), Axis(""))
    x, _ = reach(chart)
    assert [label for _, label in x.ticks(10)] == [
        *("0.05×", "0.1×", "0.2×", "0.5×", "1×", "2×", "5×", "10×", "20×")
    ]
    assert [label for _, label in x.ticks(4)] == ["0.1×", "1×", "10×"]


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.integers(2, 12))
def test_ticks_are_never_more_than_there_is_room_for(low: float, span: float, most: int):
    x, _ = reach(Chart("c", "", Axis("", low, low + span), Axis("")))
    ticks = [at for at, _ in x.ticks(most)]
    assert len(ticks) <= most
    assert all(x.low - span * 1e-6 <= at <= x.high + span * 1e-6 for at in ticks)


def test_one_point_alone_has_an_axis_around_it():
    x, y = reach(Chart("c", "", Axis(""), Axis(""), (Points(x=(2.0,), y=(0.0,), tone=Tone.INK),)))
    assert x.low < 2 < x.high
    assert y.low <= 0 < y.high


# --- for who does not see it --------------------------------------------------------------


def test_every_named_series_is_in_the_legend_once():
    assert [entry.series for entry in legend(EVERYTHING)] == [
        "band",
        "diagonal",
        "=bars",
        "--><script>",
        "half",
    ]


def test_a_chart_tells_its_points_in_words():
    told = words(EVERYTHING)
    assert "Across: across. Up: up." in told
    assert "b =bars: 1 → 0.4, 2 → 0.3." in told
    assert told.endswith("A note.")


def test_an_empty_chart_says_why():
    assert words(replace(EVERYTHING, marks=(), empty="Nobody said anything.")).endswith(
        "Nobody said anything."
    )


def test_the_table_has_every_point():
    assert ("band", "band", 2.0, 0.2, None, 0.6) in table(EVERYTHING)
    assert ("", "segments", 1.0, 0.2, 1.0, 0.6) in table(EVERYTHING)


def test_a_series_that_looks_like_a_formula_is_no_formula_in_the_csv():
    rows = list(csv.reader(StringIO(as_csv(EVERYTHING))))
    assert rows[0] == ["series", "mark", "x", "y", "x_end", "y_end"]
    assert {row[0] for row in rows if row[1] == "bars"} == {"'=bars"}


# --- files --------------------------------------------------------------------------------


def test_a_name_without_a_kind_stands_for_all_three(tmp_path: Path):
    written = export(EVERYTHING, tmp_path / "chart")
    assert [path.name for path in written] == ["chart.png", "chart.svg", "chart.csv"]
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")
    assert ElementTree.parse(tmp_path / "chart.svg").getroot().tag.endswith("svg")
    assert {path.name for path in tmp_path.iterdir()} == {"chart.png", "chart.svg", "chart.csv"}


def test_a_name_with_a_kind_is_that_one_alone():
    assert files(Path("a/b.SVG")) == (Path("a/b.SVG"),)


def test_a_file_that_is_there_is_only_replaced_if_that_is_meant(tmp_path: Path):
    path = tmp_path / "chart.csv"
    path.write_text("mine")
    with pytest.raises(ChartExistsError, match=r"chart\.csv exists already"):
        export(EVERYTHING, path)
    assert path.read_text() == "mine"
    export(EVERYTHING, path, replace=True)
    assert path.read_text().startswith("series,")


def test_a_folder_that_is_not_there_is_said_in_one_line(tmp_path: Path):
    with pytest.raises(ChartRefusedError, match="cannot write"):
        export(EVERYTHING, tmp_path / "none" / "chart.csv")


def test_nothing_is_written_of_a_chart_without_marks(tmp_path: Path):
    with pytest.raises(ChartRefusedError, match="nothing to draw"):
        export(replace(EVERYTHING, marks=(), empty="There is nothing to draw."), tmp_path / "chart")
    assert not list(tmp_path.iterdir())


def test_the_same_chart_is_the_same_svg_and_names_can_not_break_out_of_it():
    first, second = as_picture(EVERYTHING, "svg"), as_picture(EVERYTHING, "svg")
    assert first == second
    assert b"<script" not in first
    assert b"font-family" not in first


def test_matplotlib_waits_until_a_picture_is_made():
    code = "import sys, marketbench_tui.charts.export; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


# --- calibration --------------------------------------------------------------------------


def test_the_reliability_diagram_has_the_band_of_the_chosen_series_alone():
    series = analysed()
    chart = reliability(series, series[1])
    bands = [mark for mark in chart.marks if isinstance(mark, Band)]
    assert len(bands) == 1
    assert bands[0].x == column(series[1].analysis.diagram.p)
    assert "40 forecasts like those of boreas" in chart.note
    assert [entry.letter for entry in legend(chart) if entry.letter] == ["a", "b", "c", "*"]


def test_points_stand_where_a_curve_turns():
    series = analysed()[0]
    curve, points = [mark for mark in reliability([series]).marks if mark.series == "atlas"]
    assert isinstance(curve, Line)
    assert isinstance(points, Points)
    assert set(points.y) == set(curve.y)
    assert len(points.x) <= len(curve.x)


def test_shares_of_the_histogram_add_up_to_one():
    chart = sharpness(analysed()[:1])
    bars = chart.marks[0]
    assert isinstance(bars, Bars)
    assert sum(bars.y) == pytest.approx(1)


def test_few_token_ratios_are_drawn_one_by_one():
    rows = [("a", 0.5, 100, actual, 1, False) for actual in (50, 100, 400)]
    found = analyse(observations(rows), resamples=0)
    points = [mark for mark in tokens(series_of(found.workers, found.pooled)[:1]).marks if mark.letter]
    assert isinstance(points[0], Points)
    assert points[0].x == (0.25, 1.0, 2.0)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("a", 0.5, 100, NAN, NAN, False)],
        [("a", 0.0, 100, 100, 0, False)],
        [("a", 1.0, 100, 100, 1, False)],
        [("a", 1.0, 0, 0, 0, True)],
        [("a", 0.0, 100, 100, 1, False), ("b", 1.0, 100, NAN, 0, False)],
    ],
    ids=["no rows", "no outcome", "p = 0", "p = 1", "infra", "the wrong way round"],
)
def test_every_chart_of_little_data_is_drawn_or_says_why(rows: list[tuple]):
    found = analyse(observations(rows), resamples=20)
    series = series_of(found.workers, found.pooled)
    for chart in (reliability(series, series[-1]), sharpness(series), tokens(series)):
        assert chart.marks or chart.empty.endswith(".")
        if chart.marks:
            assert as_picture(chart, "svg")


def test_names_lose_their_providers_as_long_as_they_differ():
    assert shortened(["openai:gpt-5", "google:models/gemini"]) == ["gpt-5", "gemini"]
    assert shortened(["openai:gpt-5", "azure:gpt-5"]) == ["openai:gpt-5", "azure:gpt-5"]


def test_the_other_session_has_capital_letters_and_dashes():
    series = analysed()
    other = against(series[0], [each.analysis for each in series], "#9")
    assert other is not None
    assert (other.letter, other.name, other.other) == ("A", "#9 atlas", True)
