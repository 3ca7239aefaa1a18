"""The pairs of two sessions: their columns side by side, and which rows belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from market.bids import Booleans, Floats, Ints
from market.observations import Observations, positions
from market.paired import grouped


@dataclass(frozen=True, slots=True)
class Places:
    """Where n rows belong: `task` and `repo` are positions of their clusters, shape (n,)."""

    task: Ints
    repo: Ints

    @classmethod
    def of(cls, tasks: Sequence[str], repos: Sequence[str]) -> Places:
        """A task of unknown repository is a cluster of its own."""
        named = [repo or f"\x1f{task}" for task, repo in zip(tasks, repos, strict=True)]
        return cls(positions(tasks)[1], positions(named)[1])

    def only(self, rows: Booleans) -> Places:
        """These rows."""
        return Places(grouped(self.task[rows], int(rows.sum())), grouped(self.repo[rows], int(rows.sum())))


@dataclass(frozen=True, slots=True)
class Side:
    """One session's columns of the pairs, shape (n,); NaN is unknown."""

    p: Floats
    y: Floats
    tokens_hat: Floats
    tokens: Floats

    @classmethod
    def of(cls, table: Observations, rows: Sequence[int]) -> Side:
        """The columns of these rows; an infra verdict is no outcome."""
        at = np.array(rows, dtype=np.int64)
        y = np.where(table.seen, table.y, np.nan)
        return cls(table.p[at], y[at], table.tokens_hat[at], table.tokens[at])

    def only(self, rows: Booleans) -> Side:
        """These rows."""
        return Side(self.p[rows], self.y[rows], self.tokens_hat[rows], self.tokens[rows])


@dataclass(frozen=True, slots=True)
class Pairs:
    """The pairs in both sessions, row by row."""

    a: Side
    b: Side
    places: Places

    @classmethod
    def of(
        cls,
        a: Observations,
        b: Observations,
        keys: Sequence[tuple[str, str]],
        in_a: Sequence[int],
        in_b: Sequence[int],
    ) -> Pairs:
        """The pairs named by (worker, task), given the row of each in both sessions."""
        known = dict(zip(b.tasks, b.repo, strict=True)) | {
            task: repo for task, repo in zip(a.tasks, a.repo, strict=True) if repo
        }
        tasks = [task for _, task in keys]
        places = Places.of(tasks, [known[task] for task in tasks])
        return cls(Side.of(a, in_a), Side.of(b, in_b), places)

    def only(self, rows: Booleans) -> Pairs:
        """These rows."""
        return Pairs(self.a.only(rows), self.b.only(rows), self.places.only(rows))

    @property
    def seen(self) -> Booleans:
        """Rows whose outcome is known in both sessions."""
        return ~np.isnan(self.a.y) & ~np.isnan(self.b.y)


def first_rows(table: Observations) -> dict[tuple[str, str], int]:
    """(worker, task) -> its first row."""
    rows: dict[tuple[str, str], int] = {}
    workers: list[int] = table.worker.tolist()
    tasks: list[int] = table.task.tolist()
    for at, (worker, task) in enumerate(zip(workers, tasks, strict=True)):
        rows.setdefault((table.workers[worker], table.tasks[task]), at)
    return rows
