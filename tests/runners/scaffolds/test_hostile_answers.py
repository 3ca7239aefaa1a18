"""Whatever a model answers, there is a submission: never an error, never a file elsewhere, never a hang."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.scaffolds.answers import normalised, parse_answer
from runners.scaffolds.base import Submission
from runners.scaffolds.one_shot import CHANGE_CHARS
from runners.suites.task import Task
from tests.runners.scaffolds.test_one_shot import PROPER, attempt, fenced
from tests.runners.task_repo import FIXED

OUTSIDE = (
    "../escape.py",
    "/tmp/escape.py",
    "a/../../escape.py",
    ".git/hooks/pre-commit",
    ".GIT/config",
    "git~1/config",
)
LINK_OUT = """diff --git a/link b/link
new file mode 120000
--- /dev/null
+++ b/link
@@ -0,0 +1 @@
+/etc
\\ No newline at end of file
"""
LONG = 1_000_000
MEGABYTES = {
    "backticks": "`" * LONG,
    "spaces before a backtick": "```" + " " * LONG + "`",
    "paths": "```" + "path " * (LONG // 5),
    "spaces after a path": "```path" + " " * LONG + "= x",
    "fences": "```\n" * (LONG // 4),
    "headers": "--- a/x\n+++ b/x\n" * (LONG // 16),
    "hunks": "```diff\n--- a/x\n+++ b/x\n" + "@@ -1 +1 @@\n-a\n+b\n" * (LONG // 18),
    "empty lines": "```diff\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n" + "\n" * LONG,
    "one line": "```diff\n--- a/x\n+++ b/x\n@@ " + "x" * LONG,
    "digits": "```diff\n--- a/x\n+++ b/x\n@@ -" + "1" * LONG,
}
PIECES = (
    *("```diff", "```path=shop.py", "```path=../x", "```", "--- a/shop.py", "+++ b/shop.py", "--- /dev/null"),
    *("diff --git a/shop.py b/shop.py", "new file mode 120000", "new file mode 160000", "@@ -7 +7 @@", "@@"),
    *("-    return a - b", "+    return a + b", " ", "", "\\ No newline at end of file", "GIT binary patch"),
    *("\ud800", "\0", "\r"),
)
ANYTHING = st.text(st.characters(exclude_categories=())) | st.lists(st.sampled_from(PIECES)).map("\n".join)


@settings(max_examples=40, deadline=None)
@given(answer=ANYTHING)
def test_any_answer_gives_a_submission_or_a_reason(task: Task, answer: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        submission = asyncio.run(attempt(task, Path(folder), answer))
    assert bool(submission.content) != bool(submission.note)


@pytest.mark.parametrize("path", OUTSIDE)
@pytest.mark.parametrize("form", ["file", "diff"])
async def test_git_refuses_paths_that_leave_the_workspace(
    task: Task, tmp_path: Path, path: str, form: str
) -> None:
    diff = f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+x\n"
    submission = await attempt(task, tmp_path, fenced(diff) if form == "diff" else f"```path={path}\nx\n```")
    assert submission.content == ""
    assert "invalid path" in submission.note


async def test_a_link_out_of_the_workspace_is_refused(task: Task, tmp_path: Path) -> None:
    submission = await attempt(task, tmp_path, fenced(LINK_OUT) + "```path=link/x\nx\n```")
    assert submission == Submission(
        "", note="the patch does not apply: link is a link that leaves the workspace"
    )


@pytest.mark.parametrize(
    "block",
    ["```path=../x.py\nx\n```", "```path=x.py\n\ud800\n```", f"```path={'x' * 300}\nx\n```"],
    ids=["outside", "not text", "no name for a file"],
)
async def test_an_answer_applies_as_a_whole_or_not_at_all(task: Task, tmp_path: Path, block: str) -> None:
    submission = await attempt(task, tmp_path, fenced(PROPER) + block)
    assert submission.content == ""
    assert submission.note.startswith("the patch does not apply: ")
    assert len(submission.note) < 400


async def test_an_encoding_that_git_cannot_read_does_not_turn_a_failure_into_infra(
    task: Task, tmp_path: Path
) -> None:
    encoding = "```path=.gitattributes\n*.py working-tree-encoding=UTF-16\n```\n"
    submission = await attempt(task, tmp_path, f"{encoding}```path=shop.py\n{FIXED}```")
    assert "+    return a + b" in submission.content


async def test_a_change_of_absurd_length_is_not_given_to_git(task: Task, tmp_path: Path) -> None:
    submission = await attempt(task, tmp_path, f"```path=a.py\n{'x' * CHANGE_CHARS}\n```")
    assert submission.content == ""
    assert submission.note.startswith("the patch is too long: 500,0")


@pytest.mark.parametrize("text", MEGABYTES.values(), ids=MEGABYTES)
def test_a_megabyte_of_anything_is_read_in_linear_time(text: str) -> None:
    began = time.process_time()
    for patch in parse_answer(text).candidates:
        normalised(patch)
    # About a second; a quadratic reading would take hours.
    assert time.process_time() - began < 20


async def test_a_patch_that_crashes_git_is_the_models_failure(task: Task, tmp_path: Path) -> None:
    crash = "diff --git a/shop.py b/shop.py\ndiff --git a/shop.py b/shop.py\nnew file mode 120000\n"
    submission = await attempt(task, tmp_path, fenced(crash))
    assert submission.content == ""
    assert submission.note.startswith("the patch does not apply: ")
