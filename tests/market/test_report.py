import numpy as np
import pytest

from market.report import POOLED, Observations, report
from tests.market.test_calibration import PUBLISHED, phase1, shown

NAN = float("nan")


def observations(rows: list[tuple]) -> Observations:
    """Rows of (worker, p, estimated tokens, actual tokens, y, infra)."""
    columns = list(zip(*rows, strict=True)) or [()] * 6
    numbers = [np.array(column, dtype=float) for column in columns[1:5]]
    return Observations(tuple(columns[0]), *numbers, infra=np.array(columns[5], dtype=np.bool_))


def test_the_published_session_is_reported_by_worker_and_pooled():
    data = phase1()
    known = Observations(
        tuple(data["worker"].tolist()),
        data["p"],
        data["tokens_hat"],
        data["tokens"],
        data["y"].astype(float),
        infra=np.zeros(558, dtype=np.bool_),
    )
    told = report(known)
    assert {row.worker: shown(row.brier, 6) for row in told.workers} == {
        k: v[0] for k, v in PUBLISHED.items()
    }
    assert told.pooled.n == 558
    assert shown(told.pooled.ece, 6) == ".106452"
    assert shown(told.pooled.token_ratio_median, 4) == ".1929"


def test_infra_is_counted_and_shown_but_is_in_no_rate():
    told = report(
        observations([("a", 0.9, 10, 20, 1, False), ("a", 0.1, 10, 20, NAN, True), ("a", 0.2, 1, 1, 0, True)])
    )
    (row,) = told.workers
    assert (row.n, row.infra, row.pass_rate, row.mean_p) == (1, 2, 1.0, 0.9)


def test_a_forecast_without_outcome_is_counted_as_unobserved():
    told = report(observations([("a", 0.9, 10, NAN, NAN, False)]))
    assert (told.pooled.n, told.pooled.unobserved, told.pooled.brier) == (0, 1, None)


def test_a_worker_whose_every_forecast_was_rejected_has_a_row():
    told = report(observations([("b", 0.5, 10, 10, 1, False)]), rejected={"a": 3, "b": 1})
    assert [(row.worker, row.n, row.rejected) for row in told.workers] == [("a", 0, 3), ("b", 1, 1)]
    assert (told.pooled.worker, told.pooled.rejected) == (POOLED, 4)
    assert told.workers[0].brier is None


def test_nothing_observed_reports_an_empty_session():
    told = report(observations([]))
    assert told.workers == ()
    assert (told.pooled.n, told.pooled.gap) == (0, None)


def test_the_order_of_rows_has_no_effect():
    rows = [("b", 0.5, 10, 10, 1, False), ("a", 0.7, 5, 10, 0, False), ("a", 0.2, 1, 4, 1, False)]
    assert report(observations(rows)) == report(observations(rows[::-1]))


def test_columns_of_different_length_are_refused():
    whole = observations([("a", 0.5, 1, 1, 1, False)])
    with pytest.raises(ValueError, match="one length"):
        report(Observations(("a", "b"), whole.p, whole.tokens_hat, whole.tokens, whole.y, whole.infra))
