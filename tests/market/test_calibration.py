import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.calibration import CLIP, Calibration, bins_of, calibrate
from tests.market.published import csv_rows, json_rows

PUBLISHED = {
    "anthropic:claude-opus-4-5-20251101": (".155700", ".7655", ".8065"),
    "anthropic:claude-sonnet-4-5-20250929": (".162727", ".7578", ".7742"),
    "google:models/gemini-3-pro-preview": (".184130", ".9287", ".8065"),
    "openai:gpt-5-mini-2025-08-07": (".216308", ".6135", ".7527"),
    "openai:gpt-5.2-2025-12-11": (".197951", ".6323", ".8065"),
    "openai:gpt-5.2-pro-2025-12-11": (".184049", ".6632", ".7957"),
}

columns = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 1)), min_size=1, max_size=40).map(
    lambda rows: (np.array([p for p, _ in rows]), np.array([y for _, y in rows]))
)


def phase1() -> dict[str, np.ndarray]:
    prices = {
        row["model_ref"]: float(row["blended_price_per_token"]) for row in csv_rows("model_token_pricing.csv")
    }
    rows = json_rows("marketbench_phase1.jsonl")
    return {
        "worker": np.array([row["model_ref"] for row in rows]),
        "p": np.array([row["p_success"] for row in rows]),
        "y": np.array([row["outcome"] for row in rows]),
        "tokens_hat": np.array([row["estimated_tokens_total"] for row in rows], dtype=float),
        "tokens": np.array([row["external_cost"] / prices[row["model_ref"]] for row in rows]),
    }


def shown(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".removeprefix("0")


@pytest.mark.parametrize("worker", PUBLISHED)
def test_published_figures_of_each_worker_are_met_to_every_digit(worker):
    data = phase1()
    own = data["worker"] == worker
    figures = calibrate(data["p"][own], data["y"][own], data["tokens_hat"][own], data["tokens"][own])
    assert figures.n == 93
    assert (shown(figures.brier, 6), shown(figures.mean_p, 4), shown(figures.pass_rate, 4)) == PUBLISHED[
        worker
    ]


def test_published_pooled_figures_are_met_to_every_digit():
    data = phase1()
    figures = calibrate(data["p"], data["y"], data["tokens_hat"], data["tokens"])
    assert figures.n == 558
    assert shown(figures.brier, 6) == ".183477"
    assert (shown(figures.mean_p, 4), shown(figures.pass_rate, 4)) == (".7268", ".7903")
    assert shown(figures.ece, 6) == ".106452"
    assert shown(figures.token_ratio_median, 4) == ".1929"


@given(columns)
def test_figures_agree_with_their_definitions(data):
    p, y = data
    figures = calibrate(p, y)
    n = len(p)
    assert figures.gap == pytest.approx(sum(p) / n - sum(y) / n)
    assert figures.brier == pytest.approx(sum((a - b) ** 2 for a, b in zip(p, y, strict=True)) / n)
    clipped = [min(max(a, CLIP), 1 - CLIP) for a in p]
    losses = [-math.log(a) if b else -math.log1p(-a) for a, b in zip(clipped, y, strict=True)]
    assert figures.log_loss == pytest.approx(sum(losses) / n)


@given(columns)
def test_ece_is_the_weighted_gap_of_ten_bins(data):
    p, y = data
    ece = 0.0
    for number in range(10):
        inside = [(a, b) for a, b in zip(p, y, strict=True) if min(9, math.floor(10 * a)) == number]
        if inside:
            gap = np.mean([a for a, _ in inside]) - np.mean([b for _, b in inside])
            ece += len(inside) / len(p) * abs(gap)
    assert calibrate(p, y).ece == pytest.approx(ece, abs=1e-12)


@given(columns)
def test_auroc_is_the_share_of_pairs_ranked_right_with_ties_counting_half(data):
    p, y = data
    pairs = [
        (a, b) for a, won in zip(p, y, strict=True) if won for b, lost in zip(p, y, strict=True) if not lost
    ]
    auroc = calibrate(p, y).auroc
    if not pairs:
        assert auroc is None
    else:
        assert auroc == pytest.approx(np.mean([(a > b) + 0.5 * (a == b) for a, b in pairs]))


@given(columns, st.randoms(use_true_random=False))
def test_the_order_of_rows_has_no_effect(data, random):
    p, y = data
    order = list(range(len(p)))
    random.shuffle(order)
    first, second = calibrate(p, y), calibrate(p[order], y[order])
    for name in ("mean_p", "brier", "log_loss", "ece", "auroc"):
        assert getattr(first, name) == pytest.approx(getattr(second, name), abs=1e-12)


def test_bins_close_upwards_and_the_last_holds_one():
    assert bins_of(np.array([0.0, 0.0999, 0.1, 0.95, 1.0])).tolist() == [0, 0, 1, 9, 9]


def test_no_forecast_leaves_every_figure_undefined():
    assert calibrate([], []) == Calibration(n=0)
    assert calibrate([], [], [], []).brier is None


def test_one_class_only_has_no_discrimination_but_all_else():
    figures = calibrate([0.2, 1.0], [1, 1])
    assert figures.auroc is None
    assert figures.pass_rate == 1.0
    assert figures.log_loss == pytest.approx(-math.log(0.2) / 2)


def test_a_certain_forecast_that_was_wrong_has_a_large_but_finite_loss():
    assert calibrate([1.0], [0]).log_loss == pytest.approx(-math.log(CLIP))


def test_token_ratios_use_only_pairs_that_are_known_and_above_zero():
    nan = float("nan")
    figures = calibrate([0.5] * 5, [1] * 5, [1, 2, 4, 0, nan], [10, 10, 10, 10, 10])
    assert figures.token_n == 3
    assert (figures.token_ratio_q1, figures.token_ratio_median, figures.token_ratio_q3) == pytest.approx(
        (0.15, 0.2, 0.3)
    )
    assert calibrate([0.5], [1], [100], [0]).token_ratio_median is None
    assert calibrate([0.5], [1], [100]).token_n == 0


@pytest.mark.parametrize("p", [float("nan"), -0.01, 1.01, float("inf")])
def test_a_p_that_is_no_probability_is_refused(p):
    with pytest.raises(ValueError, match=r"p must be a probability from 0 to 1: row 1 holds"):
        calibrate([0.5, p], [1, 1])


@pytest.mark.parametrize("y", [0.5, 2, float("nan")])
def test_an_outcome_other_than_pass_or_not_is_refused(y):
    with pytest.raises(ValueError, match="y must be 1 for a pass or 0"):
        calibrate([0.5], [y])


def test_columns_of_different_length_are_refused():
    with pytest.raises(ValueError, match="one length"):
        calibrate([0.5, 0.5], [1])
    with pytest.raises(ValueError, match="tokens must have one value a forecast"):
        calibrate([0.5], [1], [1], [1, 2])
