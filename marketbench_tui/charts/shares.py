"""Win shares: of all awards, how many each worker gets, in a what-if and as recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from market.welfare.outcome import Outcome
from marketbench_tui.charts.names import key, ticks
from marketbench_tui.charts.spec import Axis, Bars, Chart, column
from themes.tones import Tone

WIDTH = 0.36
NOT_AWARDED = "Nothing was awarded in the recorded run to compare with."
EMPTY = "Nobody wins a task under these knobs, so there are no shares to draw."


def shares_chart(
    workers: Sequence[str], among: Sequence[str], outcome: Outcome, recorded: Outcome | None
) -> Chart:
    """The share of awards of each worker, in [0, 1].

    Args:
        workers: whose shares, in this order; one that is left out of the what-if has no bar in it.
        among: all workers of the session, which are numbered in this order.
        outcome: of the what-if.
        recorded: of the recorded run; None where nothing was awarded in it.
    """
    told = [("what-if", "w", Tone.ACCENT, shares_of(outcome))]
    if recorded is not None:
        told.append(("recorded", "r", Tone.SOFT, shares_of(recorded)))
    first = -WIDTH / 2 * (len(told) - 1)
    marks = tuple(
        Bars(
            tone=tone,
            series=series,
            letter=letter,
            x=column(place + first + at * WIDTH for place, name in enumerate(workers) if name in shares),
            y=column(shares[name] for name in workers if name in shares),
            width=WIDTH,
        )
        for at, (series, letter, tone, shares) in enumerate(told)
        if shares
    )
    return Chart(
        name="win-shares",
        title="Win shares",
        x=Axis("worker", -0.6, len(workers) - 0.4, ticks=ticks(workers, among)),
        y=Axis("share of awards", 0.0, None, form="{:.0%}"),
        marks=marks,
        note=f"{'' if recorded is not None else NOT_AWARDED} {key(workers, among)}".strip(),
        empty=EMPTY,
    )


def shares_of(outcome: Outcome) -> Mapping[str, float]:
    """The share of awards of each worker that has one."""
    return {each.worker: each.share for each in outcome.workers if each.share is not None}
