"""The betting confidence sequence: an interval that holds at whatever moment one looks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.order import BLOCK, asking_order
from market.sequential import STAKES, BettingSequence, Judgement, judge, log_capital

LEVEL = 0.05
ALARM = math.log(2 / LEVEL)

differences = st.lists(st.sampled_from([-1.0, -0.6, -0.07, 0.0, 0.03, 0.4, 0.93, 1.0]), max_size=60)
inside = st.floats(-0.95, 0.95)


def bounds(values: list[float], level: float = LEVEL) -> tuple[float, float]:
    sequence = BettingSequence(level)
    sequence.add(values)
    return sequence.look()


# --- capital -------------------------------------------------------------------------


@given(differences, inside)
def test_capital_never_is_below_zero_and_never_bets_more_than_it_has(values: list[float], m: float) -> None:
    for over in (True, False):
        capital = np.exp(log_capital(np.array(values), m, over))
        assert np.isfinite(capital).all()
        assert (capital > 0).all()
        before = np.concatenate(([1.0], capital[:-1]))
        assert (capital >= before * (1 - STAKES[-1]) - 1e-12).all()


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(0.01, 1)), min_size=1, max_size=6))
def test_a_bet_on_a_mean_that_is_true_is_fair_in_expectation(outcomes: list[tuple[float, float]]) -> None:
    values, weights = np.array(outcomes).T
    weights = weights / weights.sum()
    mean = float(values @ weights)
    if abs(mean) > 0.99:
        return
    for over in (True, False):
        capital = np.exp(log_capital(values[:, None], mean, over))[:, 0]
        assert capital @ weights == pytest.approx(1.0)


@given(st.lists(st.floats(-0.9, 0.9), min_size=2, max_size=5))
def test_a_block_with_one_task_of_each_slice_never_gains_in_expectation(means: list[float]) -> None:
    """Slices of different means: the expected capital of a block is at most one (AM-GM)."""
    mean = float(np.mean(means))
    for sign in (1, -1):
        growth = [1 - STAKES + STAKES * (1 + sign * m) / (1 + sign * mean) for m in means]
        assert float(np.prod(growth, axis=0).mean()) <= 1 + 1e-12


@given(differences, inside, inside)
def test_capital_against_a_higher_mean_is_lower(values: list[float], a: float, b: float) -> None:
    low, high = sorted((a, b))
    column = np.array(values)
    assert (log_capital(column, low, True) >= log_capital(column, high, True) - 1e-9).all()
    assert (log_capital(column, low, False) <= log_capital(column, high, False) + 1e-9).all()


def test_capital_is_what_its_formula_says_by_hand() -> None:
    values, m = [0.5, -0.2], 0.1
    by_hand = np.mean([(1 - c + c * 1.5 / 1.1) * (1 - c + c * 0.8 / 1.1) for c in STAKES])
    assert math.exp(log_capital(np.array(values), m, True)[-1]) == pytest.approx(by_hand)


# --- the sequence --------------------------------------------------------------------


@given(differences)
def test_the_bounds_are_where_the_capital_reaches_the_alarm(values: list[float]) -> None:
    low, high = bounds(values)
    assert -1 <= low <= high <= 1
    column = np.array(values)
    for bound, over in ((low, True), (high, False)):
        if -1 < bound < 1:
            assert log_capital(column, bound, over)[-1] == pytest.approx(ALARM, abs=1e-3)


@given(differences)
def test_the_sample_mean_lies_between_the_bounds_and_order_is_nothing(values: list[float]) -> None:
    low, high = bounds(values)
    if values:
        assert low <= np.mean(values) <= high
    assert bounds(values[::-1]) == pytest.approx((low, high), abs=1e-7)


@given(st.lists(differences, max_size=6))
def test_looks_only_narrow_the_sequence(blocks: list[list[float]]) -> None:
    sequence = BettingSequence(LEVEL)
    before = (-1.0, 1.0)
    for block in blocks:
        sequence.add(block)
        low, high = sequence.look()
        assert before[0] <= high
        assert low >= before[0] or low == before[1]
        before = (low, high)
    assert sequence.n == sum(map(len, blocks))


@given(differences)
def test_swapping_pass_and_fail_swaps_the_bounds(values: list[float]) -> None:
    low, high = bounds(values)
    assert bounds([-value for value in values]) == pytest.approx((-high, -low), abs=1e-7)


def test_nothing_is_known_before_the_first_outcome_and_much_after_many() -> None:
    assert bounds([]) == (-1.0, 1.0)
    low, high = bounds([0.25, 0.15] * 400)
    assert 0.1 < low < 0.2 < high < 0.3


@pytest.mark.parametrize("value", [1.5, -1.01, float("nan")])
def test_what_is_no_difference_of_probabilities_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="lies in"):
        BettingSequence(LEVEL).add([value])


@pytest.mark.parametrize("level", [0.0, 1.0, -1, float("nan")])
def test_an_impossible_level_is_refused(level: float) -> None:
    with pytest.raises(ValueError, match="level"):
        BettingSequence(level)


def test_the_sequence_misses_the_truth_in_fewer_than_level_of_simulations_at_any_look() -> None:
    rng = np.random.default_rng(20261121)
    p = rng.beta(3, 1, (1500, 400))
    d = p - (rng.random(p.shape) < np.clip(p - 0.1, 0, 1))
    truth = float(np.mean((q := rng.beta(3, 1, 2_000_000)) - np.clip(q - 0.1, 0, 1)))
    missed = (log_capital(d, truth, True) >= ALARM) | (log_capital(d, truth, False) >= ALARM)
    assert missed.any(axis=1).mean() <= LEVEL


def test_looking_between_blocks_of_a_small_stratified_suite_keeps_the_level() -> None:
    rng = np.random.default_rng(7)
    labels = ["easy"] * 20 + ["hard"] * 20 + ["middle"] * 20
    rate = np.array([0.95] * 20 + [0.1] * 20 + [0.6] * 20)
    alarms = 0
    for run in range(400):
        order = asking_order(labels, seed=run)
        said = rate.mean()
        d = said - (rng.random(60) < rate)[list(order.tasks)]
        looks = np.array(order.looks) - 1
        alarms += bool((log_capital(d, 0.0, True)[looks] >= ALARM).any())
        alarms += bool((log_capital(d, 0.0, False)[looks] >= ALARM).any())
    assert alarms / 400 <= LEVEL


@pytest.mark.parametrize(
    ("low", "high", "judgement"),
    [
        (0.08, 0.3, Judgement.OVERCONFIDENT),
        (-0.3, -0.08, Judgement.UNDERCONFIDENT),
        (-0.07, 0.07, Judgement.WITHIN),
        (0.02, 0.06, Judgement.WITHIN),
        (-0.1, 0.05, Judgement.UNDECIDED),
        (0.05, 0.3, Judgement.UNDECIDED),
        (-1.0, 1.0, Judgement.UNDECIDED),
    ],
)
def test_a_verdict_is_reached_when_the_whole_sequence_agrees(
    low: float, high: float, judgement: Judgement
) -> None:
    assert judge(low, high, 0.07) is judgement


# --- the order of asking -------------------------------------------------------------

labels_of_suites = st.lists(st.sampled_from(["", "<15 min fix", "15 min - 1 hour", "1-4 hours"]), max_size=60)


@given(labels_of_suites, st.integers(0, 99), st.none() | st.integers(1, 70))
def test_every_task_is_asked_once_and_looks_end_with_the_last(
    labels: list[str], seed: int, most: int | None
) -> None:
    order = asking_order(labels, seed, most)
    size = len(labels) if most is None else min(most, len(labels))
    assert len(order.tasks) == len(set(order.tasks)) == size
    assert list(order.looks) == sorted(set(order.looks))
    assert order.looks[-1:] == ((size,) if size else ())
    assert order == asking_order(labels, seed, most)
    assert order.tasks == asking_order(labels, seed).tasks[:size]


def test_every_block_is_a_copy_of_the_mix() -> None:
    labels = ["a"] * 100 + ["b"] * 50 + ["c"] * 50
    order = asking_order(labels, seed=3)
    assert order.looks == tuple(range(BLOCK, 201, BLOCK))
    for end in order.looks:
        block = sorted(labels[at] for at in order.tasks[end - BLOCK : end])
        assert block == ["a", "a", "b", "c"]


def test_without_difficulties_one_looks_after_every_task() -> None:
    assert asking_order([""] * 5, seed=1).looks == (1, 2, 3, 4, 5)


def test_another_seed_asks_in_another_order() -> None:
    labels = ["a", "b"] * 20
    assert asking_order(labels, 1).tasks != asking_order(labels, 2).tasks
