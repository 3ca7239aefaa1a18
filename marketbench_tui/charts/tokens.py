"""The plot of token ratios: how estimated tokens compare with those that were used, on a log scale."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from marketbench_tui.charts.series import Series
from marketbench_tui.charts.spec import Axis, Chart, Mark, Points, Rule, Scale, Segments, column
from themes.tones import Tone

NAME = "tokens"
TITLE = "Token ratio"
EMPTY = "The tokens that attempts used are not known here, so estimates can not be compared with them."
ENOUGH = 8
"""Ratios from which on quantiles say more than the ratios themselves."""
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def tokens(shown: Sequence[Series]) -> Chart:
    """Estimated over actual tokens of each series: median, middle half, and 5 to 95 per cent."""
    drawn = [series for series in shown if len(series.analysis.token_ratios)]
    rows = {series: float(len(drawn) - at) for at, series in enumerate(drawn)}
    exact = Rule(at=1.0, upright=True, tone=Tone.SOFT, series="as estimated")
    marks = (exact, *(mark for series in drawn for mark in _marks(series, rows[series])))
    return Chart(
        NAME,
        TITLE,
        Axis("estimated / actual tokens", scale=Scale.LOG, form="{:g}×"),
        Axis("", 0.4, len(drawn) + 0.6, ticks=tuple((row, series.letter) for series, row in rows.items())),
        marks if drawn else (),
        note="Median, middle half and 5 to 95%; left of 1× is too low an estimate.",
        empty=EMPTY,
    )


def _marks(series: Series, row: float) -> tuple[Mark, ...]:
    ratios = series.analysis.token_ratios
    named = {"tone": series.tone, "series": series.name, "letter": series.letter}
    if len(ratios) < ENOUGH:
        return (Points(x=column(ratios), y=(row,) * len(ratios), **named),)
    lowest, low, middle, high, highest = column(np.quantile(ratios, QUANTILES))
    return (
        _piece(lowest, highest, row, series.tone, thick=False),
        _piece(low, high, row, series.tone, thick=True),
        Points(x=(middle,), y=(row,), **named),
    )


def _piece(start: float, end: float, row: float, tone: Tone, thick: bool) -> Segments:
    return Segments(x0=(start,), x1=(end,), y0=(row,), y1=(row,), tone=tone, thick=thick)
