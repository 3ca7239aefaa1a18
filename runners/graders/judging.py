"""Reads a test log with swebench's own grading code, so that every grader means the same.

Importing that code takes three seconds, so it happens on first use and in a thread.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runners.scratch import prefix
from runners.suites.task import Task

_TRACE = re.compile(r"^\++ ")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a log says.

    Attributes:
        found: whether the log holds test results that can be believed.
        resolved: every acceptance test passed.
        clue: where no results were found, the line that probably says why.
    """

    found: bool
    resolved: bool
    passed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    clue: str = ""


def eval_script(task: Task) -> str:
    """The task's eval.sh as swebench runs it: the exit status of the tests is recorded in the log."""
    from swebench.harness.utils import make_test_spec

    return make_test_spec(dict(task.instance)).eval_script


def judge(task: Task, log: str) -> Judgement:
    """Judge the output of the task's eval script.

    A log that cannot be judged gives no results; whose fault that is, the caller finds out.
    """
    try:
        return read_report(_report(task, log), log)
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        # An unknown log_parser or eval_type, or a log that the parser stumbles over.
        return Judgement(False, False, clue=f"the log cannot be judged: {error!r}")


def _report(task: Task, log: str) -> dict[str, Any]:
    from swebench.harness.grading import get_eval_report
    from swebench.harness.utils import make_test_spec

    prediction = {"instance_id": task.id, "model_name_or_path": "local", "model_patch": "applied"}
    with tempfile.TemporaryDirectory(prefix=prefix("log")) as folder:
        path = Path(folder, "test_output.txt")
        path.write_text(log, encoding="utf-8", errors="replace")
        spec = make_test_spec(dict(task.instance))
        return get_eval_report(spec, prediction, str(path), include_tests_status=True)[task.id]


def read_report(report: dict[str, Any], log: str) -> Judgement:
    """What swebench's report of one instance says, if its log can be believed.

    Raises:
        LookupError, TypeError: the report is not in swebench's format.
    """
    from swebench.harness.grading import TEST_EXIT_CODE_RE

    if len(set(TEST_EXIT_CODE_RE.findall(log))) > 1:
        return Judgement(False, False, clue="the tests wrote an exit code of their own into the log")
    if not report["patch_successfully_applied"]:
        return Judgement(False, False, clue=_clue(log))
    groups = report["tests_status"].values()
    passed = tuple(name for group in groups for name in group["success"])
    failed = tuple(name for group in groups for name in group["failure"])
    return Judgement(True, report["resolved"], passed, failed)


def _clue(log: str) -> str:
    """The last line that the tests themselves wrote."""
    from swebench.harness.constants import END_TEST_OUTPUT, START_TEST_OUTPUT

    tests = log.partition(START_TEST_OUTPUT)[2].partition(END_TEST_OUTPUT)[0] or log
    lines = (line.strip() for line in reversed(tests.splitlines()))
    return next((line for line in lines if len(line) > 1 and not _TRACE.match(line)), "no output")[:300]
