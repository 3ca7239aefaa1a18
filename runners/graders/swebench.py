"""The grader `swebench`: the official harness's own functions on a task's image, in Docker.

Its verdicts are the harness's. Around it: the image is there first, containers are ours (see
`runners.graders.harness`), logs are kept for each attempt, and every way to give no verdict is
told apart. As in the local grader, `infra` is out of reach of a submission: trouble that began
only with its tests counts as its own where the same task can be graded without it.
"""

from __future__ import annotations

import asyncio
import logging
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from market.records import Verdict
from runners.containers.errors import ContainerError, EngineGone
from runners.containers.images import Recipe, provide
from runners.containers.labels import Owner
from runners.containers.limits import MIB, ContainerLimits
from runners.graders.base import Grade
from runners.graders.harness import HarnessClient, Terms, Witness
from runners.graders.judging import Judgement, read_report
from runners.graders.limits import Stop
from runners.scratch import prefix
from runners.suites.task import Task
from runners.threads import in_thread

LOG_CHARS = 16_000
"""How much of the end of the test output a grade keeps."""
LOGS = "logs"
SUBMISSION = "submission"
"""What the harness is told for a model; names a folder of its logs."""
GRACE_SECONDS = 60
"""How much longer than the harness we wait for tests to end."""
CONTROL_SECONDS = 1800
_UNSAFE = re.compile(r"[^\w.#-]")

Emit = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One run of the harness: its report (None where it made none), its log, and what was seen."""

    report: dict[str, Any] | None
    log: str
    witness: Witness

    @property
    def judgement(self) -> Judgement:
        """What the report says."""
        if self.report is None:
            return Judgement(False, False, clue="the harness made no report")
        return read_report(self.report, self.log)


@dataclass(frozen=True, slots=True)
class SwebenchGrader:
    """Grades by the official harness.

    Attributes:
        data: folder of the database; the logs of each attempt are kept below it.
        session: whose containers these are, for their labels.
        network: whether tests reach the network.
        limits: of each container.
    """

    data: Path
    session: str = ""
    network: bool = False
    limits: ContainerLimits = field(default_factory=ContainerLimits)
    attempt: str = ""
    name: str = "swebench"
    _sound: dict[str, bool] = field(default_factory=dict[str, bool], repr=False)

    def for_attempt(self, attempt: str) -> SwebenchGrader:
        """The grader of one attempt, which keeps its logs in a folder of their own."""
        return replace(self, attempt=attempt)

    async def grade(self, task: Task, patch: str, timeout: float, emit: Emit) -> Grade:
        """Judge a submission; see `runners.graders.base.Grader`."""
        if not patch.strip():
            return Grade(Verdict.FAIL, "nothing was submitted")
        return await self.run_tests(task, patch, timeout, emit)

    async def run_tests(self, task: Task, patch: str, timeout: float, emit: Emit) -> Grade:
        """Run the acceptance tests on a patch even if it is empty; otherwise the same as `grade`."""
        loop = asyncio.get_running_loop()

        def tell(text: str) -> None:
            loop.call_soon_threadsafe(emit, text)

        work = _Grading(self, task, patch, timeout, tell)
        return await in_thread(work.run, work.cancel)

    def folder(self, task: Task) -> Path:
        """Where the logs of this attempt are kept."""
        return self.data / LOGS / (self.session or "none") / _UNSAFE.sub("_", self.attempt or task.id)


class _Grading:
    """One grading, in a thread."""

    def __init__(self, grader: SwebenchGrader, task: Task, patch: str, timeout: float, emit: Emit) -> None:
        self._grader = grader
        self._task = task
        self._patch = patch
        self._timeout = timeout
        self._emit = emit
        self._cancelled = threading.Event()
        self._client: HarnessClient | None = None

    def cancel(self) -> None:
        self._cancelled.set()
        if self._client:
            self._client.cancel()

    def run(self) -> Grade:
        """The grade.

        Raises:
            EngineGone: no engine answers.
        """
        began = time.perf_counter()
        try:
            grade = self._grade()
        except (ContainerError, OSError) as error:
            grade = Grade(Verdict.INFRA, " ".join(str(error).split()))
        return replace(grade, seconds=time.perf_counter() - began)

    def _grade(self) -> Grade:
        try:
            self._patch.encode()
        except UnicodeEncodeError:
            reason = "patch does not apply: holds characters that no file can hold (lone surrogates)"
            return Grade(Verdict.FAIL, reason)
        provide(recipe_of(self._task), self._emit, self._cancelled)
        folder = self._grader.folder(self._task)
        shutil.rmtree(folder, ignore_errors=True)  # the harness would take an old report for this one
        evaluation = self._evaluate(folder, self._timeout, self._emit)
        grade = self._verdict(evaluation)
        kept = folder / SUBMISSION / self._task.id
        return replace(grade, log=evaluation.log[-LOG_CHARS:], logs=self._told(kept))

    def _told(self, folder: Path) -> str:
        return folder.relative_to(self._grader.data).as_posix() if folder.is_dir() else ""

    def _evaluate(self, folder: Path, timeout: float, emit: Emit, skip_patch: bool = False) -> Evaluation:
        terms = Terms(
            owner=Owner(self._grader.session, self._grader.attempt),
            limits=self._grader.limits,
            network=self._grader.network,
            capabilities=bool(self._task.instance.get("image_assets")),
            seconds=timeout + GRACE_SECONDS,
        )
        client = self._client = HarnessClient(terms, emit)
        if self._cancelled.is_set():
            client.cancel()
        try:
            # The harness puts the name of a run behind a folder relative to the working folder. An
            # absolute path takes that folder's place, wherever this process may be working.
            run = Run(str(folder.absolute()), SUBMISSION, timeout, skip_patch)
            report = run_harness(self._task, self._patch, client, run)
            log = _read(folder / SUBMISSION / self._task.id / "test_output.txt")
            evaluation = Evaluation(report, log, client.witness)
            if not evaluation.judgement.resolved:
                client.look_for_starvation()
            # A copy, since closing looks like trouble.
            return replace(evaluation, witness=replace(client.witness))
        finally:
            client.close()

    def _verdict(self, evaluation: Evaluation) -> Grade:
        witness, judgement = evaluation.witness, evaluation.judgement
        if isinstance(witness.trouble, EngineGone):
            raise witness.trouble
        if witness.trouble and not witness.began:
            return Grade(Verdict.INFRA, str(witness.trouble))
        if witness.applied is False and not witness.began:
            return Grade(Verdict.FAIL, f"patch does not apply: {_complaint(witness.refusal)}")
        if witness.stopped is Stop.OUTPUT:
            most = self._grader.limits.output // MIB
            return Grade(Verdict.FAIL, f"the tests wrote more than {most} MiB of output")
        if witness.starved and not judgement.resolved:
            return self._starved()
        if witness.began and not witness.ended:
            return Grade(Verdict.TIMEOUT, f"the tests took more than {self._timeout:g} s")
        if not judgement.found:
            return self._without_results(evaluation)
        passed, failed = len(judgement.passed), len(judgement.failed)
        verdict = Verdict.PASS if judgement.resolved else Verdict.FAIL
        reason = "" if judgement.resolved else f"{failed} of {passed + failed} tests failed"
        return Grade(verdict, reason, passed, failed, judgement.failed)

    def _without_results(self, evaluation: Evaluation) -> Grade:
        """No results: the submission's doing where the same task gives results without it."""
        trouble = evaluation.witness.trouble
        clue = str(trouble) if trouble else evaluation.judgement.clue
        if self._sound():
            return Grade(Verdict.FAIL, f"no test results: {clue}")
        return Grade(Verdict.INFRA, f"harness error: no test results even without a submission: {clue}")

    def _starved(self) -> Grade:
        """Killed for want of memory: the submission's doing where the same task does without."""
        most = f"{self._grader.limits.memory // MIB} MiB of memory"
        if self._sound():
            return Grade(Verdict.FAIL, f"the tests needed more than {most} and were killed")
        return Grade(Verdict.INFRA, f"the tests need more than {most} even without a submission")

    def _sound(self) -> bool:
        known = self._grader._sound
        if self._task.id not in known:
            with tempfile.TemporaryDirectory(prefix=prefix("control"), ignore_cleanup_errors=True) as folder:
                control = self._evaluate(Path(folder), CONTROL_SECONDS, lambda _: None, skip_patch=True)
            if isinstance(control.witness.trouble, EngineGone):
                raise control.witness.trouble
            known[self._task.id] = control.judgement.found and not control.witness.starved
        return known[self._task.id]


def recipe_of(task: Task) -> Recipe:
    """How the image of a task is made."""
    base = task.base_commit if task.sources is not None else ""
    return Recipe(str(task.instance["image"]), task.build_folder, base)


@dataclass(frozen=True, slots=True)
class Run:
    """How the harness is to run.

    Attributes:
        id: names the folder of its logs.
        model: names a folder in that.
        timeout: wall seconds for the tests.
        skip_patch: grade the task as it is.
    """

    id: str
    model: str
    timeout: float
    skip_patch: bool = False


def run_harness(task: Task, patch: str, client: HarnessClient, run: Run) -> dict[str, Any] | None:
    """Run the harness on one submission; its report, or None where it made none."""
    from swebench.harness import run_evaluation
    from swebench.harness.utils import make_test_spec

    # It tells its errors on standard output, which is ours for data; they are in its log too.
    run_evaluation.__dict__["print"] = _silent
    run_evaluation.setup_logger = _logger_of_its_own
    prediction = {"instance_id": task.id, "model_name_or_path": run.model, "model_patch": patch}
    done = run_evaluation.run_instance(
        make_test_spec(dict(task.instance)),
        prediction,
        client,  # pyright: ignore[reportArgumentType] - all that the harness uses of a DockerClient
        run.id,
        run.timeout,  # pyright: ignore[reportArgumentType] - passed on to Thread.join
        skip_patch=run.skip_patch,
    )
    return done[1][task.id] if done else None


def _logger_of_its_own(instance_id: str, log_file: Path) -> logging.Logger:
    """A log for one grading alone; those of the harness are shared by all gradings of an instance."""
    log_file.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(log_file, mode="w", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s - %(levelname)s - %(message)s"))
    logger = logging.Logger(f"{instance_id}.{log_file.name}", logging.INFO)
    logger.addHandler(handler)
    logger.__dict__["log_file"] = log_file  # where the harness looks for it
    return logger


def _silent(*_: object, **__: object) -> None:
    pass


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""


def _complaint(output: str) -> str:
    """The line that says why, of what the last way to apply a patch wrote."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    told = [line for line in lines if line.startswith(("error:", "fatal:", "patch:", "Hunk"))] or lines
    return (told or ["git gave no reason"])[-1].removeprefix("error: ").removeprefix("patch: ")[:300]
