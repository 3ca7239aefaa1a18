"""The protocol behind every grader: a task and a submission in, a grade out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from market.events import Verdict
from runners.suites.task import Task


@dataclass(frozen=True, slots=True)
class Grade:
    """A verdict and the evidence for it. `log` is the end of the test output."""

    verdict: Verdict
    reason: str = ""
    tests_passed: int = 0
    tests_failed: int = 0
    failed_tests: tuple[str, ...] = ()
    log: str = ""
    seconds: float = 0.0


class Grader(Protocol):
    """Judges submissions."""

    @property
    def name(self) -> str:
        """What a spec calls it."""
        ...

    async def grade(self, task: Task, patch: str, timeout: float, emit: Callable[[str], None]) -> Grade:
        """Run the task's acceptance tests on the patch.

        Never raises for what a submission does: a broken patch is `fail`, a sleeper is
        `timeout`, a broken machine is `infra` with its reason.

        Args:
            task: the task; must be gradable.
            patch: unified diff against the task's base commit; may be empty.
            timeout: wall seconds for the tests.
            emit: gets test output as it appears.
        """
        ...
