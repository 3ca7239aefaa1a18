import numpy as np
import pytest

from market.calibration import Estimate, Figure, Range
from market.calibration.intervals import MIN_CLUSTERS, Clusters, interval
from market.calibration.sample import Sample
from market.seeds import stream
from tests.market.observed import observations, study

RNG = 11


def one_each(n: int) -> Clusters:
    return Clusters.of([f"{at:03}" for at in range(n)], np.arange(n))


def test_clusters_are_numbered_by_name_and_not_by_the_order_of_rows():
    clusters = Clusters.of(["b", "a", "b", "none"], np.array([0, 1, 2, 2]))
    assert clusters.member.tolist() == [1, 0, 1, 1]
    assert clusters.rows.tolist() == [1, 3]
    assert clusters.only(np.array([0, 2])).rows.tolist() == [2]
    assert clusters.effective == pytest.approx(16 / 10)


def test_a_resample_draws_whole_clusters_as_many_as_there_are():
    clusters = Clusters.of(["a", "b", "c"], np.array([0, 0, 1, 2, 2, 2]))
    (weights,) = clusters.weights(500, stream(0, "test"))
    assert (weights[:, 0] == weights[:, 1]).all()
    assert (weights[:, 3] == weights[:, 5]).all()
    assert (weights[:, [0, 2, 3]].sum(axis=1) == 3).all()
    np.testing.assert_allclose(weights.mean(axis=0), 1, atol=0.15)


def test_the_size_of_blocks_changes_no_draw(monkeypatch):
    clusters = one_each(7)
    whole = np.concatenate(list(clusters.weights(50, stream(0, "test"))))
    monkeypatch.setattr("market.calibration.intervals._CELLS", 21)
    blocks = list(clusters.weights(50, stream(0, "test")))
    assert len(blocks) == 17
    np.testing.assert_array_equal(np.concatenate(blocks), whole)


def test_figures_of_a_resample_are_those_of_its_rows_written_out():
    known = study()
    sample = Sample.of(known)
    (weights,) = Clusters.of(known.repo, known.task).weights(5, stream(3, "test"))
    resampled = sample.figures(weights)
    for row, drawn in enumerate(weights.astype(int)):
        written_out = known.only(np.repeat(np.arange(len(known)), drawn))
        alone = Sample.of(written_out).figures()
        for figure in Figure:
            assert resampled[figure][row] == pytest.approx(alone[figure][0], abs=1e-9), figure


def test_the_interval_of_a_mean_is_that_of_student():
    values = np.random.default_rng(RNG).normal(3, 2, 40)
    (weights,) = one_each(40).weights(4000, stream(0, "test"))
    found = interval(values.mean(), weights @ values / 40, 0.95, 40)
    half = 2.0227 * values.std(ddof=1) / np.sqrt(40)
    assert (found.low, found.high) == pytest.approx((values.mean() - half, values.mean() + half), rel=0.02)


def test_fewer_clusters_make_a_wider_interval_and_too_few_make_none():
    drawn = np.random.default_rng(RNG).normal(0, 1, 5000)
    widths = []
    for clusters in (MIN_CLUSTERS, 10, 50):
        found = interval(0.0, drawn, 0.95, clusters)
        widths.append(found.high - found.low)
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] > 2 * 1.96 * 0.97
    assert interval(0.0, drawn, 0.95, MIN_CLUSTERS - 1) is None


def test_a_figure_that_never_differs_or_is_often_undefined_has_no_interval():
    assert interval(1.0, np.ones(100), 0.95, 50) is None
    often = np.where(np.arange(100) < 10, np.nan, np.arange(100))
    assert interval(50.0, often, 0.95, 50) is None
    assert interval(50.0, np.full(100, np.nan), 0.95, 50) is None


@pytest.mark.parametrize("figure", [Figure.ECE, Figure.SMOOTH_ECE, Figure.MCB])
def test_calibration_errors_of_calibrated_forecasts_are_not_told_to_be_above_zero(figure):
    """Plain percentiles would exclude the truth in most sessions of this size."""
    rng = np.random.default_rng(RNG)
    reached, excluded = 0, 0
    for _ in range(40):
        p = rng.beta(3, 2, 150).round(2)
        rows = [("a", at, 1, 1, float(rng.random() < at), False) for at in p]
        sample = Sample.of(observations(rows))
        (weights,) = one_each(150).weights(200, rng)
        value, drawn = sample.figures()[figure][0], sample.figures(weights)[figure]
        reached += interval(value, drawn, 0.95, 150, figure.noise).low < 0.02
        excluded += interval(value, drawn, 0.95, 150).low > 0.02
    assert reached >= 36
    assert figure is not Figure.ECE or excluded >= 20


@pytest.mark.slow
def test_clustered_intervals_of_ten_uneven_repositories_cover_almost_as_often_as_they_say():
    rng = np.random.default_rng(RNG)
    sizes = np.array([43, 22, 9, 7, 4, 3, 2, 1, 1, 1])
    clusters = Clusters.of([str(at) for at in range(10)], np.repeat(np.arange(10), sizes))
    (weights,) = clusters.weights(1000, rng)
    first = np.cumsum(sizes) - sizes
    held, plain = 0, 0
    for _ in range(500):
        passes = rng.binomial(sizes, np.clip(0.79 + 0.05 * rng.standard_normal(10), 0, 1))
        drawn = weights[:, first] @ passes / (weights[:, first] @ sizes)
        found = interval(0.0, drawn, 0.95, 10)
        held += found.low <= 0.79 <= found.high
        low, high = np.quantile(drawn, (0.025, 0.975))
        plain += low <= 0.79 <= high
    assert held / 500 > 0.9 > plain / 500


def test_the_honest_interval_is_by_repository_where_there_is_one():
    task, repo = Range(0.0, 1.0), Range(0.1, 0.9)
    assert Estimate(0.5, task, repo, 50, 9).interval is repo
    assert Estimate(0.5, task, None, 50, 3).interval is task
    assert not Estimate(0.5, None, None, 9, 3, note="n = 9: too few to tell").tellable
