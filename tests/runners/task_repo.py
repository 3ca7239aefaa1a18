"""A tiny task repo for tests: one package with one bug, one task, made as a suite's author would."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from runners.suites.loading import BUILT_IN, load_suite
from runners.suites.task import Suite, Task
from runners.workspace import Workspace

BUGGY = '''"""Arithmetic for shops."""


def add(a, b):
    """The sum."""
    return a - b


def double(a):
    """Twice the amount."""
    return a * 2
'''
FIXED = BUGGY.replace("a - b", "a + b")
TESTS = """from shop import double


def test_double():
    assert double(2) == 4
"""
NEW_TESTS = """from shop import add


def test_add():
    assert add(2, 3) == 5


def test_add_negative():
    assert add(-2, -3) == -5
"""
EVAL = """#!/bin/bash
set -uxo pipefail
cd "${{TESTBED:-/testbed}}"
rm -rf tests
git checkout {commit} -- tests
git apply -v - <<'EOF_TEST_PATCH'
{test_patch}
EOF_TEST_PATCH
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTHONDONTWRITEBYTECODE=1
: '>>>>> Start Test Output'
python3 -m pytest -rA -p no:cacheprovider tests
: '>>>>> End Test Output'
rm -rf tests
git checkout {commit} -- tests
"""
DOCKERFILE = BUILT_IN["starter"] / "tasks" / "cron-parser-1" / "Dockerfile"
FAIL_TO_PASS = ["tests/test_add.py::test_add", "tests/test_add.py::test_add_negative"]
PASS_TO_PASS = ["tests/test_double.py::test_double"]
GRADE_SECONDS = 60


@dataclass(frozen=True)
class Changes:
    """Patches against the package, taken by a workspace like any submission."""

    base_commit: str
    gold: str
    test: str
    wrong: dict[str, str]


async def patch_of(sources: Path, scratch: Path, files: dict[str, str | None]) -> str:
    """The diff that these new contents make; None deletes a file."""
    workspace = await Workspace.create(sources, scratch)
    for name, text in files.items():
        path = workspace.folder / name
        if text is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, newline="")
    return await workspace.diff()


async def _changes(sources: Path, scratch: Path) -> Changes:
    base = await Workspace.create(sources, scratch / "base")
    wrong = {
        "only-positive": BUGGY.replace("a - b", "abs(a) + abs(b)"),
        "only-the-example": BUGGY.replace("a - b", "5 if (a, b) == (2, 3) else a - b"),
    }
    return Changes(
        base_commit=base.base_commit,
        gold=await patch_of(sources, scratch / "gold", {"shop.py": FIXED}),
        test=await patch_of(sources, scratch / "test", {"tests/test_add.py": NEW_TESTS}),
        wrong={
            name: await patch_of(sources, scratch / name, {"shop.py": text}) for name, text in wrong.items()
        },
    )


def write_task_repo(root: Path, scratch: Path) -> Path:
    """Write the task repo and return its folder."""
    sources = root / "packages" / "shop"
    (sources / "tests").mkdir(parents=True)
    (sources / "shop.py").write_text(BUGGY)
    (sources / "tests" / "test_double.py").write_text(TESTS)
    changes = asyncio.run(_changes(sources, scratch))
    (root / "sweb.yaml").write_text("datasets: [test/shop]\nsplits: [test]\n")
    _write_task(root / "tasks" / "shop-1", changes)
    return root


def _write_task(task: Path, changes: Changes) -> None:
    task.mkdir(parents=True)
    (task / "src").symlink_to("../../packages/shop")
    about = {
        "instance_id": task.name,
        "repo": "test/shop",
        "version": "1.0",
        "base_commit": changes.base_commit,
        "split": "test",
        "datasets": ["test/shop"],
        "image": "sweb.eval.x86_64.shop-1:latest",
        "log_parser": "parse_log_pytest",
        "eval_type": "pass_and_fail",
        "difficulty": "<15 min fix",
    }
    texts = {
        "task.yaml": yaml.safe_dump(about),
        "tests.json": json.dumps({"FAIL_TO_PASS": FAIL_TO_PASS, "PASS_TO_PASS": PASS_TO_PASS}),
        "problem_statement.md": "add subtracts\n\n`add(2, 3)` gives -1 and should give 5.\n",
        "gold.patch": changes.gold,
        "test.patch": changes.test,
        "eval.sh": EVAL.format(commit=changes.base_commit, test_patch=changes.test.rstrip("\n")),
        "Dockerfile": DOCKERFILE.read_text(),
        **{f"wrong-{name}.patch": patch for name, patch in changes.wrong.items()},
    }
    for name, text in texts.items():
        (task / name).write_text(text)


@pytest.fixture(scope="session")
def shop_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The task repo's folder; tests that change it copy it first."""
    return write_task_repo(tmp_path_factory.mktemp("shop"), tmp_path_factory.mktemp("shop-scratch"))


@pytest.fixture(scope="session")
def shop(shop_folder: Path) -> Suite:
    """The task repo as a suite."""
    return load_suite(str(shop_folder))


@pytest.fixture(scope="session")
def task(shop: Suite) -> Task:
    """Its only task."""
    return shop.tasks[0]
