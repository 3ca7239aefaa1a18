import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model_diagnostics.scoring import SquaredError, decompose
from sklearn.isotonic import IsotonicRegression

from market.calibration import calibrate, corp, leave_one_out, recalibration, reliability
from market.calibration.corp import isotonic
from tests.market.observed import NAN, study

# The references take p for equal that differ by rounding, and ours do not: so p has a grid.
stated = st.one_of(*(st.integers(0, n).map(lambda at, n=n: at / n) for n in (2, 10, 1000)))
columns = st.lists(st.tuples(stated, st.integers(0, 1)), min_size=1, max_size=40).map(
    lambda rows: (np.array([p for p, _ in rows]), np.array([float(y) for _, y in rows]))
)


def reference(p: np.ndarray, y: np.ndarray) -> tuple[float, float, float]:
    row = decompose(y, p, scoring_function=SquaredError()).row(0, named=True)
    return row["miscalibration"], row["discrimination"], row["uncertainty"]


@pytest.mark.parametrize("worker", [*range(6), None])
def test_mcb_dsc_and_unc_of_the_published_session_are_those_of_model_diagnostics(worker):
    known = study() if worker is None else study().only(study().worker == worker)
    found = corp(known.p, known.y)
    assert (found.mcb, found.dsc, found.unc) == pytest.approx(reference(known.p, known.y), abs=1e-12)
    assert found.mcb - found.dsc + found.unc == pytest.approx(calibrate(known.p, known.y).brier, abs=1e-12)


@given(columns)
def test_the_decomposition_is_that_of_model_diagnostics_and_no_part_is_negative(data):
    found = corp(*data)
    if 0 < data[1].mean() < 1:  # with one class only the reference gives up
        assert (found.mcb, found.dsc, found.unc) == pytest.approx(reference(*data), abs=1e-9)
    assert found.mcb - found.dsc + found.unc == pytest.approx(calibrate(*data).brier, abs=1e-12)
    assert min(found.mcb, found.dsc, found.unc) >= 0


@given(columns, columns)
def test_many_weightings_are_fitted_at_once_as_each_would_be_alone(first, second):
    k = min(len(first[0]), len(second[0]))
    count = np.array([np.ceil(data[0][:k] * 5) for data in (first, second)])
    passes = count * np.array([data[1][:k] for data in (first, second)])
    both = isotonic(count, passes)
    for row in range(2):
        weighed = count[row] > 0
        alone = isotonic(count[row : row + 1], passes[row : row + 1])[0]
        np.testing.assert_allclose(both[row][weighed], alone[weighed], atol=1e-12)


@given(columns, st.lists(st.floats(0, 1), max_size=20))
def test_recalibration_is_the_isotonic_regression_of_scikit_learn(data, asked):
    p, y = data
    ours = recalibration(p, y)
    theirs = IsotonicRegression(out_of_bounds="clip").fit(p, y)
    np.testing.assert_allclose(ours(p), theirs.predict(p), atol=1e-6)
    between = ours(np.array(asked))
    assert ((between >= 0) & (between <= 1)).all()
    assert (np.diff(ours(np.sort(asked))) >= 0).all()


def test_recalibration_lies_straight_between_what_was_stated_and_flat_beyond():
    ours = recalibration([0.4, 0.4, 0.8], [0, 1, 1])
    np.testing.assert_allclose(ours([0.1, 0.4, 0.6, 0.8, 1.0]), [0.5, 0.5, 0.75, 1.0, 1.0])
    assert ours(np.full((2, 3), 0.4)).shape == (2, 3)


def test_recalibration_by_nothing_leaves_p_as_stated():
    assert recalibration([], [])([0.2, 1.0]).tolist() == [0.2, 1.0]
    assert leave_one_out([0.2, 0.3], [NAN, NAN], [0, 1]).tolist() == [0.2, 0.3]


@given(columns, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_leaving_a_task_out_is_fitting_again_without_its_rows(data, random):
    p, y = data
    y = np.array([NAN if random.random() < 0.2 else value for value in y])
    task = np.array([random.randrange(6) for _ in p])
    ours = leave_one_out(p, y, task)
    for row, own in enumerate(task):
        others = (task != own) & ~np.isnan(y)
        expected = recalibration(p[others], y[others])(p[row])
        assert ours[row] == pytest.approx(float(expected), abs=1e-9)


def test_leaving_out_needs_a_task_for_each_forecast():
    with pytest.raises(ValueError, match="group must have one value a forecast"):
        leave_one_out([0.5, 0.5], [1, 0], [1])


def test_the_diagram_has_a_point_for_each_distinct_p_and_never_falls():
    known = study()
    diagram = reliability(known.p, known.y, resamples=200)
    assert diagram.p.tolist() == sorted(set(known.p.tolist()))
    assert diagram.count.sum() == 558
    assert (np.diff(diagram.rate) >= 0).all()
    fitted = IsotonicRegression().fit(known.p, known.y).predict(diagram.p)
    np.testing.assert_allclose(diagram.rate, fitted, atol=1e-6)
    assert (diagram.low <= diagram.high).all()
    assert diagram.outside.any()


def test_the_band_holds_the_fit_of_calibrated_forecasts_as_often_as_its_level_says():
    rng = np.random.default_rng(5)
    p = np.repeat([0.2, 0.4, 0.6, 0.8], 50)
    band = reliability(p, np.zeros(200), level=0.8, resamples=2000)
    fits = [reliability(p, rng.random(200) < p, resamples=0).rate for _ in range(300)]
    inside = np.mean([(fit >= band.low - 1e-9) & (fit <= band.high + 1e-9) for fit in fits], axis=0)
    assert ((inside > 0.74) & (inside < 0.9)).all()


def test_the_band_is_the_same_for_the_same_seed_and_any_order_of_rows():
    rng = np.random.default_rng(1)
    p, order = rng.random(30).round(1), rng.permutation(30)
    y = (rng.random(30) < p).astype(float)
    first, again = reliability(p, y, resamples=50), reliability(p[order], y[order], resamples=50)
    np.testing.assert_array_equal(first.low, again.low)
    np.testing.assert_array_equal(first.high, again.high)
    assert not np.array_equal(first.low, reliability(p, y, resamples=50, seed=1).low)


def test_a_band_of_very_many_distinct_p_is_taken_at_a_thousand_of_them():
    rng = np.random.default_rng(2)
    p = rng.random(20_000)
    diagram = reliability(p, (rng.random(20_000) < p).astype(float), resamples=40)
    assert len(diagram.low) == 20_000
    assert (diagram.low <= diagram.p + 0.02).all()
    assert (diagram.high >= diagram.p - 0.02).all()


def test_a_diagram_of_nothing_or_of_one_row_is_drawn_without_complaint():
    empty = reliability([], [])
    assert (len(empty.p), empty.low, empty.outside.tolist()) == (0, None, [])
    single = reliability([1.0], [1], resamples=20)
    assert (single.rate.tolist(), single.low.tolist(), single.high.tolist()) == ([1.0], [1.0], [1.0])
    assert reliability([0.5], [1], resamples=0).high is None


def test_bad_input_is_refused_in_one_sentence():
    with pytest.raises(ValueError, match="level must lie between 0 and 1"):
        reliability([0.5], [1], level=1.0)
    with pytest.raises(ValueError, match="y must be 1 for a pass or 0"):
        corp([0.5], [NAN])


def test_without_forecasts_there_is_no_decomposition():
    assert corp([], []) is None
