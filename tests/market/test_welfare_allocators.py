"""Who gets each task under each allocator, by hand, and what comes of it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.calibration import recalibration
from market.observations import Observations
from market.welfare.accounting import account, yardstick
from market.welfare.contrast import contrast
from market.welfare.history import FINEST, LEAST_HISTORY, learned
from market.welfare.outcome import Outcome
from market.whatif import Allocator, WhatIf, allocate
from tests.market.observed import study
from tests.market.whatif_parts import NAN, book, observed

TASKS, WORKERS = ("t", "u"), ("strong", "cheap", "sure")
ROWS = [
    ("t", "strong", 0.8, 0.5, 1.0, 0.5, 0.60),
    ("t", "cheap", 0.5, 0.1, 0.0, 0.1, 0.20),
    ("t", "sure", 1.0, 0.2, 0.0, 0.2, 0.30),
    ("u", "strong", 0.7, 0.5, 1.0, 0.5, 0.50),
    ("u", "cheap", 0.5, 0.1, 1.0, 0.1, 0.90),
    ("u", "sure", 1.0, 0.2, 0.0, 0.2, 0.40),
]
"""Task, worker, p, expected cost, outcome, actual cost, ask."""


def outcome(allocator: Allocator, o: Observations | None = None, **knobs) -> Outcome:
    whatif = WhatIf(**{"penalty": 1.0, "max_reserve": 1.0, **knobs})
    bids = book(o or observed(ROWS, TASKS, WORKERS), **whatif.model_dump())
    return account(allocate(allocator, bids, whatif), whatif.value, yardstick(bids, whatif.value))


def awarded(found: Outcome) -> dict[str, list[str]]:
    matrix, bids = found.allocation.matrix(), found.allocation.book
    return {
        task: [bids.workers[w] for w in np.flatnonzero(matrix[:, at])] for at, task in enumerate(bids.tasks)
    }


# --- markets -------------------------------------------------------------------------


def test_the_lowest_ask_wins_and_is_paid_its_ask():
    found = outcome(Allocator.LOWEST_ASK)
    assert awarded(found) == {"t": ["cheap"], "u": ["sure"]}
    assert found.allocation.payment.tolist() == [0.2, 0.4]
    assert found.passes.value == 0
    # Both fail: each bears its cost and the penalty.
    assert found.profit.value == pytest.approx(-0.1 - 1 - 0.2 - 1)
    assert found.surplus.value == pytest.approx(-0.3)


def test_the_second_price_is_the_ask_of_the_next_worker():
    found = outcome(Allocator.SECOND_PRICE)
    assert awarded(found) == {"t": ["cheap"], "u": ["sure"]}
    assert found.allocation.payment.tolist() == [0.3, 0.5]


def test_without_a_rival_the_second_price_is_the_bounty():
    found = outcome(Allocator.SECOND_PRICE, excluded=("strong", "sure"), bounty=3.0)
    assert found.allocation.payment.tolist() == [3.0, 3.0]


def test_the_competitive_reserve_sells_each_task_once_at_most():
    found = outcome(Allocator.COMPETITIVE_RESERVE)
    assert awarded(found) == {"t": ["cheap"], "u": ["sure"]}
    assert found.sold == pytest.approx(0.8 + 0.6)
    # Given that r >= 0.2 under U(0, 1) it is 0.6 on average.
    assert found.allocation.payment[0] == pytest.approx(0.6)
    assert sum(worker.share for worker in found.workers) == pytest.approx(1)


def test_workers_alone_against_the_reserve_may_win_one_task_several_times():
    found = outcome(Allocator.RANDOM_RESERVE)
    assert found.attempts == pytest.approx(0.4 + 0.8 + 0.7 + 0.5 + 0.1 + 0.6)
    assert found.sold == pytest.approx(2 - 0.6 * 0.2 * 0.3 - 0.5 * 0.9 * 0.4)
    assert found.passes.value == pytest.approx(0.4 + (1 - 0.5 * 0.9))


def test_the_direct_penalty_score_decides():
    found = outcome(Allocator.DIRECT_PENALTY, bounty=2.0)
    # p B - ask - c - (1 - p) 0.1 B (0.5 + p): on t 0.448, 0.6 and 1.5.
    assert found.allocation.score[:3] == pytest.approx([0.448, 0.6, 1.5])
    assert awarded(found) == {"t": ["sure"], "u": ["sure"]}


def test_reputation_is_played_in_rounds_and_falls_with_each_observed_fail():
    found = outcome(Allocator.REPUTATION_SCORE, bounty=2.0)
    # Round 1: sure takes t (1.5) and nobody else may take it; strong takes u. Nothing is left.
    assert awarded(found) == {"t": ["sure"], "u": ["strong"]}
    assert found.allocation.penalty.tolist() == [2.0, 1.0]


def test_history_takes_the_task_from_whoever_is_always_sure_and_never_right():
    tasks = tuple(f"t{i}" for i in range(12))
    rows = [(task, "boaster", 0.9, 0.1, float(task == "t0"), 0.1, 0.1) for task in tasks]
    rows += [(task, "modest", 0.6, 0.1, float(task != "t0"), 0.1, 0.1) for task in tasks]
    o = observed(rows, tasks, ("boaster", "modest"))
    assert {name for names in awarded(outcome(Allocator.SCORING, o)).values() for name in names} == {
        "boaster"
    }
    found = outcome(Allocator.RECALIBRATED_SCORING, o)
    assert {name for names in awarded(found).values() for name in names} == {"modest"}
    assert found.passes.value == 11


# --- allocators without a market -----------------------------------------------------


def test_always_strong_is_one_worker_by_observed_pass_rate():
    found = outcome(Allocator.ALWAYS_STRONG)
    assert awarded(found) == {"t": ["strong"], "u": ["strong"]}
    assert (found.passes.value, found.cost, found.profit) == (2, 1.0, None)


def test_always_cheap_is_the_worker_with_the_lowest_mean_cost():
    assert awarded(outcome(Allocator.ALWAYS_CHEAP)) == {"t": ["cheap"], "u": ["cheap"]}


def test_both_are_paid_for_and_one_pass_is_enough():
    found = outcome(Allocator.RUN_BOTH)
    assert awarded(found) == {"t": ["strong", "cheap"], "u": ["strong", "cheap"]}
    assert (found.passes.value, found.attempts) == (2, 4)
    assert found.cost == pytest.approx(1.2)


def test_where_the_strongest_is_the_cheapest_the_next_cheapest_joins_it():
    rows = [("t", "a", 0.5, 0.1, 1.0), ("t", "b", 0.5, 0.2, 0.0), ("t", "c", 0.5, 0.3, 0.0)]
    found = outcome(Allocator.RUN_BOTH, observed(rows, ("t",), ("a", "b", "c")))
    assert awarded(found) == {"t": ["a", "b"]}


def test_random_is_an_expected_value():
    found = outcome(Allocator.RANDOM)
    assert found.passes.value == pytest.approx(1 / 3 + 2 / 3)
    assert found.cost == pytest.approx(2 * (0.5 + 0.1 + 0.2) / 3)


def test_the_oracle_takes_the_cheapest_worker_that_passes():
    found = outcome(Allocator.ORACLE)
    assert awarded(found) == {"t": ["strong"], "u": ["cheap"]}
    assert found.surplus.value == pytest.approx(2 - 0.6)
    assert found.gap is None


def test_where_nobody_passes_the_oracle_leaves_the_task():
    rows = [("t", "a", 0.9, 0.1, 0.0)]
    found = outcome(Allocator.ORACLE, observed(rows, ("t",), ("a",)))
    assert awarded(found) == {"t": []}
    assert (found.surplus.value, found.passes.value) == (0, 0)


def test_regret_is_by_task_and_sums_to_the_gap():
    found = outcome(Allocator.LOWEST_ASK)
    assert found.by_task.regret_low == pytest.approx([0.5 + 0.1, 0.9 + 0.2])
    assert found.gap.value == pytest.approx(1.7)


def test_a_worker_gets_no_task_that_it_was_never_asked_about():
    o = observed(ROWS[1:], TASKS, WORKERS)
    found = outcome(Allocator.ALWAYS_STRONG, o)
    assert awarded(found) == {"t": [], "u": ["strong"]}
    assert "strong made no forecast on 1 of 2 tasks" in found.notes[0]


# --- what was never observed ---------------------------------------------------------


def unobserved(*cells: tuple[str, str]) -> Observations:
    rows = [(*row[:4], NAN, NAN, row[6]) if row[:2] in cells else row for row in ROWS]
    return observed(rows, TASKS, WORKERS)


def test_an_outcome_that_was_never_observed_gives_bounds_and_a_sentence():
    found = outcome(Allocator.LOWEST_ASK, unobserved(("t", "cheap")))
    assert (found.passes.low, found.passes.high, found.passes.value) == (0, 1, None)
    assert found.profit.low == pytest.approx(-0.1 - 1 - 0.2 - 1)
    assert found.profit.high == pytest.approx(0.2 - 0.1 - 0.2 - 1)
    assert "1 of 2 awards have no observed outcome" in found.notes[0]
    assert "the expected cost stands in" in found.notes[1]


def test_the_oracle_is_bounded_where_a_cheaper_worker_may_have_passed():
    found = outcome(Allocator.ORACLE, unobserved(("t", "cheap")))
    assert found.surplus.low == pytest.approx(0.5 + 0.9)
    assert found.surplus.high == pytest.approx(0.9 + 0.9)


def test_without_any_outcome_no_strongest_is_named():
    o = unobserved(*(row[:2] for row in ROWS))
    found = outcome(Allocator.ALWAYS_STRONG, o)
    assert awarded(found) == {"t": [], "u": []}
    assert "no outcome was observed" in found.notes[0]


def test_an_unknown_cost_leaves_money_out_and_passes_in():
    o = observed(ROWS, TASKS, WORKERS)
    o.price[WORKERS.index("cheap")] = NAN
    o.cost[:] = NAN
    o.tokens[:] = NAN
    found = outcome(Allocator.LOWEST_ASK, o)
    assert (found.cost, found.profit, found.surplus, found.gap) == (None, None, None, None)
    assert found.passes.value == 0
    assert "no cost is known for cheap" in found.notes[0]


# --- comparing -----------------------------------------------------------------------


def test_allocations_are_compared_task_by_task():
    found = contrast(outcome(Allocator.ALWAYS_STRONG, study()), outcome(Allocator.ALWAYS_CHEAP, study()))
    assert (found.tasks, found.left_out) == (93, 0)
    passes = {name: np.nansum(study().y[study().worker == at]) for at, name in enumerate(study().workers)}
    assert found.mcnemar.only_a - found.mcnemar.only_b == max(passes.values()) - 70
    assert 0 < found.mcnemar.p_value <= 1
    assert found.solved.mean == pytest.approx((max(passes.values()) - 70) / 93)
    assert found.solved.clusters == 10
    assert found.surplus.low < found.surplus.mean < found.surplus.high


def test_chance_has_no_mcnemar_and_unobserved_tasks_are_left_out():
    o = unobserved(("t", "cheap"))
    found = contrast(outcome(Allocator.RANDOM, o), outcome(Allocator.LOWEST_ASK, o))
    assert (found.tasks, found.left_out, found.mcnemar) == (1, 1, None)
    assert "left out 1 of 2 tasks" in found.notes[0]
    assert "matter of chance" in found.notes[1]


def test_allocations_of_other_tasks_are_not_compared():
    other = observed([("v", "a", 0.5, 0.1, 1.0)], ("v",), ("a",))
    with pytest.raises(ValueError, match="same tasks"):
        contrast(outcome(Allocator.RANDOM), outcome(Allocator.RANDOM, other))


# --- recalibration -------------------------------------------------------------------


def naive(p, y, task):
    """Each row by the map of all rows of other tasks."""
    value = p.copy()
    for row in range(len(p)):
        others = (task != task[row]) & ~np.isnan(y)
        value[row] = recalibration(p[others], y[others])(p[[row]])[0]
    return value


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_leaving_one_task_out_at_once_is_leaving_out_one_after_the_other(data):
    n = data.draw(st.integers(LEAST_HISTORY + 1, 25))
    column = lambda values: np.array(data.draw(st.lists(values, min_size=n, max_size=n)), dtype=float)  # noqa: E731
    p = column(st.sampled_from([0.0, 0.2, 0.25, 0.7, 0.9, 1.0]))
    y = column(st.sampled_from([0.0, 1.0, 1.0, NAN]))
    distinct = data.draw(st.booleans())
    task = np.arange(n) if distinct else column(st.integers(0, n)).astype(int)
    found = learned(p, y, task, np.zeros(n, dtype=int), 1)
    expected = naive(p, y, task) if (~np.isnan(y)).sum() > LEAST_HISTORY else p
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_the_study_is_recalibrated_by_worker():
    o = study()
    found = learned(o.p, o.y, o.task, o.worker, 6)
    for worker in range(6):
        rows = o.worker == worker
        np.testing.assert_allclose(found[rows], naive(o.p[rows], o.y[rows], o.task[rows]), atol=1e-9)


def test_too_few_outcomes_leave_stated_p_as_it_is():
    p, y = np.full(LEAST_HISTORY, 0.9), np.zeros(LEAST_HISTORY)
    task, worker = np.arange(LEAST_HISTORY), np.zeros(LEAST_HISTORY, dtype=int)
    assert (learned(p, y, task, worker, 1) == 0.9).all()


def test_very_many_distinct_p_are_rounded_before_the_fit():
    n = 3 * FINEST
    rng = np.random.default_rng(0)
    p = rng.random(n)
    y = (rng.random(n) < p).astype(float)
    found = learned(p, y, np.arange(n), np.zeros(n, dtype=int), 1)
    assert np.abs(found - recalibration(p, y)(p)).max() < 0.2
    assert np.abs(found - p).mean() < 0.05
