"""The Desk: sessions as rows, and a session in a few sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from market.state import Status
from marketbench_tui.lines import Line, Span, line
from marketbench_tui.ports import SessionCard
from marketbench_tui.text import safe_line
from marketbench_tui.view import amounts
from marketbench_tui.view.bars import bar, gap_bar, gap_tone, gap_word
from marketbench_tui.view.header import BADGE, BRAND
from marketbench_tui.view.marks import STATUSES
from themes.tones import Tone

RESUMABLE = frozenset({Status.STOPPED, Status.PAUSED, Status.RUNNING, Status.NEW, Status.FAILED})
GAP_CELLS = 10
AIRY = 100
"""From this width on there is room for blank lines."""


def can_resume(card: SessionCard) -> bool:
    """Whether there may be work left; a killed session still looks as if it ran."""
    return card.status in RESUMABLE and card.closed < card.tasks


def desk_header(cards: Sequence[SessionCard] | None) -> Line:
    """The Desk's own header."""
    lead = Span(f" {BRAND}  Desk  ", Tone.ACCENT, bold=True)
    if not cards:
        return (lead, Span("What are language models worth, and do they know?", Tone.SOFT))
    spent = amounts.usd(sum(card.spent_usd_nano for card in cards if not card.simulated))
    return (
        lead,
        Span(amounts.count(len(cards), "session")),
        Span(f"   {spent} spent on real models", Tone.SOFT),
    )


def name(card: SessionCard) -> Line:
    """The session's name, with its badge."""
    return (Span(safe_line(card.name), bold=True),)


def badge(card: SessionCard) -> Line:
    """SIM where nothing is real."""
    return (BADGE,) if card.simulated else ()


def status(card: SessionCard) -> Line:
    """Where it stands."""
    return (STATUSES[card.status].spoken,)


def tasks(card: SessionCard) -> Line:
    """How far it got."""
    if not card.tasks:
        return (Span(amounts.NONE, Tone.FAINT),)
    if not card.closed and card.status is Status.FINISHED:
        return (Span(f"{' ' * 6}{card.tasks}", Tone.SOFT),)  # imported: nothing was there to close
    share = card.closed / card.tasks
    return line(*bar(share, 5, Tone.PASSED), f" {card.closed}/{card.tasks}")


def gap(card: SessionCard) -> Line:
    """What was said less what happened, as a bar and in points."""
    tone = Tone.FAINT if card.gap is None else gap_tone(card.gap)
    return line(*gap_bar(card.gap, GAP_CELLS), Span(f" {amounts.points(card.gap):>4}", tone))


def figure(text: str, tone: Tone = Tone.INK) -> Line:
    """A figure in a cell."""
    return (Span(text, Tone.FAINT if text == amounts.NONE else tone),)


def about(card: SessionCard, now: datetime, zone: tzinfo | None, width: int) -> list[Line]:
    """A session in sentences, for the card under the list."""
    opened = card.created_at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    mark = STATUSES[card.status]
    airy: list[Line] = [()] if width >= AIRY else []
    return [
        line(Span(f"#{card.id} {safe_line(card.name)}  ", bold=True), *badge(card), Span(" "), mark.spoken),
        line(Span(_ran(card))),
        line(Span(f"Opened {opened}, {amounts.age(card.created_at, now)}.", Tone.SOFT)),
        *airy,
        *_knowledge(card),
        *airy,
        line(Span(_next(card), Tone.ACCENT)),
    ]


def _ran(card: SessionCard) -> str:
    workers = amounts.count(card.workers, "worker")
    market = f" under {safe_line(card.mechanism)}" if card.mechanism else ""
    suite = f" of {safe_line(card.suite)}" if card.suite else ""
    closed = f": {card.closed} closed, {card.solved} solved" if card.closed else ""
    return f"{workers} on {amounts.count(card.tasks, 'task')}{suite}{market}{closed}."


def _knowledge(card: SessionCard) -> list[Line]:
    if card.gap is None or card.mean_p is None:
        return [line(Span("No forecast has an outcome yet, so there is no calibration gap.", Tone.SOFT))]
    direction = {"over": "overconfident by", "under": "underconfident by", "calibrated": "calibrated within"}
    word = direction[gap_word(card.gap)]
    return [
        line(
            Span("said    ", Tone.SOFT), *bar(card.mean_p, 24, Tone.SOFT), f" {amounts.percent(card.mean_p)}"
        ),
        line(
            Span("passed  ", Tone.SOFT),
            *bar(card.pass_rate or 0.0, 24, Tone.PASSED),
            f" {amounts.percent(card.pass_rate)}   ",
            Span(f"{word} {abs(100 * card.gap):.0f} points", gap_tone(card.gap)),
        ),
    ]


def _next(card: SessionCard) -> str:
    if can_resume(card) and card.status is Status.RUNNING:
        return "enter shows it on the Floor; if it was killed, r goes on with it"
    if can_resume(card):
        return "enter shows it on the Floor, r goes on with it"
    return "enter shows it on the Floor"
