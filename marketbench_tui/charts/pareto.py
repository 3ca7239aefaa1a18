"""Cost against passes, a point an allocator: what more passes would cost, and who wastes money."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_letters

from market.spec import Unit
from market.welfare.knobs import Allocator
from market.welfare.outcome import Outcome
from marketbench_tui.charts.spec import Axis, Chart, Line, Mark, Points, Segments, column
from themes.tones import Tone

RECORDED = "recorded run"
RECORDED_LETTER = "●"
EMPTY = "No allocator's cost is known: no worker has a price or a recorded cost."


@dataclass(frozen=True, slots=True)
class Place:
    """An allocator between cost and passes.

    Attributes:
        cost: of all attempts, in units.
        low, high: passes, at the least and at the most.
    """

    name: str
    letter: str
    cost: float
    low: float
    high: float


def letters(allocators: Sequence[Allocator]) -> Mapping[Allocator, str]:
    """A letter for each allocator, the same in the table and in the plot."""
    return dict(zip(allocators, ascii_letters, strict=False))


def pareto_chart(
    compared: Mapping[Allocator, Outcome], chosen: Allocator, recorded: Outcome | None, unit: Unit
) -> Chart:
    """Cost of all attempts in units, against tasks solved, of every allocator whose cost is known.

    The dashed line joins those that no other beats on both, the oracle aside, which nobody can
    be; where outcomes were never observed
    a point stands in the middle of its bounds, with a line as far as they reach.
    """
    named = letters(tuple(compared))
    places = [
        place
        for allocator, outcome in compared.items()
        if (place := _place(str(allocator), named[allocator], outcome)) is not None
    ]
    kept = _place(RECORDED, RECORDED_LETTER, recorded) if recorded is not None else None
    everyone = [*places, *([kept] if kept else [])]
    return Chart(
        name="cost-and-passes",
        title="Cost and passes",
        x=Axis(f"cost of all attempts, {unit}"),
        y=Axis("tasks solved"),
        marks=tuple(_marks(places, kept, str(chosen))) if everyone else (),
        note=_note(compared, everyone),
        empty=EMPTY,
    )


def frontier(places: Sequence[Place]) -> list[Place]:
    """The places that no other beats on cost and passes, from the cheapest on."""
    kept: list[Place] = []
    for place in sorted(places, key=lambda each: (each.cost, -_middle(each))):
        if not kept or _middle(place) > _middle(kept[-1]):
            kept.append(place)
    return kept


def _place(name: str, letter: str, outcome: Outcome) -> Place | None:
    if outcome.cost is None:
        return None
    return Place(name, letter, outcome.cost, outcome.passes.low, outcome.passes.high)


def _marks(places: Sequence[Place], recorded: Place | None, chosen: str) -> Iterator[Mark]:
    best = frontier([place for place in places if place.name != Allocator.ORACLE])
    if len(best) > 1:
        x, y = column(each.cost for each in best), column(map(_middle, best))
        yield Line(tone=Tone.SOFT, series="best for its cost", x=x, y=y, dashed=True)
    for place in places:
        yield from _point(place, Tone.ACCENT if place.name == chosen else Tone.INK)
    if recorded is not None:
        yield from _point(recorded, Tone.AWARD)


def _point(place: Place, tone: Tone) -> Iterator[Mark]:
    if place.high > place.low:
        x = (place.cost,)
        yield Segments(tone=tone, x0=x, y0=(place.low,), x1=x, y1=(place.high,))
    yield Points(tone=tone, series=place.name, letter=place.letter, x=(place.cost,), y=(_middle(place),))


def _middle(place: Place) -> float:
    return (place.low + place.high) / 2


def _note(compared: Mapping[Allocator, Outcome], shown: Sequence[Place]) -> str:
    told: list[str] = []
    together = _together(shown)
    if together:
        told.append(f"In one place: {together}.")
    missing = len(compared) - sum(place.name != RECORDED for place in shown)
    if missing:
        told.append(f"Not drawn: {missing} whose cost is unknown.")
    if any(place.high > place.low for place in shown):
        told.append("Lines reach as far as outcomes that were never observed allow.")
    return " ".join(told)


def _together(shown: Sequence[Place]) -> str:
    """Letters of places that cover each other, as `c d e, f g`."""
    at: dict[tuple[str, str], list[str]] = {}
    for place in shown:
        at.setdefault((f"{place.cost:.3g}", f"{_middle(place):.3g}"), []).append(place.letter)
    return ", ".join(" ".join(letters) for letters in at.values() if len(letters) > 1)
