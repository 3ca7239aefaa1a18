"""The header: which session this is, whether it is real, how far it got and what it cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from market.events import Recorded
from market.money import to_nano
from market.state import Phase, SessionState, Status
from marketbench_tui.lines import Line, Span, clip, line, width_of
from marketbench_tui.text import safe_line
from marketbench_tui.view import amounts
from marketbench_tui.view.bars import bar
from marketbench_tui.view.marks import STATUSES, Mark
from themes.tones import Tone

BRAND = "MarketBench"
BADGE = Span(" SIM ", Tone.BADGE, bold=True)
BAR = 6
"""Cells of the two bars."""
NAME_CELLS = 16
"""The name is not cut shorter than this while anything else can yield."""
NEARLY_SPENT = 0.9
_NAME = 1
STOPPING = Mark("■", "stopping", Tone.AWARD)


@dataclass(frozen=True, slots=True)
class Masthead:
    """What the header shows of a session; `elapsed_us` is running time."""

    name: str
    number: int | None
    state: SessionState
    elapsed_us: int
    live: bool
    stopping: bool = False


def elapsed_us(last: Recorded | None, state: SessionState, live: bool, now: datetime) -> int:
    """Running time so far: up to the last event, and on from there while an engine works."""
    if last is None:
        return 0
    since = int((now - last.at).total_seconds() * 1_000_000) if live and state.status is Status.RUNNING else 0
    return last.offset_us + max(0, since)


def name_of(state: SessionState, fallback: str) -> str:
    """What the session is called."""
    return safe_line(state.spec.name if state.spec else fallback)


def header(masthead: Masthead, width: int) -> Line:
    """The header in `width` cells: who on the left, how far on the right; the least important yields."""
    wanted = (
        (_left(masthead, True), _right(masthead, bars=True)),
        (_left(masthead, False), _right(masthead, bars=True)),
        (_left(masthead, False), _right(masthead, bars=False)),
    )
    left, right = next((pair for pair in wanted if _least(*pair) <= width), wanted[-1])
    return clip(_squeezed(left, width - width_of(right)) + right, width)


def _least(left: Line, right: Line) -> int:
    """Cells that both sides need when the name is as short as it may get."""
    name = width_of(left[_NAME : _NAME + 1])
    return width_of(left) - name + min(name, NAME_CELLS) + 2 + width_of(right)


def _left(masthead: Masthead, full: bool) -> Line:
    """Brand, name and badge; the name is the second span."""
    number = f"#{masthead.number} " if masthead.number is not None else ""
    lead = Span(f" {BRAND}  Floor  ", Tone.ACCENT, bold=True) if full else Span(" ")
    name = Span(f"{number}{name_of(masthead.state, masthead.name)}", bold=True)
    return (lead, name, Span("  "), BADGE) if masthead.state.simulated else (lead, name)


def _squeezed(left: Line, room: int) -> Line:
    """The left side in exactly `room` cells, at the cost of the name."""
    lead, name, *rest = left
    left = (lead, *clip((name,), max(1, room - 2 - width_of((lead, *rest)))), *rest)
    return (*left, Span(" " * max(0, room - width_of(left))))


def _right(masthead: Masthead, bars: bool) -> Line:
    return _status(masthead) + _money(masthead.state, bars) + _progress(masthead.state, bars)


def _status(masthead: Masthead) -> Line:
    state = masthead.state
    mark = STOPPING if masthead.stopping and masthead.live else STATUSES[state.status]
    word = _doing(state) if mark is STATUSES[Status.RUNNING] else mark.word
    clock = amounts.duration(masthead.elapsed_us)
    return line(Span(f"{mark.glyph} {word} ", mark.tone, bold=True), f"{clock}   ")


def _doing(state: SessionState) -> str:
    """What a running session is busy with, in one word."""
    phases = {task.phase for task in state.tasks.values()}
    if Phase.ATTEMPTING in phases or Phase.AWARDED in phases:
        return "working"
    if Phase.GRADING in phases:
        return "grading"
    return "bidding" if Phase.OPEN in phases else "running"


def _money(state: SessionState, bars: bool) -> Line:
    spent = amounts.usd(state.spent_usd_nano)
    if state.spec is None:
        return line(Span(f"{spent}   ", Tone.SOFT)) if state.spent_usd_nano else ()
    budget = to_nano(state.spec.limits.budget_usd)
    share = state.spent_usd_nano / budget if budget else 0.0
    tone = Tone.FAILED if share > NEARLY_SPENT else Tone.AWARD
    meter = (*bar(share, BAR, tone), Span(" ")) if bars else ()
    return line(f"{spent} of {amounts.usd(budget)} ", *meter, "  ")


def _progress(state: SessionState, bars: bool) -> Line:
    total = len(state.tasks)
    if not total or state.spec is None:
        return line(Span(f"{amounts.count(total, 'task')} ", Tone.SOFT)) if total else ()
    meter = (Span(" "), *bar(state.closed / total, BAR, Tone.PASSED)) if bars else ()
    return line(Span(f"{state.closed}/{total}", bold=True), Span(" tasks", Tone.SOFT), *meter, " ")
