import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from market.paired import McNemar, bootstrap, mcnemar, paired_bootstrap
from tests.market.observed import study

pairs = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), max_size=60)


def outcomes(both: int, only_a: int, only_b: int, neither: int) -> tuple[list[int], list[int]]:
    a = [1] * both + [1] * only_a + [0] * only_b + [0] * neither
    b = [1] * both + [0] * only_a + [1] * only_b + [0] * neither
    return a, b


@pytest.mark.parametrize(
    ("only_a", "only_b", "p_value"),
    [
        # Two tails of Binomial(n, 1/2), by hand.
        (0, 0, 1.0),
        (0, 5, 2 / 2**5),
        (1, 9, 2 * (1 + 10) / 2**10),
        (2, 8, 2 * (1 + 10 + 45) / 2**10),
        (5, 5, 1.0),
    ],
)
def test_mcnemar_gives_the_exact_two_sided_p_value(only_a, only_b, p_value):
    found = mcnemar(*outcomes(7, only_a, only_b, 4))
    assert (found.only_a, found.only_b) == (only_a, only_b)
    assert found.p_value == pytest.approx(p_value, rel=1e-12)


@given(pairs)
def test_mcnemar_is_the_binomial_test_of_the_tasks_that_differ(rows):
    a, b = [row[0] for row in rows], [row[1] for row in rows]
    found = mcnemar(a, b)
    differ = found.only_a + found.only_b
    expected = binomtest(found.only_a, differ, 0.5).pvalue if differ else 1.0
    assert found.p_value == pytest.approx(expected, rel=1e-9)


@given(pairs)
def test_mcnemar_is_the_same_seen_from_the_other_side(rows):
    a, b = [row[0] for row in rows], [row[1] for row in rows]
    found, other = mcnemar(a, b), mcnemar(b, a)
    assert (found.only_a, found.only_b, found.p_value) == (other.only_b, other.only_a, other.p_value)


def test_a_million_discordant_pairs_still_have_a_p_value():
    a = np.tile([1, 0], 500_000)
    assert mcnemar(a, 1 - a).p_value == pytest.approx(1.0)


def test_mcnemar_says_when_too_few_tasks_differ_for_any_answer():
    assert McNemar(0, 0, 1.0).note == "no tasks differ: too few to tell"
    assert McNemar(1, 0, 1.0).note == "1 task differs: too few to tell"
    assert McNemar(5, 0, 0.0625).note == "5 tasks differ: too few to tell"
    assert McNemar(6, 0, 0.03125).note == ""


def test_outcomes_that_are_unknown_or_of_other_tasks_are_refused():
    with pytest.raises(ValueError, match="leave unknown outcomes out"):
        mcnemar([1, float("nan")], [1, 0])
    with pytest.raises(ValueError, match="same tasks"):
        mcnemar([1, 0, 1], [1, 0])


def test_the_interval_of_a_mean_meets_the_textbook_one():
    d = np.random.default_rng(1).normal(0.3, 1, 400)
    found = paired_bootstrap(d, resamples=4000)
    half = 1.96 * d.std(ddof=1) / np.sqrt(len(d))
    assert found.mean == pytest.approx(d.mean())
    assert found.low == pytest.approx(d.mean() - half, abs=0.015)
    assert found.high == pytest.approx(d.mean() + half, abs=0.015)
    assert (found.n, found.clusters, found.note) == (400, 400, "")


def test_clusters_whose_pairs_agree_count_once():
    """Forty copies of each of twenty differences tell no more than the twenty did."""
    d = np.random.default_rng(2).normal(0, 1, 20)
    alone = paired_bootstrap(d)
    copied = paired_bootstrap(np.repeat(d, 40), clusters=np.repeat(np.arange(20), 40))
    assert (copied.low, copied.high) == pytest.approx((alone.low, alone.high))
    assert (copied.n, copied.clusters) == (800, 20)
    narrow = paired_bootstrap(np.repeat(d, 40))
    assert narrow.high - narrow.low < (copied.high - copied.low) / 3


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    rng = np.random.default_rng(3)
    samples = rng.exponential(1.0, (300, 60))
    hits = [
        found.low <= 1.0 <= found.high
        for found in (paired_bootstrap(row, resamples=400, seed=at) for at, row in enumerate(samples))
    ]
    assert 0.88 <= np.mean(hits) <= 0.98


def test_ten_uneven_clusters_do_not_make_the_interval_too_narrow():
    """As many as the study has repositories: plain percentiles cover 86 times in 100 here."""
    rng = np.random.default_rng(8)
    sizes = np.array([37, 28, 8, 5, 5, 3, 3, 2, 1, 1])
    repo = np.repeat(np.arange(10), sizes)
    hits: list[bool] = []
    for seed in range(400):
        d = rng.normal(0, 0.1, 10)[repo] + rng.normal(0, 0.4, len(repo))
        found = paired_bootstrap(d, repo, resamples=400, seed=seed)
        hits.append(found.low <= 0 <= found.high)
    assert np.mean(hits) >= 0.91


@given(st.lists(st.floats(-5, 5), min_size=10, max_size=40), st.integers(0, 5))
def test_the_same_seed_gives_the_same_interval_and_it_lies_within_the_data(values, seed):
    found = paired_bootstrap(values, resamples=200, seed=seed)
    assert found == paired_bootstrap(values, resamples=200, seed=seed)
    assert min(values) - 1e-9 <= found.low <= found.high <= max(values) + 1e-9


def test_labels_of_clusters_need_not_be_numbers_and_their_names_have_no_effect():
    d = np.random.default_rng(4).normal(0, 1, 30)
    by_number = paired_bootstrap(d, clusters=np.arange(30) // 5)
    by_name = paired_bootstrap(d, clusters=[f"repo{at // 5}" for at in range(30)])
    assert by_name == by_number


@pytest.mark.parametrize(
    ("n", "clusters", "note"),
    [
        (0, None, "there are no pairs to compare"),
        (1, None, "n = 1: too few to tell"),
        (9, None, "n = 9: too few to tell"),
        (30, 4, "4 clusters: too few to tell"),
    ],
)
def test_few_pairs_give_a_mean_and_no_interval(n, clusters, note):
    labels = None if clusters is None else np.arange(n) % clusters
    found = paired_bootstrap(np.ones(n), labels)
    assert (found.mean, found.low, found.high) == (1.0 if n else None, None, None)
    assert found.note == note


def test_pairs_that_all_differ_alike_say_so():
    found = paired_bootstrap(np.zeros(20))
    assert (found.mean, found.low, found.high) == (0, 0, 0)
    assert found.note == "every pair differs by the same"


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="finite"):
        paired_bootstrap([1.0, float("nan")])
    with pytest.raises(ValueError, match="one label a pair"):
        paired_bootstrap(np.ones(20), clusters=[1, 2])
    with pytest.raises(ValueError, match="level"):
        paired_bootstrap(np.ones(20), level=1.0)


def test_a_statistic_that_most_draws_leave_undefined_has_no_interval():
    assert bootstrap(lambda drawn: np.full(len(drawn), np.nan), 20) is None


def test_a_large_sample_is_drawn_in_blocks(monkeypatch):
    d = np.random.default_rng(5).normal(0, 1, 50)
    whole = paired_bootstrap(d)
    monkeypatch.setattr("market.paired.BLOCK", 50 * 300)
    assert paired_bootstrap(d) == whole


def test_two_published_models_are_compared_on_their_shared_tasks():
    rows = study()
    gemini, mini = (
        rows.by(name) for name in ("google:models/gemini-3-pro-preview", "openai:gpt-5-mini-2025-08-07")
    )
    assert np.array_equal(gemini.task, mini.task)
    found = mcnemar(gemini.y, mini.y)
    assert found.only_a - found.only_b == round(93 * (0.8065 - 0.7527))
    repos = [rows.repo[at] for at in gemini.task]
    brier = paired_bootstrap((gemini.p - gemini.y) ** 2 - (mini.p - mini.y) ** 2, clusters=repos)
    assert brier.mean == pytest.approx(0.184130 - 0.216308, abs=2e-6)
    assert (brier.n, brier.clusters) == (93, 10)
