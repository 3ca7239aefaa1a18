"""A predictions file graded by the official harness gives the official report's figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from runners.grading import GradingError, Order, grade_predictions
from runners.predictions import Prediction, gold_predictions
from runners.suites.loading import load_suite
from runners.suites.rows import SuiteError
from runners.suites.task import Suite
from tests.docker_here import needs_docker
from tests.runners.task_repo import shop, shop_folder

__all__ = ["shop", "shop_folder"]


@pytest.fixture
def order(tmp_path: Path) -> Order:
    return Order("run-1", tmp_path / "work", tmp_path / "reports", timeout=60)


@needs_docker
def test_gold_is_resolved_and_the_report_lies_where_the_harness_puts_it(shop: Suite, order: Order) -> None:
    here = Path.cwd()
    report = grade_predictions(shop, gold_predictions(shop.tasks), order)
    assert report.figures["resolved_ids"] == ["shop-1"]
    assert "Instances resolved: 1" in report.words
    assert report.path == order.report_folder / "gold.run-1.json"
    logs = order.work / "logs" / "run_evaluation" / "run-1" / "gold" / "shop-1"
    assert (logs / "report.json").is_file()
    assert Path.cwd() == here


@needs_docker
def test_wrong_empty_and_broken_patches_are_counted_as_the_harness_counts_them(
    shop: Suite, order: Order
) -> None:
    patches = {"wrong": shop.tasks[0].wrong_patches["only-positive"], "empty": "", "broken": "words\n"}
    counted = {"wrong": "unresolved_ids", "empty": "empty_patch_ids", "broken": "error_ids"}
    for name, patch in patches.items():
        report = grade_predictions(shop, [Prediction("shop-1", name, patch)], order)
        assert report.figures[counted[name]] == ["shop-1"], name
        assert report.figures["resolved_instances"] == 0


def test_a_prediction_for_a_task_that_is_not_there_is_refused(shop: Suite, order: Order) -> None:
    with pytest.raises(SuiteError, match="has no task shop-2"):
        grade_predictions(shop, [Prediction("shop-2", "m", "x")], order)


def test_a_run_needs_a_name_that_can_be_one_of_a_folder(shop: Suite, order: Order) -> None:
    with pytest.raises(GradingError, match="cannot name a run"):
        grade_predictions(shop, [], Order("../x", order.work, order.report_folder))


def test_a_classic_dataset_says_what_it_lacks(order: Order, tmp_path: Path) -> None:
    (tmp_path / "classic.jsonl").write_text('{"instance_id": "t1", "problem_statement": "broken"}\n')
    suite = load_suite(str(tmp_path / "classic.jsonl"))
    with pytest.raises(GradingError, match="lacks image, eval_script, log_parser"):
        grade_predictions(suite, [Prediction("t1", "m", "x")], order)
