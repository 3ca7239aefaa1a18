"""Grades a predictions file by the official harness, and makes the official report of the run.

Logs and reports lie where the harness puts them, below a folder of ours: a run of the same name
goes on where an earlier one stopped.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from market.errors import MarketBenchError
from market.spec import GraderKind
from runners.containers.errors import ContainerError, EngineGone
from runners.containers.images import provide
from runners.containers.labels import Owner
from runners.containers.limits import ContainerLimits
from runners.containers.sweep import sweep_containers
from runners.graders.choosing import lacks
from runners.graders.harness import HarnessClient, Terms
from runners.graders.swebench import GRACE_SECONDS, Run, recipe_of, run_harness
from runners.predictions import Prediction
from runners.suites.loading import select
from runners.suites.task import Suite, Task

FOLDER = "evaluations"
"""Below the folder of the database: where the harness works."""
_RUN = re.compile(r"[A-Za-z0-9][\w.-]{0,99}")

Tell = Callable[[str], None]


class GradingError(MarketBenchError):
    """Predictions that cannot be graded against this suite."""


@dataclass(frozen=True, slots=True)
class Order:
    """How to grade.

    Attributes:
        run: names the run, its logs and its report.
        work: folder in which the harness works.
        report_folder: where the report goes.
        timeout: wall seconds for the tests of one prediction.
        parallel: predictions at a time.
        network: whether the tests reach the network.
    """

    run: str
    work: Path
    report_folder: Path
    timeout: float = 1800
    parallel: int = 2
    network: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """The official report of a run: its figures, the harness's own words for them, and the file."""

    figures: dict[str, Any]
    words: str
    path: Path


def grade_predictions(
    suite: Suite, predictions: Sequence[Prediction], order: Order, tell: Tell = lambda _: None
) -> Report:
    """Grade predictions, of whatever models.

    Args:
        suite: the dataset; all its tasks count in the report, as in the harness.
        predictions: what to grade; empty patches are not run.
        order: how to grade.
        tell: gets a line for each thing that happens.

    Raises:
        GradingError, SuiteError: a prediction is for no task of the suite, or for one that lacks
            what grading needs; or a folder cannot be written to.
        EngineGone, ContainerError: Docker cannot be used.
    """
    if not _RUN.fullmatch(order.run):
        raise GradingError(f"{order.run!r} cannot name a run; use letters, digits, dots and dashes")
    tasks = {task.id: task for task in select(suite, [each.instance_id for each in predictions])}
    work = [(tasks[each.instance_id], each) for each in predictions if each.model_patch.strip()]
    for task, _ in work:
        if missing := lacks(task, GraderKind.SWEBENCH):
            raise GradingError(f"{task.id} cannot be graded: the dataset lacks {', '.join(missing)}")
    _make(order.work)
    _make(order.report_folder)
    sweep_containers()
    with _working_in(order.work):
        _grade_all(work, order, tell)
        return _report(suite, predictions, order)


def _grade_all(work: Sequence[tuple[Task, Prediction]], order: Order, tell: Tell) -> None:
    running = _Running()
    with ThreadPoolExecutor(order.parallel) as pool:
        grading = [pool.submit(_grade, task, prediction, order, tell, running) for task, prediction in work]
        try:
            for number, each in enumerate(grading, start=1):
                tell(f"{number} of {len(work)}  {each.result()}")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            running.cancel()
            raise


@dataclass(slots=True)
class _Running:
    """What must end where a person breaks off, or the engine goes away."""

    stop: threading.Event = field(default_factory=threading.Event)
    clients: list[HarnessClient] = field(default_factory=list[HarnessClient])

    def begin(self, client: HarnessClient) -> None:
        """Let a client begin; it ends at once if all others are ending."""
        self.clients.append(client)
        if self.stop.is_set():
            client.cancel()

    def cancel(self) -> None:
        """End everything."""
        self.stop.set()
        for client in list(self.clients):
            client.cancel()


def _grade(task: Task, prediction: Prediction, order: Order, tell: Tell, running: _Running) -> str:
    """Grade one; how it went, in one line. What is wrong with one image is left to the report."""
    try:
        provide(recipe_of(task), lambda line: tell(line.rstrip()), running.stop)
    except ContainerError as error:
        return f"{task.id}: error: {error}"
    terms = Terms(
        owner=Owner(session=order.run),
        limits=ContainerLimits(),
        network=order.network,
        capabilities=bool(task.instance.get("image_assets")),
        seconds=order.timeout + GRACE_SECONDS,
    )
    client = HarnessClient(terms, lambda _: None)
    running.begin(client)
    run = Run(order.run, prediction.model_name_or_path, order.timeout)
    try:
        report = run_harness(task, prediction.model_patch, client, run)
        trouble = client.witness.trouble
    finally:
        client.close()
    if isinstance(trouble, EngineGone):
        raise trouble
    if report is None:
        return f"{task.id}: error: {trouble or 'see its run_instance.log'}"
    return f"{task.id}: {'resolved' if report['resolved'] else 'not resolved'}"


def _report(suite: Suite, predictions: Sequence[Prediction], order: Order) -> Report:
    from swebench.harness.reporting import make_run_report

    words = io.StringIO()
    with contextlib.redirect_stdout(words):
        path = make_run_report(
            {each.instance_id: asdict(each) for each in predictions},
            [dict(task.instance) for task in suite.tasks],
            order.run,
            None,
            str(order.report_folder.absolute()),
        )
    return Report(json.loads(path.read_text(encoding="utf-8")), words.getvalue(), path)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GradingError(f"{folder} cannot be written to ({error.strerror}); choose another") from None


@contextlib.contextmanager
def _working_in(folder: Path) -> Iterator[None]:
    """Work in a folder, since the harness writes into the one it is started from."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
