import numpy as np
import pytest

from tests.market.published import csv_rows
from tests.market.tables import conditions, mechanism, table


def test_the_worked_example_of_the_design():
    bids = table([("t", "a", 0.62, 3200, 34, 8.4771)])
    cleared = mechanism("direct-penalty", bounty=90).clear(bids, conditions(bids, bounty=90))
    assert cleared.score[0] == pytest.approx(9.4925, abs=1e-4)
    assert cleared.penalty[0] == pytest.approx(10.08)
    assert cleared.payment[0] == 34
    assert cleared.winner.tolist() == [0]


def test_every_published_clearing_is_reproduced():
    rows = csv_rows("marketbench_phase2_clearing.csv")
    assert len(rows) == 30
    tasks = tuple(row["instance_id"] for row in rows)
    workers = tuple(sorted({row["winner_model"] for row in rows}))
    columns = ("p_success", "patch_tokens", "ask", "expected_cost")
    bids = table(
        [(row["instance_id"], row["winner_model"], *(float(row[c]) for c in columns)) for row in rows],
        tasks,
        workers,
    )
    known = conditions(bids)
    known.bounty[:] = [float(row["bounty"]) for row in rows]
    cleared = mechanism("direct-penalty", bounty=90).clear(bids, known)
    np.testing.assert_allclose(cleared.score, [float(row["score"]) for row in rows], atol=2e-4)
    np.testing.assert_allclose(cleared.penalty, [float(row["failure_penalty"]) for row in rows], atol=6e-3)
    assert cleared.winner.tolist() == list(range(30))


@pytest.mark.parametrize("ask", [1.1, 1.0])
def test_a_score_of_zero_or_less_clears_nothing(ask):
    bids = table([("t", "a", 0.5, 10, ask, 0.0)])
    cleared = mechanism("direct-penalty", bounty=2, penalty_rate=0).clear(bids, conditions(bids))
    assert cleared.score[0] <= 0
    assert cleared.winner.tolist() == [-1]


def test_the_most_confident_winner_is_charged_the_assumed_failure_penalty():
    bids = table([("t", "a", 1.0, 10, 0.1, 0.0)])
    rule = mechanism("direct-penalty")
    cleared = rule.clear(bids, conditions(bids, bounty=rule.bounty))
    assert cleared.penalty[0] == pytest.approx(rule.failure_penalty)


def test_a_worker_may_win_several_tasks_at_once():
    bids = table([("t", "a", 0.9, 10, 0.1, 0.0), ("u", "a", 0.9, 10, 0.1, 0.0)], tasks=("t", "u"))
    assert mechanism("direct-penalty").clear(bids, conditions(bids)).winner.tolist() == [0, 1]


def test_the_bounty_is_never_raised():
    assert mechanism("direct-penalty").raised_bounty(90, 90, 0) is None
