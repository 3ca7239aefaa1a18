"""The allocation matrix: who is awarded which task, and what came of each forecast."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from market.bids import Booleans, Floats, Ints
from market.spec import Unit
from market.welfare.outcome import Outcome
from marketbench_tui.charts.names import short
from marketbench_tui.lines import Line, Span
from marketbench_tui.view import amounts
from marketbench_tui.view.auction import money
from themes.tones import Tone

SURE = 0.995
"""From this probability on an award is as good as certain."""
UNSEEN = "?"


class Order(StrEnum):
    """How the tasks are ordered."""

    RECORDED = "as recorded"
    REGRET = "by regret"


@dataclass(frozen=True, slots=True)
class Matrix:
    """Tasks by workers.

    Attributes:
        tasks, workers: names.
        shown: positions of the workers that have a column, in their order.
        award: probability that a worker is awarded a task, shape (workers, tasks).
        forecast: whether it made a forecast on it, shape (workers, tasks).
        y: what came of it: 1 pass, 0 fail, NaN never observed, shape (workers, tasks).
        regret_low, regret_high: in units, shape (tasks,); None for the oracle itself.
        unit: of amounts.
    """

    tasks: tuple[str, ...]
    workers: tuple[str, ...]
    shown: tuple[int, ...]
    award: Floats
    forecast: Booleans
    y: Floats
    regret_low: Floats | None
    regret_high: Floats | None
    unit: Unit


def matrix_of(outcome: Outcome, excluded: frozenset[str], unit: Unit) -> Matrix:
    """The matrix of an outcome, without the workers that are left out."""
    allocation, book = outcome.allocation, outcome.allocation.book
    size = (len(book.workers), len(book.tasks))
    forecast = np.zeros(size, dtype=np.bool_)
    forecast[book.worker, book.task] = True
    y = np.full(size, np.nan)
    y[book.worker[::-1], book.task[::-1]] = book.y[::-1]  # of repeated forecasts the first is kept
    return Matrix(
        tasks=book.tasks,
        workers=book.workers,
        shown=tuple(at for at, name in enumerate(book.workers) if name not in excluded),
        award=allocation.matrix(),
        forecast=forecast,
        y=y,
        regret_low=outcome.by_task.regret_low,
        regret_high=outcome.by_task.regret_high,
        unit=unit,
    )


def ordered(matrix: Matrix, order: Order) -> Ints:
    """Task positions in this order, shape (tasks,); most regret first, unknown last."""
    places = np.arange(len(matrix.tasks), dtype=np.int64)
    if order is Order.RECORDED or matrix.regret_high is None:
        return places
    return np.argsort(-np.nan_to_num(matrix.regret_high, nan=-np.inf), kind="stable").astype(np.int64)


def cell(matrix: Matrix, worker: int, task: int) -> Line:
    """A worker on a task: `[✓]` gets it and passes, `45%✗` gets it that often and fails, ` ? ` loses it
    and nobody knows, `·` made no forecast."""
    if not matrix.forecast[worker, task]:
        return (Span(" · ", Tone.TRACK),)
    chance = float(matrix.award[worker, task])
    glyph, tone = _verdict(float(matrix.y[worker, task]))
    if chance <= 0:
        return (Span(f" {glyph} ", Tone.FAINT),)
    if chance >= SURE:
        return (Span("[", Tone.AWARD, True), Span(glyph, tone, True), Span("]", Tone.AWARD, True))
    return (Span(f"{max(1, round(100 * chance))}%", Tone.SOFT), Span(glyph, tone))


def _verdict(y: float) -> tuple[str, Tone]:
    if np.isnan(y):
        return UNSEEN, Tone.INFRA
    return ("✓", Tone.PASSED) if y else ("✗", Tone.FAILED)


def heading(matrix: Matrix, worker: int, cells: int) -> str:
    """A worker over its column: its number, and what fits of its name."""
    return f"{worker + 1} {short(matrix.workers[worker], cells - 2)}"


def regret(matrix: Matrix, task: int) -> Line:
    """The oracle's surplus less the what-if's on a task, in units."""
    if matrix.regret_low is None or matrix.regret_high is None:
        return (Span(amounts.NONE, Tone.FAINT),)
    low, high = float(matrix.regret_low[task]), float(matrix.regret_high[task])
    if np.isnan(low) or np.isnan(high):
        return (Span(amounts.NONE, Tone.FAINT),)
    tone = Tone.AWARD if low > 0 else Tone.SOFT
    if np.isclose(low, high):
        return (Span(money(low, matrix.unit), tone),)
    return (Span(f"{money(low, matrix.unit)} to {money(high, matrix.unit)}", tone),)


def is_bounded(matrix: Matrix) -> bool:
    """Whether the regret of some task is only known to lie between two amounts."""
    if matrix.regret_low is None or matrix.regret_high is None:
        return False
    return not np.allclose(matrix.regret_low, matrix.regret_high, equal_nan=True)
