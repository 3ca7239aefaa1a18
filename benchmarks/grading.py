"""What an attempt in Docker costs beyond its tests, against the harness by hand; and two at a time.

Two limits: beyond its tests, a grading costs at most a quarter of what `run_instance` costs when it
is called by hand with a plain Docker client; and 12 attempts, 2 at a time, take at most 0.6 of the
time that they take one after the other (on two cores). Attempts are those of a session at the pace
of the demo, which streams much faster than any model.

Without a limit, for whoever works on it: the same for gradings alone, which wait for no model and
keep more than one core busy each, beside plain computation, which says what two cores give here.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from statistics import median

from market.events import TaskAwarded, VerdictReached
from market.records import Verdict
from market.spec import GraderKind, LimitsSpec, MechanismSpec, SessionSpec, WorkerSpec
from runners.containers.engine import answers
from runners.containers.images import provide
from runners.graders.swebench import SwebenchGrader, recipe_of
from runners.session import Workshop
from runners.settings import Settings
from runners.suites.loading import load_suite
from runners.suites.task import Task
from store import open_store

SHARE = 0.25
PARALLEL_SHARE = 0.6
REPEATS = 3
TASKS = 12
SECONDS = 120
WORKERS = ("atlas", "boreas", "corvus")
PACE = 1.0
COMPUTATION = (sys.executable, "-c", "for i in range(6_000_000): i * i")
Work = Callable[[list[Task], int], Coroutine[None, None, float]]
_RUNTIME = re.compile(r"Test runtime: ([\d_.]+) seconds")


@contextlib.contextmanager
def working_in(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def tests_alone(logs: Path) -> float:
    """Seconds that the tests took, as the harness wrote them down."""
    (log,) = logs.rglob("run_instance.log")
    found = _RUNTIME.search(log.read_text())
    assert found
    return float(found[1].replace("_", ""))


def by_hand(task: Task) -> float:
    """Seconds beyond the tests of the harness alone."""
    import docker
    from swebench.harness.run_evaluation import run_instance
    from swebench.harness.utils import make_test_spec

    prediction = {"instance_id": task.id, "model_name_or_path": "hand", "model_patch": task.gold_patch}
    with tempfile.TemporaryDirectory() as folder, working_in(Path(folder)):
        began = time.perf_counter()
        done = run_instance(
            make_test_spec(dict(task.instance)), prediction, docker.from_env(), "bench", SECONDS
        )
        taken = time.perf_counter() - began
        assert done
        assert done[1][task.id]["resolved"]
        return taken - tests_alone(Path(folder))


def ours(task: Task) -> float:
    """Seconds beyond the tests of our grader."""
    with tempfile.TemporaryDirectory() as folder:
        grader = SwebenchGrader(Path(folder), "bench")
        began = time.perf_counter()
        grade = asyncio.run(grader.grade(task, task.gold_patch, SECONDS, lambda _: None))
        taken = time.perf_counter() - began
        assert grade.verdict is Verdict.PASS, grade.reason
        return taken - tests_alone(Path(folder))


async def together(tasks: list[Task], parallel: int) -> float:
    """Seconds for all tasks, so many at a time."""
    places = asyncio.Semaphore(parallel)
    with tempfile.TemporaryDirectory() as folder:

        async def one(task: Task) -> None:
            async with places:
                grader = SwebenchGrader(Path(folder), "bench", attempt=task.id)
                grade = await grader.grade(task, task.gold_patch, SECONDS, lambda _: None)
                assert grade.verdict is Verdict.PASS, grade.reason

        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for task in tasks:
                group.create_task(one(task))
        return time.perf_counter() - began


async def computing(_: list[Task], parallel: int) -> float:
    """Seconds for plain computations, so many at a time."""
    places = asyncio.Semaphore(parallel)

    async def one() -> None:
        async with places:
            await (await asyncio.create_subprocess_exec(*COMPUTATION)).wait()

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(TASKS)))
    return time.perf_counter() - began


async def attempting(tasks: list[Task], parallel: int) -> float:
    """Seconds from the first award of a session to its last verdict, so many attempts at a time."""
    spec = SessionSpec(
        suite="starter",
        tasks=tuple(task.id for task in tasks),
        workers=tuple(WorkerSpec(name=name, model=f"sim/{name}") for name in WORKERS),
        mechanism=MechanismSpec(name="direct-penalty", knobs={"bounty": 10.0}),
        limits=LimitsSpec(budget_usd=100, attempts=1, parallel_attempts=parallel),
        grader=GraderKind.SWEBENCH,
        seed=7,
        pace=PACE,
    )
    awarded: list[int] = []
    judged: list[int] = []
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "bench.sqlite3") as store:
        async with Workshop(store, Settings()).begin(spec) as ready:
            async for event in ready.engine.run():
                if isinstance(event.event, TaskAwarded):
                    awarded.append(event.offset_us)
                elif isinstance(event.event, VerdictReached):
                    judged.append(event.offset_us)
    assert len(awarded) == len(judged) == len(tasks)
    return (judged[-1] - awarded[0]) / 1e6


def halved(name: str, work: Work, tasks: list[Task]) -> float:
    """Print seconds one at a time and two at a time; their ratio."""
    serial, parallel = asyncio.run(work(tasks, 1)), asyncio.run(work(tasks, 2))
    ratio = parallel / serial
    print(f"{TASKS} {name}: one at a time {serial:.1f} s, two at a time {parallel:.1f} s, ratio {ratio:.2f}")
    return ratio


def main() -> int:
    """Print costs and their ratios; 1 when a limit is missed."""
    if not answers():
        print("skipped: no Docker engine answers (.ci/docker.sh starts one)")
        return 0
    tasks = list(load_suite("starter").tasks[:TASKS])
    for task in tasks:
        provide(recipe_of(task), lambda _: None)
    ours(tasks[0])  # imports
    mine, theirs = (median(cost(tasks[0]) for _ in range(REPEATS)) for cost in (ours, by_hand))
    share = mine / theirs
    print(f"beyond its tests: grader {mine:.2f} s, run_instance by hand {theirs:.2f} s")
    print(f"ratio {share:.2f} (limit {SHARE})")
    gain = halved("attempts", attempting, tasks)
    print(f"limit {PARALLEL_SHARE} on two cores")
    halved("gradings alone", together, tasks)
    halved("computations", computing, tasks)
    return int(share > SHARE or gain > PARALLEL_SHARE)


if __name__ == "__main__":
    sys.exit(main())
