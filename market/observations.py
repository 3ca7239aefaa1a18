"""What was said and what happened, by column: the one table that every analysis reads.

Calibration, report cards, welfare and what-if all take `Observations`. Where the columns come
from (a running state, the store, an imported file) is the caller's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from market.bids import Booleans, Floats, Ints


@dataclass(frozen=True, slots=True)
class Observations:
    """n accepted forecasts in the order of the ledger, with what came of each.

    Only the published seeded draws depend on the order of rows. Amounts are in the session's
    unit; NaN is unknown.

    Attributes:
        tasks: task ids, each once; `task` holds positions in it.
        repo, difficulty: of each task, shape (tasks,); "" where unknown.
        workers: worker names, each once; `worker` holds positions in it.
        price: blended price of each worker in units per token, shape (workers,).
        task, worker: shape (n,), positions.
        p: stated success probability in [0, 1], shape (n,).
        tokens_hat: estimated tokens, shape (n,).
        ask: the ask of the bid, in units, shape (n,); NaN where there was no bid.
        y: 1 for a pass, 0 for a fail or timeout, NaN where no outcome is known; shape (n,).
        tokens: actual tokens, shape (n,).
        cost: actual cost of the attempt in units, shape (n,).
        infra: True where the only verdicts were infra, shape (n,); such a row counts in no rate.
    """

    tasks: tuple[str, ...]
    repo: tuple[str, ...]
    difficulty: tuple[str, ...]
    workers: tuple[str, ...]
    price: Floats
    task: Ints
    worker: Ints
    p: Floats
    tokens_hat: Floats
    ask: Floats
    y: Floats
    tokens: Floats
    cost: Floats
    infra: Booleans

    def __post_init__(self) -> None:
        """Refuse columns that do not fit together.

        Raises:
            ValueError: columns differ in length, or p is not a probability.
        """
        rows = (self.task, self.worker, *(getattr(self, name) for name in _FIGURES), self.infra)
        for label, lengths in (
            ("rows", {len(column) for column in rows}),
            ("tasks", {len(column) for column in (self.tasks, self.repo, self.difficulty)}),
            ("workers", {len(self.workers), len(self.price)}),
        ):
            if len(lengths) > 1:
                raise ValueError(f"columns of {label} must have one length, not {sorted(lengths)}")
        if not ((self.p >= 0) & (self.p <= 1)).all():
            raise ValueError("p must be a probability from 0 to 1")

    def __len__(self) -> int:
        return len(self.p)

    @property
    def seen(self) -> Booleans:
        """Rows whose outcome is known, shape (n,)."""
        return ~np.isnan(self.y) & ~self.infra

    @property
    def cost_hat(self) -> Floats:
        """The cost expected from the estimate: tokens_hat x blended price, in units, shape (n,)."""
        return self.tokens_hat * self.price[self.worker]

    def only(self, rows: Booleans) -> Observations:
        """These rows, of the same tasks and workers."""
        columns = {name: getattr(self, name)[rows] for name in ("task", "worker", *_FIGURES, "infra")}
        return replace(self, **columns)

    def by(self, worker: str) -> Observations:
        """The rows of one worker.

        Raises:
            ValueError: no worker is called so.
        """
        return self.only(self.worker == self.workers.index(worker))


_FIGURES = ("p", "tokens_hat", "ask", "y", "tokens", "cost")
"""Columns of numbers, one a row."""


def positions(names: Sequence[str]) -> tuple[tuple[str, ...], Ints]:
    """Each name once, in the order they first appear, and the place of every row's name among them."""
    known = {name: at for at, name in enumerate(dict.fromkeys(names))}
    return tuple(known), np.array([known[name] for name in names], dtype=np.int64)
