import numpy as np
import pytest
import relplot
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from market.calibration import smooth_ece
from market.calibration.smooth import smooth_calibration_error
from market.calibration.tally import Rows
from tests.market.observed import study

columns = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 1)), min_size=1, max_size=30).map(
    lambda rows: (np.array([p for p, _ in rows]), np.array([float(y) for _, y in rows]))
)


def by_reflection(p: np.ndarray, y: np.ndarray) -> float:
    """The definition, in plain sums: reflected Gaussians on a fine grid, and a root."""
    t = (np.arange(4_000) + 0.5) / 4_000

    def error(sigma: float) -> float:
        smoothed = np.zeros_like(t)
        for shift in (-4, -2, 0, 2, 4):
            for sign in (1, -1):
                away = t[:, None] - (shift + sign * p)
                smoothed += np.exp(-0.5 * (away / sigma) ** 2) @ (p - y)
        return np.abs(smoothed).mean() / (sigma * np.sqrt(2 * np.pi) * len(p))

    if error(0.002) <= 0.002:
        return 0.0
    return float(brentq(lambda sigma: error(sigma) - sigma, 0.002, 1.01))


@pytest.mark.parametrize("worker", [*range(6), None])
def test_on_the_published_session_it_agrees_with_relplot(worker):
    # relplot counts what is stated at p = 1 half, for its reflection leaves the end point out
    known = study().only((study().p < 1) & ((study().worker == worker) | (worker is None)))
    assert smooth_ece(known.p, known.y) == pytest.approx(relplot.smECE(known.p, known.y), abs=1e-3)


def test_on_the_published_session_it_is_its_definition_also_where_p_is_one():
    known = study().only(study().worker == study().workers.index("google:models/gemini-3-pro-preview"))
    assert (known.p == 1).any()
    assert smooth_ece(known.p, known.y) == pytest.approx(by_reflection(known.p, known.y), rel=1e-3)


@given(columns)
@settings(max_examples=40, deadline=None)
def test_it_is_the_width_that_equals_the_error_of_that_width(data):
    assert smooth_ece(*data) == pytest.approx(by_reflection(*data), rel=2e-3, abs=2.1e-3)


def test_many_weightings_are_solved_at_once_as_each_would_be_alone():
    rng = np.random.default_rng(3)
    p, y = rng.random(60).round(2), rng.integers(0, 2, 60).astype(float)
    weights = rng.integers(0, 3, (20, 60)).astype(float)
    weights[7] = 0
    together = smooth_calibration_error(Rows.of(p, y).tally(weights))
    for row, found in zip(weights.astype(int), together, strict=True):
        alone = smooth_ece(np.repeat(p, row), np.repeat(y, row))
        assert np.isnan(found) if alone is None else found == pytest.approx(alone, abs=1e-9)


def test_more_distinct_p_than_the_grid_has_cells_change_nothing_that_can_be_seen():
    rng = np.random.default_rng(4)
    p = rng.random(20_000)
    y = (rng.random(20_000) < p**1.5).astype(float)
    assert smooth_ece(p, y) == pytest.approx(smooth_ece(p.round(3), y), abs=1e-3)
    assert smooth_ece(p, y) == pytest.approx(relplot.smECE(p, y), abs=2e-3)


def test_certain_forecasts_have_no_error_where_right_and_all_of_it_where_wrong():
    assert smooth_ece([0, 1], [0, 1]) == 0
    assert smooth_ece([1, 1], [0, 0]) == pytest.approx(1)
    assert smooth_ece([0.5], [1]) == pytest.approx(0.5)
    assert smooth_ece([], []) is None
