from dataclasses import replace

import numpy as np
import pytest

from market.report import POOLED, report
from tests.market.observed import NAN, observations, study
from tests.market.test_calibration import PUBLISHED, shown


def test_the_published_session_is_reported_by_worker_and_pooled():
    told = report(study())
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
    with pytest.raises(ValueError, match="columns of rows must have one length"):
        replace(whole, p=np.array([0.5, 0.5]))
    with pytest.raises(ValueError, match="columns of workers must have one length"):
        replace(whole, workers=("a", "b"))


def test_a_probability_that_is_none_is_refused():
    with pytest.raises(ValueError, match="probability"):
        observations([("a", NAN, 1, 1, 1, False)])
