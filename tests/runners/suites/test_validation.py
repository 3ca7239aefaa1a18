"""Validation proves a task by running it, and notices every way in which one can be wrong."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from runners.suites.loading import BUILT_IN, load_suite
from runners.suites.rows import SuiteError
from runners.suites.task import Suite
from runners.suites.validation import Gold, TaskReport, validate

STARTER = BUILT_IN["starter"]


def failing(report: TaskReport) -> set[str]:
    return {check.name for check in report.checks if not check.ok}


async def report_on_changed(shop_folder: Path, tmp_path: Path, file: str, text: str | None) -> TaskReport:
    """Validate a copy of the task repo in which one file of the task is another."""
    copy = Path(shutil.copytree(shop_folder, tmp_path / "copy", symlinks=True))
    path = copy / "tasks" / "shop-1" / file
    path.unlink() if text is None else path.write_text(text)
    (report,) = await validate(load_suite(str(copy)))
    return report


async def test_a_sound_task_passes_every_check(shop: Suite) -> None:
    heard: list[TaskReport] = []
    reports = await validate(shop, on_result=heard.append)
    assert heard == reports
    assert [report.task for report in reports] == ["shop-1"]
    assert failing(reports[0]) == set()
    assert len(reports[0].checks) == 8


async def test_with_the_gold_patch_emptied_every_task_fails(shop: Suite) -> None:
    (report,) = await validate(shop, ["shop-1"], gold=Gold.EMPTY)
    assert not report.ok
    assert failing(report) == {"gold resolves"}


async def test_a_gold_file_emptied_by_hand_is_noticed(shop_folder: Path, tmp_path: Path) -> None:
    report = await report_on_changed(shop_folder, tmp_path, "gold.patch", "")
    assert "gold resolves" in failing(report)


async def test_a_wrong_patch_that_resolves_is_noticed(shop_folder: Path, tmp_path: Path) -> None:
    gold = (shop_folder / "tasks" / "shop-1" / "gold.patch").read_text()
    report = await report_on_changed(shop_folder, tmp_path, "wrong-only-positive.patch", gold)
    assert failing(report) == {"wrong-only-positive does not resolve"}


async def test_a_patch_that_does_not_apply_cleanly_is_noticed(shop_folder: Path, tmp_path: Path) -> None:
    gold = (shop_folder / "tasks" / "shop-1" / "gold.patch").read_text()
    stale = gold.replace("-    return a - b", "-    return a")
    report = await report_on_changed(shop_folder, tmp_path, "wrong-only-positive.patch", stale)
    assert failing(report) == {"sources give the base commit, patches apply cleanly"}


async def test_a_single_wrong_patch_is_too_few(shop_folder: Path, tmp_path: Path) -> None:
    report = await report_on_changed(shop_folder, tmp_path, "wrong-only-positive.patch", None)
    assert failing(report) == {"has 2 wrong patches"}


async def test_sources_that_changed_are_noticed(shop_folder: Path, tmp_path: Path) -> None:
    report = await report_on_changed(shop_folder, tmp_path, "../../packages/shop/new.py", "x = 1\n")
    assert "sources give the base commit, patches apply cleanly" in failing(report)
    assert "gold resolves" in failing(report)


async def test_an_eval_script_with_other_tests_is_noticed(shop_folder: Path, tmp_path: Path) -> None:
    script = (shop_folder / "tasks" / "shop-1" / "eval.sh").read_text().replace("add(2, 3) == 5", "True")
    report = await report_on_changed(shop_folder, tmp_path, "eval.sh", script)
    assert "eval.sh applies test.patch" in failing(report)
    assert "without a patch just FAIL_TO_PASS fails" in failing(report)


async def test_a_missing_file_is_noticed(shop_folder: Path, tmp_path: Path) -> None:
    report = await report_on_changed(shop_folder, tmp_path, "Dockerfile", None)
    (files,) = (check for check in report.checks if not check.ok)
    assert (files.name, files.detail) == ("files are complete", "missing Dockerfile")


async def test_only_task_repos_can_be_validated(shop: Suite) -> None:
    with pytest.raises(SuiteError, match="only a folder"):
        await validate(Suite("from-a-file", shop.tasks))


@pytest.mark.skipif(not (STARTER / "tasks").is_dir(), reason="the starter suite is not in this checkout")
class TestStarter:
    def test_is_as_large_and_as_mixed_as_promised(self) -> None:
        tasks = load_suite("starter").tasks
        assert len(tasks) >= 24
        assert len({task.repo for task in tasks}) >= 8
        assert {task.difficulty for task in tasks} == {"<15 min fix", "15 min - 1 hour", "1-4 hours"}
        assert all(task.gradable and len(task.wrong_patches) >= 2 for task in tasks)

    @pytest.mark.slow
    async def test_every_task_is_sound(self) -> None:
        reports = await validate(load_suite("starter"))
        assert {report.task: failing(report) for report in reports if not report.ok} == {}
