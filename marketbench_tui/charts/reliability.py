"""The CORP reliability diagram: how often tasks passed, by what was said of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from market.calibration import Reliability
from marketbench_tui.charts.series import Series
from marketbench_tui.charts.spec import Axis, Band, Chart, Line, Mark, Points, column
from themes.tones import Tone

NAME = "reliability"
TITLE = "Reliability"
EMPTY = "No forecast that is shown here has an outcome, so there is nothing to compare it with."


def reliability(shown: Sequence[Series], chosen: Series | None = None) -> Chart:
    """Isotonic pass rates over stated p, the diagonal, and the consistency band of one series.

    Args:
        shown: what is drawn.
        chosen: whose band is drawn; bands of several would cover each other.
    """
    drawn = [series for series in shown if series.analysis.n]
    banded = next((series for series in drawn if series is chosen), None)
    band = _band(banded) if banded else ()
    marks = (*band, _diagonal(), *(mark for series in drawn for mark in _curve(series)))
    return Chart(
        NAME,
        TITLE,
        Axis("stated probability", 0.0, 1.0, form="{:.0%}"),
        Axis("passed", 0.0, 1.0, form="{:.0%}"),
        marks if drawn else (),
        note=_note(banded, bool(band)),
        empty=EMPTY,
    )


def _diagonal() -> Line:
    return Line(x=(0.0, 1.0), y=(0.0, 1.0), tone=Tone.SOFT, series="calibrated", dashed=True)


def _band(series: Series) -> tuple[Mark, ...]:
    diagram = series.analysis.diagram
    if diagram.low is None or diagram.high is None or len(diagram.p) < 2:
        return ()
    band = Band(
        x=column(diagram.p),
        low=column(diagram.low),
        high=column(diagram.high),
        tone=Tone.FAINT,
        series=f"{diagram.level:.0%} band",
    )
    return (band,)


def _curve(series: Series) -> tuple[Mark, ...]:
    diagram = series.analysis.diagram
    corners = _corners(diagram)
    named = {"tone": series.tone, "series": series.name, "letter": series.letter}
    return (
        Line(x=column(diagram.p), y=column(diagram.rate), dashed=series.other, **named),
        Points(x=column(diagram.p[corners]), y=column(diagram.rate[corners]), **named),
    )


def _corners(diagram: Reliability) -> np.ndarray:
    """The first and the last p of every level: a curve is straight between them."""
    if not len(diagram.rate):
        return np.zeros(0, dtype=np.bool_)
    turns = np.diff(diagram.rate) != 0
    return np.r_[True, turns] | np.r_[turns, True]


def _note(banded: Series | None, has_band: bool) -> str:
    if banded is None or not has_band:
        return "Isotonic pass rate (CORP); under the diagonal is overconfident."
    level = f"{banded.analysis.diagram.level:.0%}"
    return (
        f"Isotonic pass rate (CORP); under the diagonal is overconfident. The band holds {level} of what "
        f"{banded.analysis.n} forecasts like those of {banded.name} would show if they were calibrated."
    )
