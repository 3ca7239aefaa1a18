"""The market of Setup: mechanisms to choose from, and one bid worked through the chosen one."""

from __future__ import annotations

from market.mechanisms import MECHANISMS, Mechanism
from market.money import to_nano
from market.spec import Unit
from marketbench_tui.lines import Line, Span, line
from marketbench_tui.setup.example import Worked
from marketbench_tui.text import safe_line
from marketbench_tui.view import amounts
from marketbench_tui.view.bars import bar
from marketbench_tui.view.why import PARTS, REPUTED
from themes.tones import Tone

P_CELLS = 20
SUM_CELLS = 24
LABEL = 28
FIGURE = 9


def mechanisms() -> tuple[type[Mechanism], ...]:
    """Every mechanism, in the order they are registered."""
    return tuple(MECHANISMS.values())


def worked(bid: Worked, unit: Unit, name: str, width: int) -> list[Line]:
    """The payment rule, the formula, and both in figures, for a pane of so many cells."""
    asks, costs, bounty = (_amount(value, unit) for value in (bid.ask, bid.cost, bid.bounty))
    most = "the bounty is" if bid.reserve is None else "reserves go up to"
    return [
        line(
            Span("p ", Tone.SOFT),
            Span(f"{bid.p:.2f} ", bold=True),
            *bar(bid.p, P_CELLS, Tone.RUNNING),
            Span("  ← → change it", Tone.FAINT),
        ),
        line(Span(f"asks {asks} where {most} {bounty}; its tokens cost {costs}", Tone.SOFT)),
        *_sum(bid, unit, name, width),
        (),
        *(line(sentence) for sentence in _outcome(bid, unit)),
        (),
        line(Span("As bidders are told it", Tone.ACCENT, bold=True)),
        line(Span(bid.rule, Tone.SOFT)),
        (),
        line(Span("In short", Tone.ACCENT, bold=True)),
        line(Span(_sentence(MECHANISMS[name].summary), Tone.SOFT)),
    ]


def _sum(bid: Worked, unit: Unit, name: str, width: int) -> list[Line]:
    room = min(SUM_CELLS, width - LABEL - FIGURE - 6)
    lines = [line(Span("score = ", bold=True), _formula(bid, name))]
    largest = max((abs(value) for value in bid.parts.values()), default=0.0) or 1.0
    for part, value in bid.parts.items():
        tone = Tone.PASSED if value >= 0 else Tone.FAILED
        cells = Span("━" * max(1, round(abs(value) / largest * room)), tone)
        lines.append(
            line(
                Span(f"  {_label(part, name):<{LABEL}}", Tone.SOFT),
                f"{amounts.score(value, unit):>{FIGURE}}   ",
                cells,
            )
        )
    total = f"  {'score':<{LABEL}}{amounts.score(bid.score, unit):>{FIGURE}}"
    lines.append(line(Span("  " + "─" * (LABEL + FIGURE), Tone.TRACK)))
    lines.append(line(Span(total, Tone.PASSED if bid.wins else Tone.FAILED, bold=True)))
    return lines


def _formula(bid: Worked, name: str) -> str:
    """The score as a sum of its parts, each with the sign it has."""
    terms = [f"{'-' if value < 0 else '+'} {_label(part, name)}" for part, value in bid.parts.items()]
    return " ".join(terms).removeprefix("+ ")


def _label(part: str, name: str) -> str:
    if part == "value" and name == "reputation-score":
        return REPUTED
    return PARTS.get(part, safe_line(part))


def _outcome(bid: Worked, unit: Unit) -> list[str]:
    sentences = [_clears(bid, unit)]
    if bid.payment is not None and bid.penalty is not None and bid.profit is not None:
        paid, fine = _amount(bid.payment, unit), _amount(bid.penalty, unit)
        sentences.append(
            f"Paid {paid} on pass, charged {fine} on fail: it expects {amounts.score(bid.profit, unit)}."
        )
    if bid.break_even is not None:
        sentences.append(f"Its break-even ask is {_amount(bid.break_even, unit)}.")
    return sentences


def _clears(bid: Worked, unit: Unit) -> str:
    if bid.reserve is not None:
        drawn, most = _amount(bid.reserve, unit), _amount(bid.reserve_max, unit)
        won = "this bid is below it" if bid.wins else "this bid is above it and loses"
        return (
            f"The seed draws a reserve of {drawn} here: {won}. Between 0 and {most} it wins "
            f"{amounts.percent(bid.win_chance)} of draws."
        )
    return "It wins where no other bid is better." if bid.wins else "It does not clear, whoever else bids."


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _amount(value: float, unit: Unit) -> str:
    return amounts.amount(to_nano(value), unit)
