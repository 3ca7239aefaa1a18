import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from market.calibration import POOLED, UNKNOWN, Analysis, Figure, analyse, calibrate, split
from tests.market.observed import NAN, observations, study
from tests.market.test_calibration import PUBLISHED, shown

REPOS = ("a/a", "b/b", "c/c", "d/d", "e/e", "f/f")

forecast = st.tuples(
    st.sampled_from(("atlas", "boreas")),
    st.sampled_from((0.0, 0.2, 0.5, 0.9, 1.0)),
    st.sampled_from((0.0, 100.0, 4000.0)),
    st.sampled_from((NAN, 0.0, 900.0)),
    st.sampled_from((0.0, 1.0, NAN)),
    st.booleans(),
    st.integers(0, 20).map(str),
)
tables = st.lists(forecast, max_size=40).map(
    lambda rows: observations(
        [(*row, REPOS[int(row[6]) % len(REPOS)] if int(row[6]) else "") for row in rows]
    )
)


def numbers(analysis: Analysis) -> list[float]:
    """Every number that an analysis holds, in an order of its own; None is left out."""
    found: list[float] = []
    for part in (*analysis.workers, analysis.pooled):
        found += [part.n, part.tasks, part.repos, *part.sharpness, *part.token_ratios]
        diagram = part.diagram
        found += [*diagram.p, *diagram.count, *diagram.rate]
        found += [] if diagram.low is None or diagram.high is None else [*diagram.low, *diagram.high]
        for estimate in part.figures.values():
            found += [estimate.n, estimate.clusters]
            found += [] if estimate.value is None else [estimate.value]
            for bounds in (estimate.by_task, estimate.by_repo):
                found += [] if bounds is None else [bounds.low, bounds.high]
    return found


@pytest.fixture(scope="module")
def published() -> Analysis:
    return analyse(study(), resamples=400)


def test_published_figures_are_met_to_every_digit(published):
    assert {
        part.worker: (
            shown(part.figures[Figure.BRIER].value, 6),
            shown(part.figures[Figure.MEAN_P].value, 4),
            shown(part.figures[Figure.PASS_RATE].value, 4),
        )
        for part in published.workers
    } == PUBLISHED
    pooled = published.pooled.figures
    assert published.pooled.n == 558
    assert shown(pooled[Figure.BRIER].value, 6) == ".183477"
    assert shown(pooled[Figure.ECE].value, 6) == ".106452"
    assert shown(pooled[Figure.TOKEN_RATIO_MEDIAN].value, 4) == ".1929"


def test_scores_are_those_of_scikit_learn(published):
    for part in published.workers:
        own = study().by(part.worker)
        assert part.figures[Figure.BRIER].value == pytest.approx(brier_score_loss(own.y, own.p))
        assert part.figures[Figure.LOG_LOSS].value == pytest.approx(log_loss(own.y, own.p))
        assert part.figures[Figure.AUROC].value == pytest.approx(roc_auc_score(own.y, own.p))


def test_tokens_are_judged_on_a_log_scale(published):
    known = study()
    error = np.log10(known.tokens_hat / known.tokens)
    figures = published.pooled.figures
    assert figures[Figure.TOKEN_LOG10_BIAS].value == pytest.approx(error.mean())
    assert figures[Figure.TOKEN_LOG10_ERROR].value == pytest.approx(np.abs(error).mean())
    quartiles = np.quantile(known.tokens_hat / known.tokens, (0.25, 0.5, 0.75))
    names = (Figure.TOKEN_RATIO_Q1, Figure.TOKEN_RATIO_MEDIAN, Figure.TOKEN_RATIO_Q3)
    assert [figures[name].value for name in names] == pytest.approx(quartiles)
    np.testing.assert_allclose(published.pooled.token_ratios, np.sort(known.tokens_hat / known.tokens))


def test_every_figure_of_the_published_session_has_both_intervals(published):
    for part in (*published.workers, published.pooled):
        assert (part.tasks, part.repos) == (93, 10)
        for figure, estimate in part.figures.items():
            assert estimate.tellable, (part.worker, figure)
            assert estimate.by_task.low <= estimate.by_task.high
            assert estimate.by_repo.low <= estimate.by_repo.high
            assert estimate.caveat == "10 repositories weigh like 3.5: the interval is rough"


def test_a_pooled_resample_draws_a_task_with_all_its_workers(published):
    """Six workers on the same task tell less than six tasks: the pass rate says so."""
    pooled = published.pooled.figures[Figure.PASS_RATE]
    as_if_independent = 2 * 1.96 * math.sqrt(pooled.value * (1 - pooled.value) / 558)
    assert pooled.by_task.high - pooled.by_task.low > 1.5 * as_if_independent


def test_the_pooled_part_is_called_so_and_bins_hold_every_forecast(published):
    assert published.pooled.worker == POOLED
    assert published.pooled.sharpness.tolist() == np.histogram(study().p, np.arange(11) / 10)[0].tolist()
    assert [part.worker for part in published.workers] == sorted(study().workers)


def test_the_same_seed_gives_the_same_intervals_in_any_order_of_rows():
    known = study().only(np.arange(558) % 5 == 0)
    shuffled = known.only(np.random.default_rng(0).permutation(len(known)))
    first = analyse(known, resamples=50)
    assert numbers(analyse(shuffled, resamples=50)) == pytest.approx(numbers(first), abs=1e-9)
    assert numbers(analyse(known, resamples=50, seed=1)) != pytest.approx(numbers(first), abs=1e-9)


def test_a_worker_left_out_changes_nothing_of_the_others(published):
    first = study().workers[0]
    fewer = analyse(study().only(study().worker != 0), resamples=400)
    rest = [part for part in published.workers if part.worker != first]
    for ours, theirs in zip(fewer.workers, rest, strict=True):
        assert ours.figures == theirs.figures


@given(tables)
@settings(max_examples=40, deadline=None)
def test_whatever_is_given_no_number_is_nan_and_each_gap_has_its_sentence(table):
    analysis = analyse(table, resamples=20)
    assert all(math.isfinite(number) for number in numbers(analysis))
    for part in (*analysis.workers, analysis.pooled):
        for estimate in part.figures.values():
            assert estimate.value is not None or estimate.note
            assert estimate.interval or estimate.caveat or estimate.note
    seen = table.only(table.seen)
    assert analysis.pooled.n == len(seen)
    whole = calibrate(seen.p, seen.y, seen.tokens_hat, seen.tokens)
    for figure in (Figure.BRIER, Figure.ECE, Figure.AUROC, Figure.TOKEN_RATIO_MEDIAN):
        assert analysis.pooled.figures[figure].value == pytest.approx(getattr(whole, figure.value))


def test_infra_and_unseen_rows_count_in_nothing():
    rows = [("a", 0.1 * at, 10, 20, at % 2, False) for at in range(10)]
    rest = [("a", 0.9, 10, 20, 1, True), ("a", 1.0, 10, 20, NAN, False), ("b", 0.5, 1, 1, NAN, True)]
    alone, among = (analyse(observations(table), resamples=30) for table in (rows, rows + rest))
    assert among.workers[0].figures == alone.workers[0].figures
    assert among.pooled.figures == alone.pooled.figures
    assert [part.worker for part in among.workers] == ["a", "b"]
    assert among.workers[1].n == 0
    assert among.workers[1].figures[Figure.BRIER].note == "no forecast with a known outcome"


def test_too_few_forecasts_are_called_so():
    nine = analyse(observations([("a", 0.5, 10, 20, at % 2, False) for at in range(9)]))
    assert nine.pooled.figures[Figure.BRIER].note == "n = 9: too few to tell"
    assert nine.pooled.figures[Figure.BRIER].value == 0.25
    ten = analyse(observations([("a", 0.5, 10, 20, at % 2, False) for at in range(10)]))
    assert ten.pooled.figures[Figure.BRIER].tellable


@pytest.mark.parametrize(
    ("fails", "note"),
    [
        (0, "nothing failed: undefined"),
        (1, "1 fail: too few to tell"),
        (4, "4 fails: too few to tell"),
        (8, ""),
        (18, "2 passes: too few to tell"),
        (20, "nothing passed: undefined"),
    ],
)
def test_an_auroc_needs_enough_of_both_outcomes(fails, note):
    rows = [("a", 0.5 + at / 50, 10, 20, float(at >= fails), False) for at in range(20)]
    estimate = analyse(observations(rows), resamples=20).pooled.figures[Figure.AUROC]
    assert estimate.note == note
    assert (estimate.value is None) == (fails in (0, 20))


def test_where_every_task_passed_no_interval_of_the_pass_rate_is_invented():
    rows = [("a", 0.8, 10, 20, 1, False, f"t{at}", REPOS[at % 6]) for at in range(30)]
    rate = analyse(observations(rows), resamples=50).pooled.figures[Figure.PASS_RATE]
    assert (rate.value, rate.interval) == (1.0, None)
    assert rate.caveat == "the same or undefined in too many resamples: no interval"


def test_few_or_unknown_repositories_are_called_so():
    rows = [("a", at / 30, 10, 20, at % 2, False, f"t{at}", REPOS[at % 2]) for at in range(30)]
    few = analyse(observations(rows), resamples=50).pooled
    assert few.figures[Figure.BRIER].by_task
    assert few.figures[Figure.BRIER].by_repo is None
    assert few.figures[Figure.BRIER].caveat == "2 repositories: too few to resample"
    unknown = analyse(observations([row[:7] for row in rows]), resamples=50).pooled
    assert unknown.figures[Figure.BRIER].by_repo is None
    assert unknown.figures[Figure.BRIER].caveat == ("no repository is known: tasks are taken as independent")


def test_without_resamples_there_are_values_alone():
    analysis = analyse(study(), resamples=0)
    assert analysis.pooled.figures[Figure.BRIER].interval is None
    assert analysis.pooled.figures[Figure.BRIER].caveat == ""
    assert analysis.pooled.diagram.low is None


def test_a_level_or_number_of_resamples_that_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="level must lie between 0 and 1, not 95"):
        analyse(study(), level=95)
    with pytest.raises(ValueError, match="resamples must be 0 or more, not -1"):
        analyse(study(), resamples=-1)


def test_each_figure_has_a_short_label_and_says_what_it_means():
    assert len({figure.label for figure in Figure}) == len(Figure)
    assert all(len(figure.label) <= 16 and figure.meaning.endswith(".") for figure in Figure)


def test_a_split_by_repository_or_any_column_gives_each_label_its_rows():
    parts = split(study(), study().repo)
    assert list(parts) == sorted(set(study().repo))
    assert sum(len(part) for part in parts.values()) == 558
    assert {part.repo[task] for label, part in parts.items() for task in part.task if label} == set(parts)
    labelled = split(study(), ["hard" if at < 30 else "" for at in range(93)])
    assert list(labelled) == ["hard", UNKNOWN]
    assert len(labelled["hard"]) == 180


def test_the_hard_tasks_of_the_study_are_hard():
    parts = split(study(), ["hard" if at < 30 else "easy" for at in range(93)])
    rates = {
        label: analyse(part, resamples=0).pooled.figures[Figure.PASS_RATE] for label, part in parts.items()
    }
    assert (shown(rates["hard"].value, 3), shown(rates["easy"].value, 3)) == (".472", ".942")


def test_a_split_needs_a_label_for_each_task_and_of_nothing_is_nothing():
    with pytest.raises(ValueError, match="a split needs one label a task, 93, not 1"):
        split(study(), ["hard"])
    assert split(observations([]), []) == {}
    assert split(replace(study().only(np.zeros(558, dtype=bool))), study().repo) == {}
