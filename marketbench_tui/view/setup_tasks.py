"""The task list of Setup, and the problem statement beside it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from marketbench_tui.lines import Line, Span, line
from marketbench_tui.setup.plan import Plan
from marketbench_tui.setup.tasks import TaskIndex, TaskRow
from marketbench_tui.text import safe, safe_line
from marketbench_tui.view import amounts
from runners.suites.files import SUFFIXES
from runners.suites.task import Task
from themes.tones import Tone

STATEMENT_CHARS = 60_000
"""Longest statement that is laid out; what is cut is said."""
MARKED = Span("■", Tone.ACCENT)
UNMARKED = Span("□", Tone.FAINT)
UNGRADABLE = Span("!", Tone.INFRA, bold=True)


def suite_name(suite: str) -> str:
    """What a suite is called: the last part of a path, any other name as it is."""
    path = Path(suite)
    is_path = suite.startswith((".", "~", "/")) or path.suffix in SUFFIXES or len(path.parts) > 2
    return safe_line(path.name if is_path and path.name else suite)


def about(plan: Plan, shown: int, words: str) -> str:
    """What the heading says of the list."""
    index = plan.known.index
    if index is None:
        return suite_name(plan.draft.suite)
    told = f"{suite_name(plan.draft.suite)} · {len(plan.chosen):,} of {len(index):,} marked"
    return f"{told} · {shown:,} match {safe_line(words.strip())}" if words.strip() else told


def preface(plan: Plan) -> list[Line]:
    """Lines over the list, of a suite that is being read or could not be, while another is shown."""
    if plan.known.index is None:
        return []
    if plan.known.reading:
        return [line(Span(f"Reading the suite {safe_line(plan.known.reading)} …", Tone.RUNNING))]
    if plan.known.suite_error:
        return [line(Span(f"✗ {safe_line(plan.known.suite_error)}", Tone.FAILED))]
    return []


def empty(plan: Plan, words: str) -> str:
    """The sentence in place of the list."""
    if plan.known.index is None:
        return plan.known.suite_error or f"Reading the suite {suite_name(plan.draft.suite)} …"
    return f"No task matches “{safe_line(words)}”. Escape in the filter line clears it."


def statement(index: TaskIndex, row: TaskRow) -> list[Line]:
    """A task as a worker is told of it."""
    task = index.task(row)
    title, *rest = _text(task.problem)
    told = [line(Span(_facts(row, task), Tone.SOFT)), *_missing(task), ()]
    return [*told, tuple(span._replace(bold=True) for span in title), *rest]


def _facts(row: TaskRow, task: Task) -> str:
    tests = f"{amounts.count(len(task.fail_to_pass), 'test')} to mend, {len(task.pass_to_pass):,} to keep"
    return " · ".join(part for part in (row.repo, row.difficulty, tests) if part)


def _missing(task: Task) -> Iterable[Line]:
    if task.gradable:
        return ()
    lacks = ", ".join(safe_line(what) for what in task.missing)
    return (line(UNGRADABLE, Span(f" cannot be graded here: lacks {lacks}", Tone.INFRA)),)


def _text(problem: str) -> list[Line]:
    lines = [line(text) for text in safe(problem[:STATEMENT_CHARS]).strip("\n").split("\n")]
    if len(problem) > STATEMENT_CHARS:
        told = f"… the first {STATEMENT_CHARS:,} of {len(problem):,} characters are shown"
        lines += [(), line(Span(told, Tone.FAINT))]
    return lines
