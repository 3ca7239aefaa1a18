"""mini-swe-agent in the container of a task's own image: it works there, and it ends when it must."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from market.spec import AttemptLimits, SandboxKind, WorkerSpec
from runners.containers.engine import client
from runners.containers.labels import SESSION
from runners.scaffolds.mini_swe_agent import MiniSweAgent
from runners.suites.task import Task
from tests.docker_here import needs_docker
from tests.runners.scaffolds.test_mini_swe_agent import PATCH, REPAIR, SUBMIT, Agent
from tests.runners.scaffolds.works import Bench

pytestmark = needs_docker
SOON = 5.0


def bench(task: Task, *steps: object) -> Bench:
    limits = AttemptLimits(steps=10, memory_mib=512, processes=64)
    spec = WorkerSpec(
        name="w", model="test/m", scaffold="mini-swe-agent", sandbox=SandboxKind.DOCKER, limits=limits
    )
    return Bench(task, spec, Agent(list(steps)))


def containers_of(session: str) -> list[str]:
    found = client().containers.list(all=True, filters={"label": f"{SESSION}={session}"})
    return [str(each.id) for each in found]


async def cancelled_on(made: Bench, folder: Path, sign: Callable[[str], bool]) -> float:
    """Cancel the attempt once it shows a text with this sign; the seconds until it had ended."""
    begun = asyncio.Event()
    made.on_show = lambda text: begun.set() if sign(text) else None
    agent = MiniSweAgent(session=folder.name)
    running = asyncio.create_task(agent.attempt(await made.work(folder)))
    await asyncio.wait_for(begun.wait(), 120)
    before = time.monotonic()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    return time.monotonic() - before


async def test_an_agent_works_in_its_tasks_image_and_leaves_no_container(task: Task, tmp_path: Path) -> None:
    made = bench(task, [REPAIR], [PATCH], [f"{SUBMIT} && cat patch.txt"])
    submission = await MiniSweAgent(session=tmp_path.name).attempt(await made.work(tmp_path))
    assert (submission.content, submission.note) == (task.gold_patch, "")
    assert containers_of(tmp_path.name) == []


async def test_cancelling_ends_its_container_within_seconds(task: Task, tmp_path: Path) -> None:
    made = bench(task, ["trap '' TERM; (setsid sleep 7813 &); echo begun; sleep 7813"])
    seconds = await cancelled_on(made, tmp_path, lambda text: "begun\n" in text and "$" not in text)
    assert seconds < SOON
    assert containers_of(tmp_path.name) == []
