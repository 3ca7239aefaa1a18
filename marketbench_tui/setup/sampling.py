"""A random sample as a person asks for it: how many tasks, and from which seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from market.errors import MarketBenchError
from marketbench_tui.setup.tasks import TaskRow, sample

DEFAULT_COUNT = 10
COUNTS = (5, 10, 20, 50, 100)
"""How many a click can ask for."""


class SampleError(MarketBenchError):
    """What was asked for is no sample."""


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """So many tasks from this seed."""

    count: int
    seed: int


def parse_request(text: str, seed: int) -> SampleRequest:
    """`10`, or `10 7` for another seed than the session's.

    Raises:
        SampleError: it is neither.
    """
    words = text.split()
    if not 1 <= len(words) <= 2 or not all(word.isdecimal() for word in words) or int(words[0]) < 1:
        raise SampleError("give how many, and a seed if not the session's, as in 10 or 10 7")
    return SampleRequest(int(words[0]), int(words[1]) if len(words) == 2 else seed)


def offered_counts(shown: int) -> Sequence[str]:
    """Answers that a click can put in, where so many tasks are shown."""
    return tuple(str(count) for count in COUNTS if count < shown)


def draw(shown: Sequence[TaskRow], request: SampleRequest) -> frozenset[str]:
    """The sample, of the shown tasks that can be graded here; of all shown where none can."""
    gradable = [row for row in shown if row.gradable]
    return sample(gradable or shown, request.count, request.seed)
