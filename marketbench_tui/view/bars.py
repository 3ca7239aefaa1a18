"""Small bars in one line: how much of something, and how far apart two shares are."""

from __future__ import annotations

from market.cards import CLOSE_POINTS
from marketbench_tui.lines import Line, Span
from themes.tones import Tone


def bar(share: float, width: int, tone: Tone) -> Line:
    """A line of `width` cells of which `share` (0 to 1) is drawn thick, to half a cell."""
    halves = round(min(1.0, max(0.0, share)) * width * 2)
    if share > 0:
        halves = max(1, halves)
    filled = "━" * (halves // 2) + "╸" * (halves % 2)
    return (Span(filled, tone), Span("─" * (width - len(filled)), Tone.TRACK))


def stack(parts: tuple[tuple[int, Tone], ...], width: int) -> Line:
    """A bar of `width` cells split by counts; every count above zero gets at least one cell.

    `width` is at least the number of parts.
    """
    shown = [(number, tone) for number, tone in parts if number]
    if not shown:
        return (Span("─" * width, Tone.TRACK),)
    total = sum(number for number, _ in shown)
    spare = width - len(shown)
    cells = [1 + int(number / total * spare) for number, _ in shown]
    largest = max(range(len(shown)), key=lambda index: shown[index][0])
    cells[largest] += width - sum(cells)
    return tuple(Span("█" * length, tone) for length, (_, tone) in zip(cells, shown, strict=True))


def gap_bar(gap: float | None, width: int) -> Line:
    """A bar from the middle: to the right said more than happened, to the left less.

    `gap` is in [-1, 1]; half the width stands for 50 points, more is drawn full.
    """
    half = width // 2
    if gap is None:
        return (Span("─" * half + "│" + "─" * half, Tone.TRACK),)
    cells = min(half, max(1, round(abs(gap) / 0.5 * half))) if abs(gap) >= 0.01 else 0
    rest = "─" * (half - cells)
    tone = gap_tone(gap)
    if gap > 0:
        return (Span("─" * half + "│", Tone.TRACK), Span("━" * cells, tone), Span(rest, Tone.TRACK))
    return (Span(rest, Tone.TRACK), Span("━" * cells, tone), Span("│" + "─" * half, Tone.TRACK))


def gap_tone(gap: float) -> Tone:
    """Calm while calibrated, the colour of failure for boasting, of running for modesty."""
    if abs(100 * gap) < CLOSE_POINTS:
        return Tone.PASSED
    return Tone.FAILED if gap > 0 else Tone.RUNNING


def gap_word(gap: float | None) -> str:
    """The gap as a person would say it."""
    if gap is None:
        return ""
    tone = gap_tone(gap)
    return {Tone.PASSED: "calibrated", Tone.FAILED: "over", Tone.RUNNING: "under"}[tone]
