"""The gap of a check as it is asked on: its mean so far, and where it may lie whenever one looks."""

from __future__ import annotations

from collections.abc import Sequence

from market.sequential import Look
from market.spec import CheckTerms
from marketbench_tui.charts.spec import Axis, Band, Chart, Line, Mark, Points, Rule, column
from themes.tones import Tone

NAME = "gap"
TITLE = "Gap, and where it may lie"
EMPTY = "No task has both a forecast and an outcome yet."
AIR = 1.15
LEAST = 20.0
MOST = 100.0
"""Points that the axis reaches on both sides, at least and at most; early bounds may lie beyond its ends."""


def running_gap(terms: CheckTerms, looks: Sequence[Look], means: Sequence[tuple[int, float]]) -> Chart:
    """The running gap with its confidence sequence, in percentage points.

    Args:
        terms: margin and level of the check.
        looks: all looks so far.
        means: tasks asked, and the mean of p - y over those of them that have both.
    """
    margin = round(100 * terms.margin, 6)
    told = [look for look in looks if look.n]
    rules: tuple[Mark, ...] = (
        Rule(at=margin, tone=Tone.AWARD, series="margin"),
        Rule(at=-margin, tone=Tone.AWARD, series="margin"),
    )
    latest = [abs(bound) for look in told[-1:] for bound in (look.low, look.high)]
    reached = [margin / 100, *latest, *(abs(mean) for _, mean in means[len(means) // 4 :])]
    side = min(MOST, max(LEAST, *(AIR * 100 * value for value in reached)))
    return Chart(
        NAME,
        TITLE,
        Axis("tasks asked", 0.0),
        Axis("points", -side, side, form="{:+g}"),
        (*_sequence(told), *rules, *_mean(means)) if means else (),
        note=f"Shaded: where the gap lies, {100 * (1 - terms.level):g}% sure at every look.",
        empty=EMPTY,
    )


def _sequence(looks: Sequence[Look]) -> tuple[Mark, ...]:
    if len(looks) < 2:
        return ()
    x = column(look.asked for look in looks)
    low, high = (column(100 * value for value in bounds) for bounds in _bounds(looks))
    return (
        Band(x=x, low=low, high=high, tone=Tone.RUNNING),
        Line(x=x, y=low, tone=Tone.RUNNING, series="confidence sequence"),
        Line(x=x, y=high, tone=Tone.RUNNING, series="confidence sequence"),
    )


def _bounds(looks: Sequence[Look]) -> tuple[list[float], list[float]]:
    return [look.low for look in looks], [look.high for look in looks]


def _mean(means: Sequence[tuple[int, float]]) -> tuple[Mark, ...]:
    x, y = column(asked for asked, _ in means), column(100 * mean for _, mean in means)
    named = {"tone": Tone.INK, "series": "gap so far"}
    return (Line(x=x, y=y, **named), Points(x=x[-1:], y=y[-1:], letter="o", **named))
