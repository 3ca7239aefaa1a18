"""What `marketbench auction` found, as tables for a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from market.welfare.knobs import Allocator
from marketbench_tui.cli.common import number, print_table, say
from marketbench_tui.view.amounts import NONE, count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from market.welfare.bounds import Bounds
    from market.welfare.contrast import Contrast
    from market.welfare.outcome import Outcome
    from market.welfare.reserve_auction import ReserveAuction, ReserveFigures
    from market.whatif import Recleared
    from store import SessionInfo


@dataclass(frozen=True, slots=True)
class Told:
    """What the command found, and what of it is to be printed.

    Attributes:
        auction: the published auction, by draws if `auction.draws` is there, else in closed form.
        seed: of the draws.
        contrast: with the allocator `against`, if there is one.
        rows, tasks: whether each bid, or each task, is wanted.
    """

    info: SessionInfo
    unit: str
    recleared: Recleared
    auction: ReserveAuction
    seed: int
    contrast: Contrast | None
    against: Allocator | None
    rows: bool
    tasks: bool
    notes: tuple[str, ...]

    @property
    def is_reserve(self) -> bool:
        """Whether the what-if is the published auction, whose figures are means a bid."""
        return self.recleared.whatif.mechanism is Allocator.RANDOM_RESERVE


def print_auction(told: Told) -> None:
    """Tables on stdout, what they mean on stderr."""
    whatif = told.recleared.whatif
    badge = "SIM  " if told.info.simulated else ""
    print(f"{badge}session #{told.info.id} {told.info.name} under {whatif.mechanism}, in {told.unit}")
    if not len(told.recleared.book):
        say("there are no forecasts: nothing can be cleared")
        return
    _print_reserve(told) if told.is_reserve else _print_workers(told.recleared.outcome)
    print()
    _print_allocators(told)
    if told.contrast is not None:
        _print_contrast(told)
    if told.rows:
        _print_rows(told)
    if told.tasks:
        _print_tasks(told.recleared.outcome)
    for note in told.notes:
        say(f"note: {note}")


def _print_reserve(told: Told) -> None:
    drawn = told.auction.draws
    how = f"{drawn} seeded draws a row, seed {told.seed}" if drawn else "closed form"
    say(f"means a bid, {how}; published: expected, realized, oracle; settled: also charged for failing")
    shown = [(figures, "") for figures in (*told.auction.workers, told.auction.pooled)]
    if drawn:
        shown.append((told.recleared.reserve.pooled, " (closed form)"))
    print_table(
        ("worker", "n ", "won ", "expected ", "realized ", "oracle ", "settled ", "b* "),
        [_reserve_row(figures, label) for figures, label in shown],
    )


def _reserve_row(figures: ReserveFigures, label: str) -> tuple[str, ...]:
    return (
        f"{figures.worker}{label}",
        str(figures.n),
        *(
            number(value)
            for value in (
                figures.win_rate,
                figures.expected_profit,
                figures.realized_profit,
                figures.oracle_profit,
                figures.settled_profit,
                figures.mean_breakeven,
            )
        ),
    )


def _print_workers(outcome: Outcome) -> None:
    print_table(
        ("worker", "won ", "share ", "passed ", "cost ", "expected ", "profit "),
        [
            (
                worker.worker,
                f"{worker.wins:.2f}",
                number(worker.share),
                _range(worker.passes, 2),
                number(worker.cost),
                number(worker.expected_profit),
                _range(worker.profit),
            )
            for worker in outcome.workers
        ],
    )


def _print_allocators(told: Told) -> None:
    print_table(
        ("allocator", "sold ", "passed ", "cost ", "profit ", "surplus ", "gap "),
        [
            (
                f"{'> ' if allocator is told.recleared.whatif.mechanism else '  '}{allocator}",
                f"{outcome.sold:.2f}",
                _range(outcome.passes, 2),
                number(outcome.cost),
                _range(outcome.profit),
                _range(outcome.surplus),
                _range(outcome.gap),
            )
            for allocator, outcome in told.recleared.compared.items()
        ],
    )
    say(
        f"sums over tasks; surplus: {told.recleared.whatif.value:g} a solved task, less cost; "
        "gap: the oracle's less this one's"
    )


def _print_contrast(told: Told) -> None:
    found = told.contrast
    assert found is not None
    mechanism = told.recleared.whatif.mechanism
    tasks, clusters = count(found.tasks, "task"), count(found.solved.clusters, "cluster")
    print(f"\n{mechanism} less {told.against}, over {tasks} in {clusters} by repository, 95% intervals:")
    pairs = (("solved", found.solved), ("surplus a task", found.surplus))
    for label, difference in pairs:
        if difference is not None and difference.mean is not None:
            known = difference.low is not None and difference.high is not None
            interval = f"{difference.low:+.4f} to {difference.high:+.4f}" if known else difference.note
            print(f"  {label} {difference.mean:+.4f} ({interval})")
    if found.mcnemar is not None:
        test = found.mcnemar
        print(
            f"  solved only by {mechanism} {test.only_a}, only by {told.against} {test.only_b}, "
            f"exact McNemar p = {test.p_value:.4f}{f' ({test.note})' if test.note else ''}"
        )
    for note in found.notes:
        say(f"note: {note}")


def _print_rows(told: Told) -> None:
    from marketbench_tui.auctions import row_values

    print()
    print_table(
        ("worker", "task", "p ", "y ", "b* ", "won ", "expected ", "realized ", "oracle ", "settled "),
        [
            (
                row["worker"],
                row["task"],
                f"{row['p']:.2f}",
                NONE if row["outcome"] is None else str(row["outcome"]),
                *(
                    number(row[name])
                    for name in (
                        "break_even",
                        "win",
                        "expected_profit",
                        "realized_profit",
                        "oracle_profit",
                        "settled_profit",
                    )
                ),
            )
            for row in row_values(told.recleared, told.auction.rows)
        ],
    )


def _print_tasks(outcome: Outcome) -> None:
    from marketbench_tui.auctions import task_values

    print()
    print_table(
        ("task", "awarded to", "solved ", "surplus ", "regret "),
        [
            (
                row["task"],
                " ".join(name if w == 1 else f"{name}:{w:.2f}" for name, w in row["awarded"].items()) or NONE,
                *(_shown(row[name]) for name in ("solved", "surplus", "regret")),
            )
            for row in task_values(outcome)
        ],
    )


def _range(figure: Bounds | None, digits: int = 4) -> str:
    if figure is None:
        return NONE
    ends: Sequence[float] = (figure.low, figure.high) if figure.value is None else (figure.value,)
    return " to ".join(number(end, digits) for end in ends)


def _shown(value: float | dict[str, float] | None) -> str:
    if isinstance(value, dict):
        return f"{number(value['low'])} to {number(value['high'])}"
    return number(value)
