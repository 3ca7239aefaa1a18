from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.calibration import Figure, calibrate
from market.difference import REPORT_CARDS, compare, most_overconfident, moved
from market.observations import Observations
from market.paired import mcnemar, paired_bootstrap
from tests.market.observed import NAN, observations, study


def shifted(rows: Observations, by: float) -> Observations:
    """The same session, had everybody said so much more."""
    return replace(rows, p=np.clip(rows.p + by, 0, 1))


def figure(compared, name: Figure):
    return next(row for row in compared.figures if row.figure is name)


def test_a_session_does_not_differ_from_itself():
    rows = study()
    found = compare(rows, rows, resamples=50)
    assert (found.only_a, found.only_b, found.pooled.pairs, found.pooled.seen) == (0, 0, 558, 558)
    assert {row.difference.value for row in found.pooled.figures} == {0.0}
    assert (found.pooled.outcomes.only_a, found.pooled.outcomes.p_value) == (0, 1.0)


def test_figures_of_both_sessions_are_the_published_ones_and_their_intervals_are_paired():
    rows = study()
    found = compare(rows, shifted(rows, 0.05), resamples=400).pooled
    assert figure(found, Figure.BRIER).a == pytest.approx(0.183477, abs=5e-7)
    assert figure(found, Figure.ECE).a == pytest.approx(0.106452, abs=5e-7)
    assert figure(found, Figure.TOKEN_RATIO_MEDIAN).a == pytest.approx(0.1929, abs=5e-5)
    gap = figure(found, Figure.GAP).difference
    moved_by = (np.clip(rows.p + 0.05, 0, 1) - rows.p).mean()
    assert gap.value == pytest.approx(moved_by)
    # Everybody moved alike, so the difference is far surer than either gap.
    assert gap.by_task.high - gap.by_task.low < 0.01
    assert (gap.n, gap.clusters) == (558, 10)


def test_the_interval_of_a_mean_is_that_of_the_paired_bootstrap():
    rows, other = study(), shifted(study(), 0.1)
    one = rows.workers[0]
    found = next(each for each in compare(rows, other).workers if each.worker == one)
    a, b = rows.by(one), other.by(one)
    alone = paired_bootstrap((b.p - b.y) ** 2 - (a.p - a.y) ** 2)
    brier = figure(found, Figure.BRIER).difference
    assert brier.value == pytest.approx(alone.mean)
    assert (brier.by_task.low, brier.by_task.high) == pytest.approx((alone.low, alone.high), abs=0.004)


def test_only_shared_pairs_count_and_only_those_seen_in_both_have_outcomes():
    a = observations(
        [
            ("w", 0.9, 1, 1, 1, False, "both"),
            ("w", 0.8, 1, 1, NAN, False, "unseen in a"),
            ("w", 0.7, 1, 1, 0, False, "infra in b"),
            ("w", 0.6, 1, 1, 1, False, "only in a"),
            ("v", 0.5, 1, 1, 1, False, "both"),
        ]
    )
    b = observations(
        [
            ("w", 0.5, 1, 1, 0, False, "both"),
            ("w", 0.5, 1, 1, 1, False, "unseen in a"),
            ("w", 0.5, 1, 1, NAN, True, "infra in b"),
            ("x", 0.5, 1, 1, 1, False, "both"),
        ]
    )
    found = compare(a, b)
    assert (found.only_a, found.only_b) == (2, 1)
    assert [each.worker for each in found.workers] == ["w"]
    assert (found.pooled.pairs, found.pooled.seen, found.pooled.tasks) == (3, 1, 3)
    assert (found.pooled.said.a, found.pooled.said.b) == (pytest.approx(0.8), 0.5)
    assert (found.pooled.outcomes.only_a, found.pooled.outcomes.only_b) == (1, 0)
    assert found.pooled.outcomes.note == "1 task differs: too few to tell"
    assert figure(found.pooled, Figure.BRIER).difference.note == "n = 1: too few to tell"


def test_few_pairs_have_figures_and_no_intervals():
    rows = observations([("w", 0.5, 1, 1, at % 2, False) for at in range(9)])
    brier = figure(compare(rows, shifted(rows, 0.2)).pooled, Figure.BRIER).difference
    assert (brier.by_task, brier.by_repo, brier.note) == (None, None, "n = 9: too few to tell")


def test_few_repositories_leave_the_interval_by_task():
    rows = observations([("w", at / 20, 1, 1, at % 2, False, f"t{at}", f"r{at % 3}") for at in range(20)])
    brier = figure(compare(rows, shifted(rows, 0.2), resamples=100).pooled, Figure.BRIER).difference
    assert brier.by_task is not None
    assert (brier.by_repo, brier.caveat) == (None, "3 repositories: too few to tell")


def test_sessions_that_share_nothing_have_no_figures():
    found = compare(
        observations([("w", 0.5, 1, 1, 1, False, "a")]), observations([("w", 0.5, 1, 1, 1, False, "b")])
    )
    assert (found.only_a, found.only_b, found.workers) == (1, 1, ())
    assert found.pooled.said.a is None
    assert figure(found.pooled, Figure.BRIER).difference.note == "there are no pairs to compare"
    assert compare(observations([]), observations([])).pooled.pairs == 0


rows_of = st.lists(
    st.tuples(
        st.sampled_from("vw"),
        st.sampled_from([0.0, 0.1, 0.5, 1.0]),
        st.integers(0, 3),
        st.integers(0, 3),
        st.sampled_from([0.0, 1.0, NAN]),
        st.just(False),
        st.sampled_from([f"t{at}" for at in range(12)]),
    ),
    max_size=30,
)


def numbers(value):
    """Every number in a value."""
    if isinstance(value, dict):
        value = value.values()
    if isinstance(value, (list, tuple)) or not isinstance(value, (float, int, str, type(None))):
        return [number for each in value for number in numbers(each)]
    return [value] if isinstance(value, float) else []


@settings(max_examples=40, deadline=None)
@given(rows_of, rows_of, st.randoms(use_true_random=False))
def test_any_two_sessions_give_figures_without_nan_whatever_the_order_of_rows(first, second, random):
    def unique(rows):
        return list({(row[0], row[6]): row for row in rows}.values())

    one, two = unique(first), unique(second)
    found = compare(observations(one), observations(two), resamples=30)
    assert np.isfinite(numbers(asdict(found))).all()
    random.shuffle(one)
    assert asdict(compare(observations(one), observations(two), resamples=30)) == asdict(found)


def test_a_pair_that_was_told_twice_counts_once():
    rows = [("w", 0.9, 1, 1, 1, False, "t"), ("w", 0.1, 1, 1, 0, False, "t")]
    found = compare(observations(rows), observations(rows)).pooled
    assert (found.pairs, found.said.a) == (1, 0.9)


def test_outcomes_are_tested_over_the_pairs():
    rows = study()
    other = replace(rows, y=np.where(np.arange(len(rows)) % 9 == 0, 0.0, rows.y))
    found = compare(rows, other, resamples=30).pooled
    expected = mcnemar(rows.y, other.y)
    assert (found.outcomes.only_a, found.outcomes.p_value) == (expected.only_a, expected.p_value)
    assert found.both_passed == int((rows.y * other.y).sum())
    assert figure(found, Figure.PASS_RATE).b == calibrate(other.p, other.y).pass_rate


def test_awards_move_between_workers():
    a = {f"t{at}": "atlas" for at in range(12)} | {"only a": "ember"}
    b = {f"t{at}": "atlas" if at < 4 else "corvus" for at in range(12)}
    found = moved(a, b, {}, resamples=200)
    assert (found.tasks, found.changed, found.only_a, found.only_b) == (12, 8, 1, 0)
    atlas, corvus, ember = found.shares
    assert (atlas.a, atlas.b, atlas.difference.value) == (12, 4, pytest.approx(-8 / 12))
    assert atlas.difference.by_task.high < 0 < corvus.difference.by_task.low
    assert (ember.a, ember.b, ember.difference.value) == (0, 0, 0)


def test_without_common_awards_shares_have_no_difference():
    found = moved({"x": "atlas"}, {"y": "atlas"}, {})
    assert (found.tasks, found.shares[0].difference.value) == (0, None)
    assert moved({}, {}, {}).shares == ()


def test_the_most_overconfident_worker_is_named():
    assert most_overconfident(compare(study(), study(), resamples=1)) == "google:models/gemini-3-pro-preview"
    modest = observations([("w", 0.1, 1, 1, 1, False)])
    assert most_overconfident(compare(modest, modest)) is None


def test_what_the_study_found_is_in_the_units_of_the_figures():
    assert {each.figure for each in REPORT_CARDS} <= {
        row.figure for row in compare(observations([]), observations([])).pooled.figures
    }
