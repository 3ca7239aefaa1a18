"""Is one allocation better than another on the same tasks, and how sure is that."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from market.bids import Booleans, Floats, Ints
from market.observations import positions
from market.paired import McNemar, PairedDifference, mcnemar, paired_bootstrap
from market.welfare.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Contrast:
    """Two allocations of the same tasks, paired by task; differences are first less second.

    Attributes:
        tasks: tasks on which what came of both is known exactly.
        left_out: tasks left out because an outcome was never observed.
        mcnemar: exact test of who solved what; None where an allocation is a matter of chance,
            so that a task is solved only with some probability.
        solved: difference in the probability that a task is solved.
        surplus: difference in B x solved - cost, in units a task; None where a cost is unknown.
        notes: sentences a reader should know.
    """

    tasks: int
    left_out: int
    mcnemar: McNemar | None
    solved: PairedDifference
    surplus: PairedDifference | None
    notes: tuple[str, ...]


def contrast(first: Outcome, second: Outcome, seed: int = 0) -> Contrast:
    """Compare two outcomes of the same book.

    Intervals come from the paired bootstrap over tasks, clustered by repository where tasks
    have one.

    Args:
        first, second: as `reclear` gives them.
        seed: of the bootstrap.

    Raises:
        ValueError: they are of different tasks.
    """
    tasks = first.allocation.book.tasks
    if tasks != second.allocation.book.tasks:
        raise ValueError("allocations must be of the same tasks to be compared")
    asked = first.by_task.forecast
    known = asked & _exact(first) & _exact(second)
    a, b = first.by_task.solved_low[known], second.by_task.solved_low[known]
    certain = bool(np.isin(a, (0, 1)).all() and np.isin(b, (0, 1)).all())
    clusters = _clusters(first)[known]
    gain = first.by_task.surplus_low[known] - second.by_task.surplus_low[known]
    left_out = int((asked & ~known).sum())
    return Contrast(
        tasks=int(known.sum()),
        left_out=left_out,
        mcnemar=mcnemar(a, b) if certain else None,
        solved=paired_bootstrap(a - b, clusters, seed=seed),
        surplus=paired_bootstrap(gain, clusters, seed=seed) if _finite(gain) else None,
        notes=tuple(_notes(left_out, int(asked.sum()), certain, _finite(gain))),
    )


def _exact(outcome: Outcome) -> Booleans:
    return np.isclose(outcome.by_task.solved_low, outcome.by_task.solved_high, rtol=0, atol=1e-12)


def _finite(column: Floats) -> bool:
    return bool(np.isfinite(column).all())


def _clusters(outcome: Outcome) -> Ints:
    """The repository of each task, shape (tasks,); a task without one stands alone."""
    book = outcome.allocation.book
    return positions([repo or task for repo, task in zip(book.repo, book.tasks, strict=True)])[1]


def _notes(left_out: int, asked: int, certain: bool, priced: bool) -> list[str]:
    notes: list[str] = []
    if left_out:
        notes.append(f"left out {left_out} of {asked} tasks: an outcome that decides was never observed")
    if not certain:
        notes.append("an allocation is a matter of chance, so McNemar's test does not apply")
    if not priced:
        notes.append("a cost is unknown, so surplus is not compared")
    return notes
