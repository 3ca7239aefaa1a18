import numpy as np
import pytest
from hypothesis import given, settings

from market.mechanisms.base import NOBODY
from tests.market.tables import Market, conditions, markets, mechanism, row_of, table

RULE = mechanism("reputation-score")


@pytest.mark.parametrize(("reputation", "risk"), [(0.5, 0.0), (0.875, 5.0), (1.25, 10.0)])
def test_the_score_weighs_p_by_reputation_and_risk_grows_with_it(reputation, risk):
    bids = table([("t", "a", 0.8, 10, 3.0, 1.0)])
    cleared = RULE.clear(bids, conditions(bids, bounty=20, reputation=reputation))
    assert cleared.score[0] == pytest.approx(reputation * 0.8 * 20 - 3 - 1 - 0.2 * risk)


@pytest.mark.parametrize(
    ("bounty", "p", "charge"),
    [(20, 0.5, 2), (20, 0.75, 3), (20, 1.0, 4), (90, 0.62, 11), (500, 1.0, 20), (1, 0.9, 2), (25, 0.45, 2)],
)
def test_the_winner_is_charged_by_bounty_and_confidence_on_fail(bounty, p, charge):
    bids = table([("t", "a", p, 10, 0.01, 0.0)])
    cleared = RULE.clear(bids, conditions(bids, bounty=bounty, reputation=1.25))
    assert cleared.penalty[0] == charge
    assert cleared.payment[0] == 0.01


@given(market=markets())
@settings(max_examples=150, deadline=None)
def test_nobody_is_passed_over_but_for_a_better_award(market: Market):
    """Greedy: a positive bid loses only to an award at least as good on its task or to its worker."""
    cleared = RULE.clear(market.bids, market.conditions)
    awards = [row for row in cleared.winner if row != NOBODY]
    winners = [market.bids.worker[row] for row in awards]
    assert len(set(winners)) == len(winners)
    for row in np.flatnonzero(market.bids.placed & (cleared.score > 0)):
        rivals = [
            cleared.score[won]
            for won in awards
            if market.bids.task[won] == market.bids.task[row]
            or market.bids.worker[won] == market.bids.worker[row]
        ]
        assert rivals
        assert max(rivals) >= cleared.score[row] - 1e-6


def test_a_worker_takes_its_best_task_and_leaves_the_rest_to_others():
    rows = [
        ("t", "a", 0.9, 10, 1.0, 0.0),
        ("u", "a", 0.9, 10, 2.0, 0.0),
        ("t", "b", 0.8, 10, 3.0, 0.0),
        ("u", "b", 0.8, 10, 4.0, 0.0),
        ("v", "b", 0.9, 10, 19.0, 0.0),
    ]
    bids = table(rows, tasks=("t", "u", "v"))
    assert RULE.clear(bids, conditions(bids, bounty=20)).winner.tolist() == [0, 3, -1]


@pytest.mark.parametrize(
    ("rows", "winner"),
    [
        ([("t", "a", 0.9, 20, 1, 0), ("u", "a", 0.9, 10, 1, 0)], ("u", "a")),
        ([("u", "a", 0.9, 10, 1, 0), ("t", "a", 0.9, 10, 1, 0)], ("t", "a")),
        ([("t", "a", 0.9, 10, 1, 0), ("t", "b", 0.9, 10, 1, 0)], ("t", "b")),
        ([("t", "a", 0.9, 10, 1, 0), ("t", "b", 0.9, 10, 1 + 1e-8, 0)], ("t", "b")),
    ],
    ids=["tokens", "task", "worker-descending", "six-decimals"],
)
def test_ties_go_by_tokens_then_task_then_worker_descending(rows, winner):
    bids = table(rows, tasks=("t", "u"))
    cleared = RULE.clear(bids, conditions(bids, bounty=20))
    (award,) = [row_of(bids, row) for row in cleared.winner if row != NOBODY]
    assert award[:2] == winner


@pytest.mark.parametrize(
    ("bounty", "original", "failures", "raised"),
    [
        (20, 20, 0, 23),
        (3, 3, 0, 4),
        (38, 20, 0, 40),
        (40, 20, 0, None),
        (20, 20, 1, None),
        (20, 20, 2, 22),
        (5, 5, 2, 6),
        (20, 20, 3, None),
        (39, 20, 4, 40),
    ],
)
def test_bounties_rise_without_bids_and_at_every_second_failure(bounty, original, failures, raised):
    assert RULE.raised_bounty(bounty, original, failures) == raised
