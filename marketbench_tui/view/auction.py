"""The Auction screen in lines: a what-if in figures, its workers and allocators, and what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from market.money import to_nano
from market.spec import Unit
from market.welfare.bounds import Bounds
from market.welfare.knobs import Allocator
from market.welfare.outcome import Outcome, WorkerOutcome
from marketbench_tui.charts.names import short
from marketbench_tui.charts.pareto import RECORDED, RECORDED_LETTER, letters
from marketbench_tui.lines import Line, Span, clip, line, width_of
from marketbench_tui.text import safe_line
from marketbench_tui.view import amounts
from marketbench_tui.view.bars import bar
from marketbench_tui.view.header import BADGE, BRAND
from themes.tones import WORKER_TONES, Tone

NAME_CELLS = 40
"""Cells of a worker's name at most."""
TO_MEND = "the knobs have to be mended first"
SHARE_CELLS = 8
"""Cells of the bar of a win share."""


# --- figures --------------------------------------------------------------------------


def money(value: float | None, unit: Unit) -> str:
    """An amount in units, without its sign of currency."""
    return amounts.NONE if value is None else amounts.figure(to_nano(value), unit)


def money_between(value: Bounds | None, unit: Unit) -> str:
    """An amount that is known, or the two it lies between."""
    if value is None or value.value is not None:
        return money(value.value if value else None, unit)
    return f"{money(value.low, unit)} to {money(value.high, unit)}"


def number(value: float) -> str:
    """A count; expected ones with a digit behind the point."""
    return f"{value:.0f}" if abs(value - round(value)) < 0.005 else f"{value:.1f}"


def number_between(value: Bounds) -> str:
    """A count that is known, or the two it lies between."""
    if value.value is not None:
        return number(value.value)
    return f"{number(value.low)}–{number(value.high)}"


# --- the header -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heading:
    """What the header says.

    Attributes:
        told: the what-if in a line; empty where the knobs make none.
        forecasts: how many it was cleared on.
    """

    number: int
    name: str
    simulated: bool
    told: str
    forecasts: int
    working: bool = False


def header(heading: Heading, width: int) -> Line:
    """The header in `width` cells."""
    lead = line(
        Span(f" {BRAND}  Auction  ", Tone.ACCENT, bold=True) if width > 100 else Span(" "),
        *clip((Span(f"#{heading.number} {safe_line(heading.name)}", bold=True),), max(16, width // 4)),
        *((Span("  "), BADGE) if heading.simulated else ()),
    )
    told = (
        line(Span("   what if: ", Tone.FAINT), Span(safe_line(heading.told), Tone.SOFT))
        if heading.told
        else line(Span(f"   ✗ {TO_MEND}", Tone.FAILED))
    )
    size = Span(f"   {amounts.count(heading.forecasts, 'forecast')}", Tone.FAINT)
    busy = line(Span("   clearing …", Tone.RUNNING)) if heading.working else ()
    whole = (*lead, *told, size, *busy)
    return whole if width_of(whole) <= width else clip((*lead, *told, *busy), width)


# --- allocators -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AllocatorLine:
    """One allocator's line; texts are ready to show.

    Attributes:
        allocator: None for the recorded run.
        letter: what stands for it in the plot.
        chosen: it is the what-if's own mechanism.
    """

    allocator: Allocator | None
    name: str
    letter: str
    chosen: bool
    sold: str
    passes: str
    cost: str
    expected: str
    profit: str
    surplus: str
    gap: str
    gap_tone: Tone
    summary: str


def allocator_lines(
    compared: Mapping[Allocator, Outcome], chosen: Allocator, recorded: Outcome | None, unit: Unit
) -> list[AllocatorLine]:
    """Every allocator on the same bids, the recorded run first where there is one."""
    named = letters(tuple(compared))
    lines = [
        _allocator(str(each), named[each], each, each is chosen, outcome, unit)
        for each, outcome in compared.items()
    ]
    if recorded is None:
        return lines
    return [_allocator(RECORDED, RECORDED_LETTER, None, False, recorded, unit), *lines]


def _allocator(
    name: str, letter: str, allocator: Allocator | None, chosen: bool, outcome: Outcome, unit: Unit
) -> AllocatorLine:
    gap = outcome.gap
    return AllocatorLine(
        allocator=allocator,
        name=name,
        letter=letter,
        chosen=chosen,
        sold=number(outcome.sold),
        passes=number_between(outcome.passes),
        cost=money(outcome.cost, unit),
        expected=money(outcome.expected_profit, unit),
        profit=money_between(outcome.profit, unit),
        surplus=money_between(outcome.surplus, unit),
        gap=money_between(gap, unit),
        gap_tone=Tone.SOFT if gap is None or gap.high <= 0 else Tone.AWARD,
        summary=allocator.summary if allocator else "who was awarded what in the session itself",
    )


# --- workers --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WorkerLine:
    """One worker's line; texts are ready to show.

    Attributes:
        number: of the worker, from 1; it stands under charts.
        left_out: it is excluded by the knobs.
        share, recorded: of all awards, in [0, 1]; None where there is none.
    """

    number: int
    worker: str
    shown: str
    tone: Tone
    left_out: bool
    share: float | None
    recorded: float | None
    wins: str
    passes: str
    cost: str
    expected: str
    profit: str


def worker_lines(
    workers: Sequence[str],
    excluded: frozenset[str],
    outcome: Outcome | None,
    recorded: Outcome | None,
    unit: Unit,
) -> list[WorkerLine]:
    """All workers of the session in their order, those that are left out too."""
    now = {each.worker: each for each in outcome.workers} if outcome else {}
    then = {each.worker: each for each in recorded.workers} if recorded else {}
    shown = called(workers)
    return [
        _worker(name, shown[at], at, name in excluded, now.get(name), then.get(name), unit)
        for at, name in enumerate(workers)
    ]


def called(workers: Sequence[str]) -> list[str]:
    """The workers without their providers, where that still tells them apart."""
    shown = [short(name, NAME_CELLS) for name in workers]
    return shown if len(set(shown)) == len(shown) else [safe_line(name) for name in workers]


def _worker(
    name: str,
    shown: str,
    at: int,
    left_out: bool,
    now: WorkerOutcome | None,
    then: WorkerOutcome | None,
    unit: Unit,
) -> WorkerLine:
    return WorkerLine(
        number=at + 1,
        worker=name,
        shown=shown,
        tone=Tone.FAINT if left_out else WORKER_TONES[at % len(WORKER_TONES)],
        left_out=left_out,
        share=now.share if now else None,
        recorded=then.share if then else None,
        wins=number(now.wins) if now else amounts.NONE,
        passes=number_between(now.passes) if now else amounts.NONE,
        cost=money(now.cost if now else None, unit),
        expected=money(now.expected_profit if now else None, unit),
        profit=money_between(now.profit if now else None, unit),
    )


def share_cells(row: WorkerLine) -> Line:
    """The share of the what-if as a bar and in per cent."""
    if row.left_out:
        return (Span("left out", Tone.FAINT),)
    share = bar(row.share or 0.0, SHARE_CELLS, row.tone)
    return (*share, Span(f" {amounts.percent(row.share):>4}"))


def sentence(text: str) -> Line:
    """Why there is nothing to see."""
    return line(Span(text, Tone.SOFT))


def mark_cells(row: WorkerLine) -> Line:
    """Whether the worker takes part, and its number."""
    return (Span(f"{'□' if row.left_out else '■'}{row.number}", row.tone),)
