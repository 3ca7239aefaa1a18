"""Re-clearing recorded forecasts: what each knob does, and what holds whatever was recorded."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from market.observations import Observations
from market.spec import MechanismSpec
from market.welfare.markets import mechanism_of
from market.whatif import (
    Allocator,
    Asks,
    WhatIf,
    WhatIfError,
    prepare,
    reclear,
    recorded,
    whatif_of,
)
from tests.market.observed import study
from tests.market.published import csv_rows
from tests.market.whatif_parts import NAN, figures, observations, observed, shuffled

ROWS = [
    ("t", "a", 0.8, 0.1, 1.0, 0.2),
    ("t", "b", 0.5, 0.1, 0.0, 0.1),
    ("u", "a", 0.6, 0.1, 0.0, 0.2),
    ("u", "b", 0.9, 0.1, 1.0, 0.1),
]


def two() -> Observations:
    return observed(ROWS, ("t", "u"), ("a", "b"))


# --- published -----------------------------------------------------------------------


def test_every_published_clearing_is_scored_as_published():
    """The 30 awards of the study's live market, their asks in credits and costs as recorded."""
    published = csv_rows("marketbench_phase2_clearing.csv")
    rows = [
        (
            row["instance_id"],
            row["winner_model"],
            *(float(row[name]) for name in ("p_success", "expected_cost")),
            {"PASS": 1.0, "FAIL": 0.0}.get(row["verify_status"], NAN),
            NAN,
            float(row["ask"]),
        )
        for row in published
    ]
    tasks = tuple(row["instance_id"] for row in published)
    workers = tuple(sorted({row["winner_model"] for row in published}))
    knobs = WhatIf(mechanism=Allocator.DIRECT_PENALTY, bounty=90.0)
    outcome = reclear(observed(rows, tasks, workers), knobs).outcome
    np.testing.assert_allclose(
        outcome.allocation.score, [float(row["score"]) for row in published], atol=2e-4
    )
    np.testing.assert_allclose(
        outcome.allocation.penalty, [float(row["failure_penalty"]) for row in published], atol=6e-3
    )
    assert outcome.sold == 30
    assert outcome.passes.low == sum(row["verify_status"] == "PASS" for row in published)


def test_the_study_under_every_allocator():
    found = reclear(study(), WhatIf())
    passes = {str(name): outcome.passes.value for name, outcome in found.compared.items()}
    assert passes["oracle"] == 85
    assert passes["always-strong"] == 75
    assert passes["random"] == pytest.approx(441 / 6)
    assert max(value for name, value in passes.items()) == passes["oracle"]
    assert found.notes == ()
    assert all(outcome.notes == () for outcome in found.compared.values())


def test_the_most_overconfident_worker_wins_nearly_every_first_price_award():
    shares = {row.worker: row.share for row in reclear(study(), WhatIf()).compared["lowest-ask"].workers}
    assert shares["google:models/gemini-3-pro-preview"] > 0.95


# --- knobs ---------------------------------------------------------------------------


def test_prices_change_expected_and_actual_costs_alike():
    doubled = reclear(two(), WhatIf(price_factor=2.0)).book
    assert doubled.cost_hat == pytest.approx([0.2] * 4)
    assert doubled.cost == pytest.approx([0.4, 0.2, 0.4, 0.2])
    one = reclear(two(), WhatIf(prices={"a": 3.0})).book
    assert one.cost_hat == pytest.approx([0.3, 0.1, 0.3, 0.1])
    assert one.cost == pytest.approx([0.6, 0.1, 0.6, 0.1])


def test_a_price_where_none_was_recorded_gives_an_expected_cost_and_leaves_the_actual_one():
    o = replace(two(), price=np.array([NAN, 1.0]), tokens=np.full(4, NAN))
    unknown = reclear(o, WhatIf())
    assert "no price is known for a" in unknown.notes[0]
    book = reclear(o, WhatIf(prices={"a": 2.0})).book
    assert book.cost_hat == pytest.approx([0.2, 0.1, 0.2, 0.1])
    assert book.cost == pytest.approx([0.2, 0.1, 0.2, 0.1])


def test_a_recorded_ask_is_kept_unless_the_what_if_says_otherwise():
    o = replace(two(), ask=np.array([0.05, NAN, NAN, NAN]))
    assert reclear(o, WhatIf()).book.asks(2.0)[0] == 0.05
    derived = reclear(o, WhatIf(asks=Asks.BREAK_EVEN, markup=2.0)).book.asks(2.0)
    assert derived == pytest.approx(2 * (0.1 + 2 * np.array([0.2, 0.5, 0.4, 0.1])) / [0.8, 0.5, 0.6, 0.9])


def test_derived_asks_follow_the_mechanisms_own_penalty():
    whatif = WhatIf(mechanism=Allocator.DIRECT_PENALTY, bounty=2.0)
    assert mechanism_of(Allocator.DIRECT_PENALTY, whatif).failure_penalty == pytest.approx(0.3)
    found = reclear(two(), whatif).outcome
    assert found.allocation.payment[0] == pytest.approx((0.1 + 0.3 * 0.2) / 0.8)


def test_clipped_p_bids_differently():
    assert reclear(two(), WhatIf(clip=(0.6, 0.7))).book.p.tolist() == [0.7, 0.6, 0.6, 0.7]


def test_recalibrated_p_is_used_in_asks_as_well():
    stated, learned = reclear(study(), WhatIf()), reclear(study(), WhatIf(recalibrate=True))
    assert np.abs(learned.book.p - learned.book.p_history).max() == 0
    gap = lambda found: abs(float(found.book.p.mean()) - float(np.nanmean(found.book.y)))  # noqa: E731
    assert gap(learned) < gap(stated)
    assert learned.book.asks(2.0).tolist() != stated.book.asks(2.0).tolist()


def test_too_little_history_is_said():
    note = "fewer than 10 outcomes of other tasks to recalibrate a, b: stated p stands"
    assert note in reclear(two(), WhatIf()).notes


def test_excluded_workers_are_gone():
    found = reclear(two(), WhatIf(mechanism=Allocator.RANDOM, excluded=("a",)))
    assert [row.worker for row in found.outcome.workers] == ["b"]
    assert found.outcome.allocation.matrix().tolist() == [[0, 0], [1, 1]]


@pytest.mark.parametrize(
    ("knobs", "said"),
    [
        ({"excluded": ("c",)}, "no worker 'c' to exclude; there are: a, b"),
        ({"prices": {"c": 1.0}}, "no worker 'c' to price"),
        ({"excluded": ("a", "b")}, "every worker is excluded"),
    ],
)
def test_wrong_workers_are_refused_in_one_line(knobs, said):
    with pytest.raises(WhatIfError, match=said):
        reclear(two(), WhatIf(**knobs))


@pytest.mark.parametrize("knobs", [{"penalty": -1}, {"max_reserve": 0}, {"clip": (0.9, 0.1)}, {"seed": 1}])
def test_wrong_knobs_are_refused(knobs):
    with pytest.raises(ValidationError):
        WhatIf(**knobs)


def test_a_what_if_is_read_back_from_its_json():
    whatif = WhatIf(mechanism="second-price", prices={"a": 2.0}, excluded=("b",), clip=(0.1, 0.9))
    assert WhatIf.model_validate_json(whatif.model_dump_json()) == whatif


def test_a_session_starts_from_its_own_mechanism_and_knobs():
    own = whatif_of(MechanismSpec(name="direct-penalty", knobs={"bounty": 90, "penalty_rate": 0.2}))
    assert (own.mechanism, own.value, own.penalty_rate) == (Allocator.DIRECT_PENALTY, 90, 0.2)
    competing = whatif_of(MechanismSpec(name="random-reserve", knobs={"max_reserve": 3}))
    assert (competing.mechanism, competing.max_reserve) == (Allocator.COMPETITIVE_RESERVE, 3)
    assert whatif_of(None) == whatif_of(MechanismSpec(name="solo", knobs={"worker": "a"})) == WhatIf()


# --- degenerate ----------------------------------------------------------------------


def test_nothing_recorded_is_said():
    found = reclear(observed([], (), ()), WhatIf())
    assert found.notes == ("there are no forecasts: nothing can be cleared",)
    assert found.outcome.pass_rate is None
    assert found.outcome.workers == ()
    assert found.reserve.pooled.win_rate is None


def test_forecasts_of_zero_make_no_bid_and_it_is_said():
    found = reclear(observed([("t", "a", 0.0, 0.1, 0.0)], ("t",), ("a",)), WhatIf(mechanism="lowest-ask"))
    assert found.outcome.sold == 0
    assert "1 of 1 forecasts are of p = 0, which makes no bid" in found.notes


def test_infra_is_no_outcome_and_it_is_said():
    o = replace(two(), infra=np.array([True, False, False, False]), y=np.array([NAN, 0, 0, 1.0]))
    found = reclear(o, WhatIf(mechanism="always-strong"))
    assert "1 of 4 outcomes are infra, which is no outcome of the worker" in found.notes
    assert not any("no observed outcome" in note for note in found.notes)


def test_rows_that_repeat_a_worker_and_task_are_bids_of_their_own():
    rows = [("t", "a", 0.8, 0.1, 1.0), ("t", "a", 0.9, 0.1, 1.0), ("t", "b", 0.3, 0.1, 0.0)]
    o = observed(rows, ("t",), ("a", "b"))
    found = reclear(o, WhatIf(mechanism="random"))
    assert "1 rows repeat a worker and task; each is a bid of its own" in found.notes
    assert found.outcome.passes.value == pytest.approx(0.5)
    assert reclear(o, WhatIf(mechanism="second-price", bounty=50.0)).outcome.allocation.payment[0] > 4
    assert figures(found.outcome) == pytest.approx(
        figures(reclear(shuffled(o, [2, 1, 0]), WhatIf(mechanism="random")).outcome)
    )


def test_the_awards_that_were_made_are_put_beside_the_what_if():
    found = recorded(reclear(two(), WhatIf()), {"t": "b", "u": "b", "v": "a"})
    assert (found.passes.value, found.cost) == (1, pytest.approx(0.2))
    assert found.profit is None
    assert "1 recorded awards have no forecast here" in found.notes[0]


# --- whatever was recorded -----------------------------------------------------------

KNOBS = st.builds(
    WhatIf,
    mechanism=st.sampled_from(Allocator),
    penalty=st.sampled_from([0.0, 2.0]),
    reserve=st.sampled_from(["uniform", "low", "high", "fixed"]),
    bounty=st.sampled_from([None, 0.5, 3.0]),
    clip=st.sampled_from([(0.0, 1.0), (0.3, 0.9)]),
    price_factor=st.sampled_from([0.0, 1.0, 2.5]),
    asks=st.sampled_from(Asks),
)


@given(o=observations(), whatif=KNOBS, data=st.data())
@settings(max_examples=60, deadline=None)
def test_the_order_of_rows_has_no_effect(o, whatif, data):
    again = shuffled(o, data.draw(st.permutations(range(len(o)))))
    first, second = reclear(o, whatif), reclear(again, whatif)
    assert first.notes == second.notes
    for allocator, outcome in first.compared.items():
        other = second.compared[allocator]
        assert outcome.notes == other.notes
        assert figures(outcome) == pytest.approx(figures(other))
        np.testing.assert_allclose(outcome.allocation.matrix(), other.allocation.matrix(), atol=1e-12)


@given(o=observations(), whatif=KNOBS)
@settings(max_examples=60, deadline=None)
def test_no_figure_is_ever_nan(o, whatif):
    found = reclear(o, whatif)
    for outcome in found.compared.values():
        assert np.isfinite(figures(outcome)).all()
        assert 0 <= outcome.passes.low <= outcome.passes.high + 1e-12
        assert outcome.passes.high <= outcome.tasks + 1e-9
        assert outcome.sold <= outcome.tasks + 1e-9


@given(o=observations(least=1), whatif=KNOBS, data=st.data())
@settings(max_examples=100, deadline=None)
def test_whatever_the_unobserved_outcomes_were_the_figures_lie_within_the_bounds(o, whatif, data):
    unseen = np.flatnonzero(np.isnan(o.y))
    revealed = o.y.copy()
    revealed[unseen] = data.draw(
        st.lists(st.sampled_from([0.0, 1.0]), min_size=len(unseen), max_size=len(unseen))
    )
    bounded, exact = reclear(o, whatif), reclear(replace(o, y=revealed), whatif)
    for allocator in _DECIDED_BY_BIDS:
        for name in ("passes", "paid", "charged", "profit", "surplus", "gap"):
            wide, known = (getattr(found.compared[allocator], name) for found in (bounded, exact))
            if wide is not None:
                assert wide.low - 1e-9 <= known.low <= wide.high + 1e-9, (allocator, name)
                assert known.value is not None


_DECIDED_BY_BIDS = (
    Allocator.RANDOM_RESERVE,
    Allocator.COMPETITIVE_RESERVE,
    Allocator.LOWEST_ASK,
    Allocator.SECOND_PRICE,
    Allocator.DIRECT_PENALTY,
    Allocator.SCORING,
    Allocator.RANDOM,
    Allocator.ORACLE,
)
"""Allocators whose awards no outcome decides, and the oracle, whose bounds hold for all."""


@given(o=observations(), whatif=KNOBS)
@settings(max_examples=60, deadline=None)
def test_no_allocation_solves_more_than_the_oracle(o, whatif):
    found = reclear(o, whatif)
    oracle = found.compared[Allocator.ORACLE]
    for outcome in found.compared.values():
        assert (outcome.by_task.solved_low <= oracle.by_task.solved_low + 1e-9).all()
        assert (outcome.by_task.solved_high <= oracle.by_task.solved_high + 1e-9).all()


def test_observations_may_be_prepared_once_for_many_what_ifs():
    prepared = prepare(study())
    for whatif in (WhatIf(), WhatIf(penalty=4.0, recalibrate=True)):
        first, second = reclear(prepared, whatif), reclear(study(), whatif)
        assert figures(first.outcome) == figures(second.outcome)
    alone = reclear(prepared, WhatIf(mechanism="oracle"), compare=False)
    assert list(alone.compared) == [Allocator.ORACLE]
