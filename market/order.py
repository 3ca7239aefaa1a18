"""In what order a check asks its tasks: seeded, and balanced over difficulties.

Tasks in order of difficulty (at random within one) are cut into four equal slices; each block of
four tasks takes one of each slice, in random order. Every block is then a small copy of the whole
suite, so that no lucky run of easy tasks decides anything. `market.sequential` tells why looking
between blocks keeps its error level. Tasks that make no whole block, at most three and drawn at
random from all, come last and one by one.

That argument takes the draws as independent given the slices. Drawn from a finite suite without
replacement they lean a little against what came before where one slice holds two difficulties;
`benchmarks/check.py` shows by simulation that false alarms stay below the level all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from market.seeds import stream

BLOCK = 4
"""Slices of difficulty, and tasks of a block."""


@dataclass(frozen=True, slots=True)
class AskingOrder:
    """Which tasks to ask in what order, and when to look.

    Attributes:
        tasks: positions in the suite, each at most once.
        looks: numbers of tasks asked after which one looks, rising, the last one all of them.
    """

    tasks: tuple[int, ...]
    looks: tuple[int, ...]


def asking_order(difficulty: Sequence[str], seed: int, most: int | None = None) -> AskingOrder:
    """The order for a suite whose tasks have these difficulties.

    Args:
        difficulty: label of each task, shape (tasks,); "" where unknown. Where all are alike
            there is nothing to balance, and one looks after every task.
        seed: the same seed gives the same order.
        most: ask no more tasks than this; a block that is cut short by it is looked at.
    """
    shuffled = [int(at) for at in stream(seed, "check", "order").permutation(len(difficulty))]
    size = BLOCK if len(set(difficulty)) > 1 and len(shuffled) >= BLOCK else 1
    whole = len(shuffled) // size
    kept, rest = shuffled[: whole * size], shuffled[whole * size :]
    kept.sort(key=lambda at: difficulty[at])
    slices = [kept[part * whole : (part + 1) * whole] for part in range(size)]
    mixer = stream(seed, "check", "slices")
    columns = [[part[int(at)] for at in mixer.permutation(whole)] for part in slices]
    order = [row[int(at)] for row in zip(*columns, strict=True) for at in mixer.permutation(size)]
    ends = [*range(size, whole * size + 1, size), *range(whole * size + 1, len(shuffled) + 1)]
    last = len(shuffled) if most is None else min(most, len(shuffled))
    looks = dict.fromkeys(min(end, last) for end in ends)
    return AskingOrder(tuple((order + rest)[:last]), tuple(looks))
