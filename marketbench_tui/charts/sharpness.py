"""The sharpness histogram: which probabilities were stated, and how often."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from market.calibration import BINS
from marketbench_tui.charts.series import Series
from marketbench_tui.charts.spec import Axis, Bars, Chart, Line, Mark, Points, column

NAME = "sharpness"
TITLE = "Sharpness"
EMPTY = "No forecast that is shown here has an outcome."
CENTRES = (np.arange(BINS) + 0.5) / BINS


def sharpness(shown: Sequence[Series]) -> Chart:
    """The share of forecasts in each of ten equal bins: bars of one series, lines of several."""
    drawn = [series for series in shown if series.analysis.n]
    marks = [_bars(drawn[0])] if len(drawn) == 1 else [mark for series in drawn for mark in _line(series)]
    return Chart(
        NAME,
        TITLE,
        Axis("stated probability", 0.0, 1.0, form="{:.0%}"),
        Axis("forecasts", 0.0, form="{:.0%}"),
        tuple(marks),
        note="Share of forecasts by stated probability, in ten bins.",
        empty=EMPTY,
    )


def _shares(series: Series) -> np.ndarray:
    return series.analysis.sharpness / series.analysis.n


def _bars(series: Series) -> Mark:
    named = {"tone": series.tone, "series": series.name, "letter": series.letter}
    return Bars(x=column(CENTRES), y=column(_shares(series)), width=1 / BINS, **named)


def _line(series: Series) -> tuple[Mark, ...]:
    shares = _shares(series)
    stated = shares > 0
    named = {"tone": series.tone, "series": series.name, "letter": series.letter}
    return (
        Line(x=column(CENTRES), y=column(shares), dashed=series.other, **named),
        Points(x=column(CENTRES[stated]), y=column(shares[stated]), **named),
    )
