"""What a what-if would have changed, in sentences with their intervals, and what to know about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from market.paired import McNemar, PairedDifference
from market.spec import Unit
from market.welfare.contrast import Contrast
from marketbench_tui.auction.clearing import Cleared
from marketbench_tui.lines import Line, Span, line
from marketbench_tui.text import safe_line
from marketbench_tui.view import amounts
from marketbench_tui.view.auction import money
from themes.tones import Tone

NOT_YET = "Every allocator is being cleared; the differences follow."
NO_AWARDS = "Nothing was awarded in this session: it holds forecasts and outcomes, so no run can be compared."
LABEL = 16


def difference(cleared: Cleared | None, retried: int, unit: Unit) -> list[Line]:
    """The what-if against the recorded run, and against the allocator that is chosen in the table."""
    if cleared is None:
        return [line(Span(NOT_YET, Tone.SOFT))]
    return [
        *_part("what-if less recorded run", cleared.changed, _why_not(cleared), unit),
        *([line(Span(_retried(retried), Tone.SOFT))] if cleared.changed and retried else []),
        (),
        *_part(f"what-if less {cleared.rival}", cleared.rivalry, NOT_YET, unit),
        *_notes((*cleared.recleared.notes, *cleared.outcome.notes)),
    ]


def _why_not(cleared: Cleared) -> str:
    return NOT_YET if cleared.recorded is not None else NO_AWARDS


def _part(title: str, found: Contrast | None, why_not: str, unit: Unit) -> list[Line]:
    lines: list[Line] = [line(Span(title[:1].upper() + title[1:], Tone.ACCENT, bold=True))]
    if found is None:
        return [*lines, line(Span(why_not, Tone.SOFT))]
    lines.append(_row("tasks solved", _points(found.solved)))
    if found.mcnemar is not None:
        lines.append(_row("McNemar", _mcnemar(found.mcnemar)))
    if found.surplus is not None:
        lines.append(_row("surplus a task", _money(found.surplus, unit)))
    lines.append(_drawn(found.solved))
    return [*lines, *(line(Span(_sentence(note), Tone.SOFT)) for note in found.notes)]


def _row(label: str, told: Line) -> Line:
    return line(Span(f"{label:<{LABEL}}", Tone.SOFT), *told)


def _points(found: PairedDifference) -> Line:
    if found.mean is None:
        return line(Span(found.note, Tone.SOFT))
    told = Span(f"{_signed(100 * found.mean)} points", _tone(found), bold=True)
    return line(told, *_interval(found, 100.0, ""))


def _money(found: PairedDifference, unit: Unit) -> Line:
    if found.mean is None:
        return line(Span(found.note, Tone.SOFT))
    told = Span(f"{'+' if found.mean > 0 else ''}{money(found.mean, unit)} {unit}", _tone(found), bold=True)
    return line(told, *_interval(found, 1.0, unit))


def _interval(found: PairedDifference, factor: float, unit: Unit | str) -> Line:
    if found.low is None or found.high is None:
        return line(Span(f"  {found.note}", Tone.SOFT))
    low, high = (
        money(end, unit) if isinstance(unit, Unit) else _signed(factor * end)
        for end in (found.low, found.high)
    )
    return line(f"  {low} to {high}")


def _drawn(found: PairedDifference) -> Line:
    """What the intervals are."""
    if found.low is None:
        return ()
    tasks = amounts.count(found.n, "task")
    together = f" in {found.clusters} repositories, each drawn whole" if found.clusters < found.n else ""
    return line(Span(f"95% paired bootstrap over {tasks}{together}.", Tone.SOFT))


def _mcnemar(found: McNemar) -> Line:
    told = f"{found.only_a} only here, {found.only_b} only there, p = {found.p_value:.3f}"
    return line(told, Span(f"  {found.note}" if found.note else "", Tone.SOFT))


def _tone(found: PairedDifference) -> Tone:
    """Green or red only where the interval leaves out zero."""
    if found.low is None or found.high is None or found.low <= 0 <= found.high:
        return Tone.INK
    return Tone.PASSED if found.low > 0 else Tone.FAILED


def _signed(value: float) -> str:
    text = f"{value:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text


def _retried(count: int) -> str:
    return f"{amounts.count(count, 'task')} had several attempts: the one that passed counts, else the last."


def _notes(notes: Sequence[str]) -> Iterator[Line]:
    told = dict.fromkeys(safe_line(note) for note in notes)
    if told:
        yield ()
        yield line(Span("To know", Tone.ACCENT, bold=True))
        yield from (line(Span(_sentence(note), Tone.SOFT)) for note in told)


def _sentence(note: str) -> str:
    return f"{note[:1].upper()}{safe_line(note[1:])}."
