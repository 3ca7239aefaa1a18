"""Bid tables for tests: made by hand, or by hypothesis with many ties."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from market.bids import BidTable
from market.mechanisms import MECHANISMS, Conditions, Mechanism, build
from market.spec import MechanismSpec

KNOBS = {"solo": {"worker": "w1"}}


def mechanism(name: str, **knobs) -> Mechanism:
    return build(MechanismSpec(name=name, knobs={**KNOBS.get(name, {}), **knobs}))


def every_mechanism() -> list[Mechanism]:
    return [mechanism(name) for name in MECHANISMS]


def table(rows: list[tuple], tasks: tuple[str, ...] = ("t",), workers: tuple[str, ...] = ("a", "b", "c")):
    """Bids from rows of (task, worker, p, tokens, ask, cost)."""
    columns = list(zip(*rows, strict=True)) or [()] * 6
    return BidTable(
        tasks=tasks,
        workers=workers,
        task=np.array([tasks.index(name) for name in columns[0]], dtype=np.int64),
        worker=np.array([workers.index(name) for name in columns[1]], dtype=np.int64),
        p=np.array(columns[2], dtype=float),
        tokens=np.array(columns[3], dtype=float),
        ask=np.array(columns[4], dtype=float),
        cost=np.array(columns[5], dtype=float),
    )


def conditions(bids: BidTable, bounty: float = 2.0, reputation: float = 1.0, seed: int = 7) -> Conditions:
    return Conditions(
        bounty=np.full(len(bids.tasks), bounty),
        reputation=np.full(len(bids.workers), reputation),
        seed=seed,
    )


def shuffled(bids: BidTable, order: list[int]) -> BidTable:
    at = np.array(order, dtype=np.int64)
    return BidTable(
        bids.tasks,
        bids.workers,
        *(column[at] for column in (bids.task, bids.worker, bids.p, bids.tokens, bids.ask, bids.cost)),
    )


def row_of(bids: BidTable, row: int) -> tuple | None:
    """The contents of a row, which a reordering leaves as they are; None for nobody."""
    if row < 0:
        return None
    task, worker = bids.tasks[bids.task[row]], bids.workers[bids.worker[row]]
    return (task, worker, bids.p[row], bids.tokens[row], bids.ask[row], bids.cost[row])


@dataclass(frozen=True)
class Market:
    bids: BidTable
    conditions: Conditions
    order: list[int]


@st.composite
def markets(draw) -> Market:
    """Small markets whose coarse values collide often, some asks NaN, with a reordering."""
    tasks = tuple(f"t{i}" for i in range(draw(st.integers(0, 5))))
    workers = tuple(f"w{i}" for i in draw(st.permutations(range(draw(st.integers(0, 5))))))
    row = st.tuples(
        st.sampled_from(tasks) if tasks else st.nothing(),
        st.sampled_from(workers) if workers else st.nothing(),
        st.sampled_from([0.0, 0.3, 0.5, 0.9, 1.0]),
        st.sampled_from([10.0, 20.0]),
        st.sampled_from([float("nan"), float("inf"), 0.0, 0.2, 0.5, 1.5]),
        st.sampled_from([0.0, 0.1, float("nan")]),
    )
    rows = draw(st.lists(row, max_size=30)) if tasks and workers else []
    bids = table(rows, tasks, workers)
    bounty = draw(st.lists(st.sampled_from([0.4, 2.0, 20.0]), min_size=len(tasks), max_size=len(tasks)))
    reputation = draw(
        st.lists(st.sampled_from([0.5, 1.0, 1.25]), min_size=len(workers), max_size=len(workers))
    )
    known = Conditions(
        np.array(bounty, dtype=float), np.array(reputation, dtype=float), draw(st.integers(0, 5))
    )
    return Market(bids, known, draw(st.permutations(range(len(bids)))))
