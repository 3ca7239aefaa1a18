"""How winners are chosen from columns of bids, shared by all mechanisms.

One law of ties holds everywhere, and the order of rows has no part in it: of equally
good bids the one wins whose worker has the higher reputation (to six decimals), then
the fewer estimated tokens, then the earlier task id, then the later worker name
(agent-economy: reputation, ETA, task id, worker id descending). Rows that still tie
are bids of one worker on one task: higher p, lower ask, lower cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from market.bids import BidTable, Booleans, Floats, Ints
from market.mechanisms.base import NOBODY, Conditions

TIE_DECIMALS = 6
"""Decimals to which agent-economy compares reputations and scores."""


def total(parts: Mapping[str, Floats]) -> Floats:
    """The score of each bid: the sum of its parts, NaN where that is no finite number."""
    first, *others = parts.values()
    score = first.copy()
    with np.errstate(invalid="ignore", over="ignore"):
        for part in others:
            score += part  # in place: a new column costs more time than the addition
    score[~np.isfinite(score)] = np.nan
    return score


def of_winner(winner: Ints, column: Floats) -> Floats:
    """A column of the bids at each task's winner, shape (tasks,); NaN where unsold."""
    value = np.full(len(winner), np.nan)
    sold = winner != NOBODY
    value[sold] = column[winner[sold]]
    return value


def best_per_task(bids: BidTable, conditions: Conditions, eligible: Booleans, merit: Floats) -> Ints:
    """The eligible row of greatest merit for each task, shape (tasks,); `NOBODY` without one."""
    value = np.where(eligible, merit, -np.inf)
    best = np.full(len(bids.tasks), -np.inf)
    np.maximum.at(best, bids.task, value)
    top = np.flatnonzero(eligible & (value == best[bids.task]))
    winner = np.full(len(bids.tasks), NOBODY, dtype=np.int64)
    winner[bids.task[top]] = top
    if len(top) > np.count_nonzero(winner != NOBODY):
        top = top[np.lexsort(_tie_keys(bids, conditions, top))]
        winner[bids.task[top[::-1]]] = top[::-1]  # of repeated positions the last is kept
    return winner


def one_task_a_worker(bids: BidTable, conditions: Conditions, eligible: Booleans, merit: Floats) -> Ints:
    """Greedy by merit over all tasks at once, each worker awarded at most one; shape (tasks,).

    A row that comes first for its task and for its worker among those left is awarded by
    the greedy rule whatever stands between, so each pass awards all such rows together.
    """
    winner = np.full(len(bids.tasks), NOBODY, dtype=np.int64)
    rows = _ranked(bids, conditions, np.flatnonzero(eligible), merit)
    while rows.size:
        task, worker = bids.task[rows], bids.worker[rows]
        won = _is_first(task, len(bids.tasks)) & _is_first(worker, len(bids.workers))
        winner[task[won]] = rows[won]
        rows = rows[
            ~(_flags(task[won], len(bids.tasks))[task] | _flags(worker[won], len(bids.workers))[worker])
        ]
    return winner


def _ranked(bids: BidTable, conditions: Conditions, rows: Ints, merit: Floats) -> Ints:
    """Rows by falling merit, ties by the law of this module; only tied runs are sorted twice."""
    rows = rows[np.argsort(-merit[rows])]
    value = merit[rows]
    same = value[1:] == value[:-1]
    tied = np.zeros(len(rows), dtype=np.bool_)
    tied[1:] |= same
    tied[:-1] |= same
    at = np.flatnonzero(tied)
    if at.size:
        run = rows[at]
        rows[at] = run[np.lexsort((*_tie_keys(bids, conditions, run), -merit[run]))]
    return rows


def _tie_keys(bids: BidTable, conditions: Conditions, rows: Ints) -> tuple[Floats | Ints, ...]:
    """Sorting keys of rows, smaller wins, in the order np.lexsort reads: least important first."""
    return (
        bids.cost[rows],
        bids.ask[rows],
        -bids.p[rows],
        -alphabetical(bids.workers)[bids.worker[rows]],
        alphabetical(bids.tasks)[bids.task[rows]],
        bids.tokens[rows],
        -np.round(conditions.reputation[bids.worker[rows]], TIE_DECIMALS),
    )


@lru_cache(maxsize=32)
def alphabetical(names: tuple[str, ...]) -> Ints:
    """The rank of each name among all in order of code points, shape (names,).

    Kept for the next clearing of the same names, and therefore read-only.
    """
    rank = np.empty(len(names), dtype=np.int64)
    rank[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
    rank.flags.writeable = False
    return rank


def _is_first(group: Ints, groups: int) -> Booleans:
    """Which positions are the first of their group, shape of `group`."""
    position = np.arange(len(group))
    first = np.empty(groups, dtype=np.int64)
    first[group[::-1]] = position[::-1]  # of repeated positions the last is kept
    return first[group] == position


def _flags(positions: Ints, size: int) -> Booleans:
    flags = np.zeros(size, dtype=np.bool_)
    flags[positions] = True
    return flags
