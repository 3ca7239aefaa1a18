"""What simulated workers answer is understood: the files end up as their patch alone would leave them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from runners.models import simulated_text
from runners.scaffolds.answers import parse_answer
from runners.scaffolds.one_shot import apply_answer
from runners.suites.loading import load_suite
from runners.suites.task import Task
from runners.workspace import Workspace
from tests.runners.scaffolds.test_one_shot import attempt

WRONG_TRIED = 2
"""Wrong patches of each task that are tried; all of them take four times as long."""
TASKS = load_suite("starter").tasks


def said(patch: str) -> str:
    return simulated_text.attempt(patch, np.random.default_rng(7))


@pytest.mark.parametrize("repo", sorted({task.repo for task in TASKS}))
async def test_an_answer_changes_the_files_as_its_patch_does(repo: str, tmp_path: Path) -> None:
    tasks = [task for task in TASKS if task.repo == repo]
    assert tasks[0].sources
    workspace = await Workspace.create(tasks[0].sources, tmp_path)
    for task in tasks:
        for patch in (task.gold_patch, *list(task.wrong_patches.values())[:WRONG_TRIED]):
            assert await apply_answer(workspace, parse_answer(said(patch))) == ""
            assert await workspace.tree() == await workspace.tree(patch)
            await workspace.reset()


@pytest.mark.parametrize("task", TASKS[::9], ids=lambda task: task.id)
async def test_the_submission_is_the_patch_in_the_words_of_git(task: Task, tmp_path: Path) -> None:
    submission = await attempt(task, tmp_path / "work", said(task.gold_patch))
    assert task.sources
    workspace = await Workspace.create(task.sources, tmp_path / "fresh")
    assert submission.note == ""
    assert await workspace.tree(submission.content) == await workspace.tree(task.gold_patch)


async def test_a_worker_that_gives_up_submits_nothing(tmp_path: Path) -> None:
    submission = await attempt(TASKS[0], tmp_path, said(""))
    assert (submission.content, submission.note) == ("", "the answer holds no patch")
