"""Clearing 50,000 bids: `clear()` against a plain Python greedy in the same run.

Both produce the same things from the same bids: every bid's score with its parts, the
winners (asserted identical), payments and penalties. Ours starts from a `BidTable`, the
greedy from a list of bid objects made beforehand; both take reserves from the same kept
draws. Exits 1 where a mechanism is less than LIMIT times faster.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from market.bids import BidTable
from market.mechanisms import Clearing, Conditions, Mechanism, build
from market.mechanisms.random_reserve import uniform_draws
from market.spec import MechanismSpec

TASKS, WORKERS = 1_000, 50
LIMIT = 20
BOUNTY = 2.0


@dataclass(frozen=True, slots=True)
class Bid:
    row: int
    task: str
    worker: str
    p: float
    tokens: float
    ask: float
    cost: float
    bounty: float
    reputation: float


@dataclass(slots=True)
class Scored:
    """A bid with the addends of its score and what it is paid and charged if it wins."""

    bid: Bid
    parts: tuple[float, ...]
    score: float
    payment: float
    penalty: float
    eligible: bool


Scoring = Callable[[Bid], Scored]


def market(seed: int = 0) -> tuple[BidTable, Conditions]:
    """50,000 bids in no order, one from each worker on each task."""
    rng = np.random.default_rng(seed)
    n = TASKS * WORKERS
    order = rng.permutation(n)
    cost = rng.uniform(0, 0.3, n)
    bids = BidTable(
        tasks=tuple(f"task-{i}" for i in range(TASKS)),
        workers=tuple(f"worker-{i}" for i in range(WORKERS)),
        task=order // WORKERS,
        worker=order % WORKERS,
        p=rng.uniform(0.1, 1, n),
        tokens=rng.integers(500, 50_000, n).astype(float),
        ask=cost * rng.uniform(1, 4, n),
        cost=cost,
    )
    reputation = rng.uniform(0.5, 1.25, WORKERS).round(2)
    return bids, Conditions(np.full(TASKS, BOUNTY), reputation, seed)


def as_objects(bids: BidTable, known: Conditions) -> list[Bid]:
    columns = (bids.task, bids.worker, bids.p, bids.tokens, bids.ask, bids.cost)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    bounty, reputation = known.bounty.tolist(), known.reputation.tolist()
    return [
        Bid(row, bids.tasks[task], bids.workers[worker], *numbers, bounty[task], reputation[worker])
        for row, (task, worker, *numbers) in enumerate(rows)
    ]


def best_of_each_task(bids: list[Bid], scoring: Scoring) -> dict[str, Scored]:
    """One pass that keeps the best bid seen so far; awards by task."""
    best: dict[str, Scored] = {}
    for offer in map(scoring, bids):
        if offer.eligible:
            rival = best.get(offer.bid.task)
            if rival is None or merit(offer) > merit(rival):
                best[offer.bid.task] = offer
    return best


def merit(offer: Scored) -> tuple[float, float, float, str]:
    return (offer.score, offer.bid.reputation, -offer.bid.tokens, offer.bid.worker)


def one_task_a_worker(bids: list[Bid], scoring: Scoring) -> dict[str, Scored]:
    """Score, sort, and hand tasks out from the top; awards by task."""
    offers = [offer for offer in map(scoring, bids) if offer.eligible]
    offers.sort(key=lambda offer: offer.bid.worker, reverse=True)
    offers.sort(key=lambda o: (-round(o.score, 6), -o.bid.reputation, o.bid.tokens, o.bid.task))
    won: dict[str, Scored] = {}
    busy: set[str] = set()
    for offer in offers:
        if offer.bid.task not in won and offer.bid.worker not in busy:
            won[offer.bid.task] = offer
            busy.add(offer.bid.worker)
    return won


def direct_penalty(bid: Bid) -> Scored:
    charge = 0.10 * bid.bounty * (0.5 + bid.p)
    parts = (bid.p * bid.bounty, -bid.ask, -bid.cost, -(1 - bid.p) * charge)
    score = sum(parts)
    return Scored(bid, parts, score, bid.ask, charge, score > 0)


def reputation_score(bid: Bid) -> Scored:
    risk = min(1.0, max(0.0, (bid.reputation - 0.5) / 0.75)) * 0.5 * bid.bounty
    parts = (bid.reputation * bid.p * bid.bounty, -bid.ask, -bid.cost, -(1 - bid.p) * risk)
    score = sum(parts)
    base = min(10, max(1, round(0.1 * bid.bounty)))
    charge = base + (round(base * (bid.p - 0.5) / 0.5) if bid.p > 0.5 else 0)
    return Scored(bid, parts, score, bid.ask, charge, score > 0)


def lowest_ask(bid: Bid) -> Scored:
    return Scored(bid, (bid.bounty, -bid.ask), bid.bounty - bid.ask, bid.ask, 0.0, bid.ask <= bid.bounty)


def random_reserve(bid: Bid, reserves: dict[str, float]) -> Scored:
    reserve = reserves[bid.task]
    return Scored(bid, (reserve, -bid.ask), reserve - bid.ask, reserve, 2.0, bid.ask <= reserve)


def plain_python(name: str, objects: list[Bid], bids: BidTable, known: Conditions) -> dict[str, Scored]:
    if name == "reputation-score":
        return one_task_a_worker(objects, reputation_score)
    if name == "random-reserve":
        reserves = dict(zip(bids.tasks, uniform_draws(known.seed, bids.tasks).tolist(), strict=True))
        return best_of_each_task(objects, partial(random_reserve, reserves=reserves))
    return best_of_each_task(objects, {"direct-penalty": direct_penalty, "lowest-ask": lowest_ask}[name])


def best_seconds(work: Callable[[], object], repeats: int) -> float:
    times: list[float] = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def check_same(cleared: Clearing, bids: BidTable, awards: dict[str, Scored]) -> None:
    """Winners are identical; what they score, are paid and charged agrees to rounding."""
    sold = np.flatnonzero(cleared.winner >= 0)
    ours = {bids.tasks[task]: int(cleared.winner[task]) for task in sold}
    assert ours == {task: offer.bid.row for task, offer in awards.items()}, "winners differ"
    offers = [awards[bids.tasks[task]] for task in sold]
    np.testing.assert_allclose(cleared.score[cleared.winner[sold]], [o.score for o in offers])
    np.testing.assert_allclose(cleared.payment[sold], [o.payment for o in offers])
    np.testing.assert_allclose(cleared.penalty[sold], [o.penalty for o in offers])


def compare(rule: Mechanism, bids: BidTable, known: Conditions, objects: list[Bid]) -> float:
    """Check that both ways agree, print a line, return how many times faster ours is."""
    awards = plain_python(rule.name, objects, bids, known)
    check_same(rule.clear(bids, known), bids, awards)
    fast = best_seconds(lambda: rule.clear(bids, known), 15)
    slow = best_seconds(lambda: plain_python(rule.name, objects, bids, known), 3)
    print(
        f"{rule.name:17} {len(awards):5} awards   clear {fast * 1e3:6.2f} ms   "
        f"plain Python {slow * 1e3:6.1f} ms   {slow / fast:5.1f} times (at least {LIMIT})"
    )
    return slow / fast


def main() -> int:
    bids, known = market()
    objects = as_objects(bids, known)
    names = ("direct-penalty", "random-reserve", "lowest-ask", "reputation-score")
    ratios = [compare(build(MechanismSpec(name=name)), bids, known, objects) for name in names]
    return 0 if min(ratios) >= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
