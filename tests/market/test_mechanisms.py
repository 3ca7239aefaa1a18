"""What holds for every mechanism, whatever is bid."""

import numpy as np
import pytest
from hypothesis import given, settings

from market.mechanisms import MECHANISMS, MechanismError, build
from market.mechanisms.base import NOBODY
from market.spec import MechanismSpec
from tests.market.tables import (
    Market,
    conditions,
    every_mechanism,
    markets,
    mechanism,
    row_of,
    shuffled,
    table,
)

ALL = pytest.mark.parametrize("rule", every_mechanism(), ids=lambda rule: rule.name)
BY_TASK = pytest.mark.parametrize(
    "rule", [r for r in every_mechanism() if r.name != "reputation-score"], ids=lambda rule: rule.name
)


@ALL
@given(market=markets())
@settings(max_examples=60, deadline=None)
def test_the_order_of_rows_has_no_effect(rule, market: Market):
    again = shuffled(market.bids, market.order)
    first, second = rule.clear(market.bids, market.conditions), rule.clear(again, market.conditions)
    before = [repr(row_of(market.bids, row)) for row in first.winner]
    assert before == [repr(row_of(again, row)) for row in second.winner]
    np.testing.assert_array_equal(first.payment, second.payment)
    np.testing.assert_array_equal(first.penalty, second.penalty)
    np.testing.assert_array_equal(first.score[market.order], second.score)


@ALL
@given(market=markets())
@settings(max_examples=60, deadline=None)
def test_a_winner_bid_on_the_task_and_its_amounts_are_finite(rule, market: Market):
    cleared = rule.clear(market.bids, market.conditions)
    assert cleared.winner.shape == (len(market.bids.tasks),)
    for task, row in enumerate(cleared.winner):
        amounts = (cleared.payment[task], cleared.penalty[task])
        if row == NOBODY:
            assert np.isnan(amounts).all()
        else:
            assert market.bids.task[row] == task
            assert np.isfinite(market.bids.ask[row])
            assert np.isfinite(amounts).all()
            assert cleared.penalty[task] >= 0


@ALL
@given(market=markets())
@settings(max_examples=60, deadline=None)
def test_parts_sum_to_the_score(rule, market: Market):
    cleared = rule.clear(market.bids, market.conditions)
    scored = np.isfinite(cleared.score)
    summed = sum(part[scored] for part in cleared.parts.values())
    np.testing.assert_allclose(summed, cleared.score[scored], rtol=0, atol=1e-12)


@BY_TASK
@given(market=markets())
@settings(max_examples=60, deadline=None)
def test_no_bid_on_a_task_scores_above_its_winner(rule, market: Market):
    cleared = rule.clear(market.bids, market.conditions)
    for task, row in enumerate(cleared.winner):
        if row != NOBODY:
            rivals = cleared.score[(market.bids.task == task) & market.bids.placed]
            assert cleared.score[row] == np.nanmax(rivals)


@ALL
def test_an_empty_table_leaves_every_task_unsold(rule):
    bids = table([], tasks=("t", "u"))
    cleared = rule.clear(bids, conditions(bids))
    assert cleared.winner.tolist() == [NOBODY, NOBODY]
    assert np.isnan(cleared.payment).all()


@ALL
def test_no_tasks_and_no_workers_clear_to_nothing(rule):
    bids = table([], tasks=(), workers=())
    assert rule.clear(bids, conditions(bids)).winner.shape == (0,)


@ALL
def test_an_ask_that_is_not_a_number_is_no_bid(rule):
    bids = table([("t", "w1", 0.9, 10, float("nan"), 0.0)], workers=("w1",))
    assert rule.clear(bids, conditions(bids)).winner.tolist() == [NOBODY]


@ALL
def test_every_mechanism_says_what_it_is(rule):
    assert "\n" not in rule.summary
    assert rule.rule.endswith(".")
    assert rule.bounty > 0
    assert rule.failure_penalty >= 0
    assert all(field.description for field in rule.knobs_type.model_fields.values())
    assert MECHANISMS[rule.name] is type(rule)


def test_equal_bids_go_to_the_higher_reputation_then_fewer_tokens_then_the_later_name():
    rows = [("t", "a", 0.9, 10, 0.2, 0.0), ("t", "b", 0.9, 10, 0.2, 0.0), ("t", "c", 0.9, 20, 0.2, 0.0)]
    bids = table(rows)
    known = conditions(bids)
    rule = mechanism("lowest-ask")
    assert row_of(bids, rule.clear(bids, known).winner[0])[1] == "b"
    known.reputation[2] = 1.06
    assert row_of(bids, rule.clear(bids, known).winner[0])[1] == "c"


def test_an_unknown_mechanism_is_refused_with_near_names():
    with pytest.raises(
        MechanismError, match="no mechanism 'direct-penlty'; did you mean direct-penalty"
    ) as caught:
        build(MechanismSpec(name="direct-penlty"))
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("name", "knobs", "said"),
    [
        ("random-reserve", {"penlty": 3}, "no knob 'penlty'; did you mean penalty"),
        ("random-reserve", {"penalty": -1}, "knob penalty is -1 but should be greater than or equal to 0"),
        ("lowest-ask", {"bounty": "much"}, "knob bounty is 'much' but should be a valid number"),
        ("solo", {}, "knob worker is needed (name of the worker"),
        (
            "direct-penalty",
            {"bounty": 0, "penalty_rate": 99},
            "knob penalty_rate is 99 but should be less than",
        ),
    ],
)
def test_bad_knobs_are_refused_in_one_line(name, knobs, said):
    with pytest.raises(MechanismError) as caught:
        build(MechanismSpec(name=name, knobs=knobs))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_rule_that_bidders_read_holds_the_knobs_figures():
    assert "0.25 x bounty" in mechanism("direct-penalty", penalty_rate=0.25).rule
    assert "between 0 and 3" in mechanism("random-reserve", max_reserve=3).rule
    assert "charged 4 if" in mechanism("random-reserve", penalty=4).rule
