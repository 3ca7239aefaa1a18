"""Profit of each worker, as it expected, as published, as settled, and with an oracle's knowledge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from market.spec import Unit
from market.welfare.bounds import Bounds
from market.welfare.reserve_auction import ReserveAuction, ReserveFigures
from marketbench_tui.charts.names import key, ticks
from marketbench_tui.charts.spec import Axis, Bars, Chart, Mark, Rule, Segments, column
from themes.tones import Tone

PLACE = 0.19
"""Width of a bar, and from one to the next, where workers stand 1 apart."""
EMPTY = "No worker made a forecast that can be priced, so there is no profit to draw."


@dataclass(frozen=True, slots=True)
class _Account:
    """One way of counting, a bar a worker."""

    series: str
    letter: str
    tone: Tone
    means: Sequence[float | None]
    spread: Sequence[Bounds | None]


def profit_chart(auction: ReserveAuction, among: Sequence[str], unit: Unit) -> Chart:
    """Mean profit a bid of each worker alone against the reserve, in four accounts, in units.

    A figure that hangs on outcomes nobody observed stands over the observed bids, with a
    line as far as it may reach. A worker without any figure has no bar.

    Args:
        auction: the published auction of the bids.
        among: all workers of the session, which are numbered in this order.
        unit: of amounts.
    """
    names = [each.worker for each in auction.workers]
    accounts = _accounts(auction.workers)
    marks = tuple(mark for at, account in enumerate(accounts) for mark in _marks(at, account))
    return Chart(
        name="profit",
        title="Profit against oracle",
        x=Axis("worker", -0.6, len(auction.workers) - 0.4, ticks=ticks(names, among)),
        y=Axis(f"mean profit a bid, {unit}"),
        marks=(*marks, Rule(at=0.0, tone=Tone.FAINT, dashed=False)) if marks else (),
        note=f"{_note(auction)} {key(names, among)}".rstrip(),
        empty=EMPTY,
    )


def _accounts(workers: Sequence[ReserveFigures]) -> tuple[_Account, ...]:
    return (
        _Account(
            "expected", "e", Tone.RUNNING, [w.expected_profit for w in workers], [None for _ in workers]
        ),
        _Account(
            "realized",
            "r",
            Tone.AWARD,
            [w.realized_profit for w in workers],
            [w.realized_bounds for w in workers],
        ),
        _Account(
            "settled",
            "s",
            Tone.FAILED,
            [w.settled_profit for w in workers],
            [w.settled_bounds for w in workers],
        ),
        _Account(
            "oracle", "o", Tone.PASSED, [w.oracle_profit for w in workers], [w.oracle_bounds for w in workers]
        ),
    )


def _marks(at: int, account: _Account) -> Iterator[Mark]:
    """The bars of an account, and how far those reach that are not known for sure."""
    shift = (at - 1.5) * PLACE
    known = [(place + shift, mean) for place, mean in enumerate(account.means) if mean is not None]
    if known:
        yield Bars(
            tone=account.tone,
            series=account.series,
            letter=account.letter,
            x=column(x for x, _ in known),
            y=column(y for _, y in known),
            width=PLACE,
        )
    reach = [
        (place + shift, spread)
        for place, spread in enumerate(account.spread)
        if spread is not None and spread.value is None
    ]
    if reach:
        places = column(x for x, _ in reach)
        yield Segments(
            tone=account.tone,
            x0=places,
            y0=column(spread.low for _, spread in reach),
            x1=places,
            y1=column(spread.high for _, spread in reach),
        )


def _note(auction: ReserveAuction) -> str:
    drawn = "in closed form" if auction.draws is None else f"over {auction.draws} seeded draws"
    unknown = auction.pooled.n - auction.pooled.known
    told = f" Lines: {unknown} of {auction.pooled.n} outcomes were never observed." if unknown else ""
    return f"Each worker alone against the reserve, {drawn}; realized never charges a failure.{told}"
