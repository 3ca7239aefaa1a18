"""What-ifs side by side: the recorded run, the one on the screen, and those that were kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from market.spec import Unit
from market.welfare.knobs import WhatIf
from market.welfare.outcome import Outcome
from marketbench_tui.auction.clearing import Cleared
from marketbench_tui.auction.knobs import told
from marketbench_tui.auction.ports import Headline, Kept
from marketbench_tui.charts.pareto import RECORDED
from marketbench_tui.lines import Line, Span, line
from marketbench_tui.text import safe_line
from marketbench_tui.view import amounts
from marketbench_tui.view.auction import money, money_between, number_between
from themes.tones import Tone

CURRENT = "on the screen"
UNREADABLE = "Its knobs name a worker that is not here, or are of another version: it cannot be loaded."
GROWN = "It gave other figures when it was kept: outcomes have come in, or the rules are others now."


@dataclass(frozen=True, slots=True)
class SavedLine:
    """One what-if; texts are ready to show.

    Attributes:
        key: tells the rows apart.
        saved: the name it is kept under; empty for the recorded run and the one on the screen.
        whatif: None where it cannot be loaded.
        moved: it gave other figures when it was kept.
    """

    key: str
    name: str
    saved: str
    whatif: WhatIf | None
    tone: Tone
    current: bool
    mechanism: str
    passes: str
    cost: str
    expected: str
    profit: str
    surplus: str
    gap: str
    kept: str
    moved: bool = False


def saved_lines(
    current: Cleared | None, saved: Sequence[Kept], cleared: Sequence[Cleared | None], unit: Unit
) -> list[SavedLine]:
    """The recorded run, the what-if on the screen, and those that were kept, in that order."""
    lines: list[SavedLine] = []
    if current is not None and current.recorded is not None:
        lines.append(_line("recorded", RECORDED, "", None, current.recorded, unit, Tone.AWARD))
    if current is not None:
        lines.append(_line("current", CURRENT, "", current.whatif, current.outcome, unit, Tone.ACCENT))
    return [*lines, *(_kept(each, now, unit) for each, now in zip(saved, cleared, strict=True))]


def _kept(kept: Kept, now: Cleared | None, unit: Unit) -> SavedLine:
    outcome = now.outcome if now else None
    moved = (
        outcome is not None and kept.headline is not None and not _same(Headline.of(outcome), kept.headline)
    )
    return _line(
        key=f"saved {kept.name}",
        name=f"{safe_line(kept.name)}{' *' if moved else ''}",
        saved=kept.name,
        whatif=kept.whatif if now else None,
        outcome=outcome,
        unit=unit,
        tone=Tone.INK if now else Tone.FAINT,
        kept=f"{kept.saved_at.astimezone():%Y-%m-%d %H:%M}",
        moved=moved,
    )


def _line(
    key: str,
    name: str,
    saved: str,
    whatif: WhatIf | None,
    outcome: Outcome | None,
    unit: Unit,
    tone: Tone,
    kept: str = "",
    moved: bool = False,
) -> SavedLine:
    return SavedLine(
        key=key,
        name=name,
        saved=saved,
        whatif=whatif,
        tone=tone,
        current=key == "current",
        mechanism=str(whatif.mechanism) if whatif else "",
        passes=number_between(outcome.passes) if outcome else amounts.NONE,
        cost=money(outcome.cost if outcome else None, unit),
        expected=money(outcome.expected_profit if outcome else None, unit),
        profit=money_between(outcome.profit if outcome else None, unit),
        surplus=money_between(outcome.surplus if outcome else None, unit),
        gap=money_between(outcome.gap if outcome else None, unit),
        kept=kept,
        moved=moved,
    )


def _same(a: Headline, b: Headline) -> bool:
    """Whether two headlines agree to the digits anybody reads."""
    mine, theirs = a.model_dump(), b.model_dump()
    return all(_near(mine[name], theirs[name]) for name in mine)


def _near(a: object, b: object) -> bool:
    if isinstance(a, tuple) and isinstance(b, tuple):
        return all(_near(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return abs(a - b) <= 1e-9 + 1e-6 * abs(b)
    return a == b


def about(row: SavedLine | None, current: Cleared | None, own: WhatIf, nothing: str) -> list[Line]:
    """What the chosen one is: its knobs, and how they differ from those on the screen."""
    lines: list[Line] = [line(Span(nothing, Tone.SOFT))] if nothing else []
    if row is None:
        return lines
    if row.whatif is None:
        why = (
            UNREADABLE
            if row.saved
            else "The session as it ran, in the accounts of the what-if on the screen."
        )
        return [*lines, line(Span(why, Tone.SOFT))]
    lines.append(line(Span("against the session: ", Tone.SOFT), safe_line(told(row.whatif, own))))
    if current is not None and not row.current:
        lines.append(
            line(Span("against the screen:  ", Tone.SOFT), safe_line(told(row.whatif, current.whatif)))
        )
    return [*lines, line(Span(f"* {GROWN}", Tone.INFRA))] if row.moved else lines
