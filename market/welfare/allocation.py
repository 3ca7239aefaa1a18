"""Who gets each task and on what terms, as every allocator says it."""

from __future__ import annotations

from dataclasses import dataclass

from market.bids import Floats, Ints
from market.welfare.book import Book
from market.welfare.columns import summed
from market.welfare.knobs import Allocator


@dataclass(frozen=True, slots=True)
class Allocation:
    """k awards by column. An award may be a chance: `weight` is how likely it is made.

    Attributes:
        allocator: who decided; None for awards that were recorded.
        book: the bids it decided on.
        row: rows of the book, shape (k,).
        weight: probability of each award, in (0, 1], shape (k,); 1 where nothing is drawn.
        payment: units paid on pass, given the award, shape (k,); None where nobody is paid.
        penalty: units charged on fail, shape (k,); None where nobody is paid.
        exclusive: whether a task goes to one worker at most; otherwise awards of a task are
            independent of each other and one pass solves it.
        score: the score of each bid of the book, shape (n,), NaN where it has none; None
            where bids are not scored.
        notes: sentences a reader should know.
    """

    allocator: Allocator | None
    book: Book
    row: Ints
    weight: Floats
    payment: Floats | None = None
    penalty: Floats | None = None
    exclusive: bool = True
    score: Floats | None = None
    notes: tuple[str, ...] = ()

    @property
    def task(self) -> Ints:
        """Task position of each award, shape (k,)."""
        return self.book.task[self.row]

    @property
    def worker(self) -> Ints:
        """Worker position of each award, shape (k,)."""
        return self.book.worker[self.row]

    def matrix(self) -> Floats:
        """Probability that each worker is awarded each task, shape (workers, tasks)."""
        workers, tasks = len(self.book.workers), len(self.book.tasks)
        cell = self.worker * tasks + self.task
        return summed(cell, self.weight, workers * tasks).reshape(workers, tasks)
