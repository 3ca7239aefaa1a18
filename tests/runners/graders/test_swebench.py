"""Verdicts of the official harness in Docker: the same as the local grader's, and as telling."""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import tarfile
import time
from dataclasses import replace
from pathlib import Path

import pytest

from market.records import Verdict
from runners.containers.engine import client
from runners.containers.errors import EngineGone
from runners.containers.images import BASE
from runners.containers.labels import SESSION, Owner
from runners.containers.limits import MIB, ContainerLimits
from runners.graders.base import Grade
from runners.graders.harness import HarnessClient, Terms
from runners.graders.local import LocalGrader
from runners.graders.swebench import SwebenchGrader
from runners.suites.loading import load_suite
from runners.suites.task import Task
from tests.docker_here import needs_docker
from tests.runners.task_repo import BUGGY, FIXED, GRADE_SECONDS, patch_of

pytestmark = needs_docker
SOON = 8.0


@pytest.fixture
def grader(tmp_path: Path) -> SwebenchGrader:
    limits = ContainerLimits(memory=512 * MIB, processes=128, output=1 * MIB)
    return SwebenchGrader(tmp_path / "data", session=tmp_path.name, limits=limits, attempt="shop-1#1")


async def grade(grader: SwebenchGrader, task: Task, patch: str, seconds: float = GRADE_SECONDS) -> Grade:
    return await grader.grade(task, patch, seconds, lambda _: None)


def containers_of(grader: SwebenchGrader) -> list[str]:
    found = client().containers.list(all=True, filters={"label": f"{SESSION}={grader.session}"})
    return [str(each.id) for each in found]


async def test_gold_passes_and_its_logs_are_kept(grader: SwebenchGrader, task: Task) -> None:
    grade_ = await grade(grader, task, task.gold_patch)
    assert (grade_.verdict, grade_.reason) == (Verdict.PASS, "")
    assert (grade_.tests_passed, grade_.tests_failed) == (3, 0)
    kept = {path.name for path in (grader.data / grade_.logs).iterdir()}
    assert {"test_output.txt", "report.json", "run_instance.log", "patch.diff"} <= kept
    assert "3 passed" in grade_.log
    assert containers_of(grader) == []


async def test_output_of_the_tests_is_shown_as_it_appears(grader: SwebenchGrader, task: Task) -> None:
    heard: list[str] = []
    await grader.grade(task, task.gold_patch, GRADE_SECONDS, heard.append)
    assert "3 passed" in "".join(heard)


@pytest.mark.parametrize("reason", ["only-positive", "only-the-example"])
async def test_a_wrong_patch_fails_as_in_the_local_grader(
    grader: SwebenchGrader, task: Task, reason: str
) -> None:
    patch = task.wrong_patches[reason]
    official, local = await grade(grader, task, patch), await LocalGrader().grade(task, patch, 60, print)
    assert official.verdict is local.verdict is Verdict.FAIL
    assert (official.reason, official.failed_tests) == (local.reason, local.failed_tests)


async def test_without_a_submission_there_is_nothing_to_run(grader: SwebenchGrader, task: Task) -> None:
    assert (await grade(grader, task, " \n")).reason == "nothing was submitted"
    unpatched = await grader.run_tests(task, "", GRADE_SECONDS, lambda _: None)
    assert unpatched.verdict is Verdict.FAIL
    assert set(unpatched.failed_tests) == set(task.fail_to_pass)


async def test_a_patch_that_does_not_apply_is_told_from_tests_that_fail(
    grader: SwebenchGrader, task: Task
) -> None:
    for patch in ("just words\n", task.gold_patch.replace("a - b", "a / b")):
        grade_ = await grade(grader, task, patch)
        assert grade_.verdict is Verdict.FAIL
        assert grade_.reason.startswith("patch does not apply: ")


async def test_wrong_context_is_mended_by_the_harness_own_fallbacks(
    grader: SwebenchGrader, task: Task
) -> None:
    lines = task.gold_patch.splitlines(keepends=True)
    context = next(at for at, line in enumerate(lines) if line.startswith(" ") and line.strip())
    lines[context] = " something that is not there\n"
    assert (await grade(grader, task, "".join(lines))).verdict is Verdict.PASS


async def test_a_patch_of_the_tests_does_not_help(grader: SwebenchGrader, task: Task, tmp_path: Path) -> None:
    assert task.sources
    cheat = {"tests/test_add.py": "def test_add(): pass\n\n\ndef test_add_negative(): pass\n"}
    patch = await patch_of(task.sources, tmp_path / "cheat", {**cheat})
    grade_ = await grade(grader, task, patch)
    assert grade_.verdict is Verdict.FAIL


async def test_paths_and_links_out_of_the_workspace_reach_nothing_here(
    grader: SwebenchGrader, task: Task
) -> None:
    marker = Path("/tmp") / f"marketbench-escape-{os.getpid()}"
    out = f"--- /dev/null\n+++ b/../../../../{marker.relative_to('/')}\n@@ -0,0 +1 @@\n+x\n"
    link = "diff --git a/way b/way\nnew file mode 120000\n--- /dev/null\n+++ b/way\n@@ -0,0 +1 @@\n+/tmp\n"
    through = f"diff --git a/way/{marker.name} b/way/{marker.name}\nnew file mode 100644\n--- /dev/null\n"
    through += f"+++ b/way/{marker.name}\n@@ -0,0 +1 @@\n+x\n"
    for patch in (out, link + through):
        grade_ = await grade(grader, task, patch)
        assert grade_.verdict is Verdict.FAIL
        assert not marker.exists()


@pytest.mark.parametrize("name", ["line ends", "binary file", "file mode"])
async def test_patches_that_are_more_than_text_arrive_whole(
    grader: SwebenchGrader, task: Task, tmp_path: Path, name: str
) -> None:
    assert task.sources
    patch = {
        "line ends": await patch_of(
            task.sources, tmp_path / "ends", {"shop.py": FIXED, "dos.txt": "one\r\ntwo\r\n"}
        ),
        "binary file": await patch_of(
            task.sources, tmp_path / "binary", {"shop.py": FIXED, "data.bin": "\x00\x01\x02"}
        ),
        "file mode": (await patch_of(task.sources, tmp_path / "mode", {"shop.py": FIXED}))
        .replace("index ", "old mode 100644\nnew mode 100755\nindex ", 1)
        .replace(" 100644\n---", "\n---", 1),
    }[name]
    grade_ = await grade(grader, task, patch)
    assert (grade_.verdict, grade_.reason) == (Verdict.PASS, "")


async def test_the_folder_that_this_process_works_in_changes_nothing(
    grader: SwebenchGrader, task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "repository").mkdir()
    for module in ("docker.py", "swebench.py", "json.py"):
        (tmp_path / "repository" / module).write_text("raise SystemExit('the wrong module')\n")
    monkeypatch.chdir(tmp_path / "repository")
    assert (await grade(grader, task, task.gold_patch)).verdict is Verdict.PASS
    assert not (tmp_path / "repository" / "logs").exists()


async def changed(task: Task, scratch: Path, body: str) -> str:
    assert task.sources
    text = FIXED.replace("    return a + b", body)
    assert text not in (FIXED, BUGGY)
    return await patch_of(task.sources, scratch, {"shop.py": text})


async def test_tests_that_take_too_long_are_a_timeout(
    grader: SwebenchGrader, task: Task, tmp_path: Path
) -> None:
    patch = await changed(task, tmp_path / "s", "    import time; time.sleep(321); return a + b")
    began = time.monotonic()
    grade_ = await grade(grader, task, patch, seconds=4)
    assert (grade_.verdict, grade_.reason) == (Verdict.TIMEOUT, "the tests took more than 4 s")
    assert time.monotonic() - began < 4 + 2 * SOON
    assert containers_of(grader) == []


async def test_tests_that_write_without_end_are_stopped(
    grader: SwebenchGrader, task: Task, tmp_path: Path
) -> None:
    # Past pytest's capturing: to the pipe that bash, its parent, writes to.
    flood = "    import os\n    out = open(f'/proc/{os.getppid()}/fd/1', 'w')\n"
    flood += "    while True:\n        out.write('x' * 9999)\n"
    grade_ = await grade(grader, task, await changed(task, tmp_path / "s", flood))
    assert (grade_.verdict, grade_.reason) == (Verdict.FAIL, "the tests wrote more than 1 MiB of output")


async def test_a_submission_cannot_earn_infra_by_ending_its_container(
    grader: SwebenchGrader, task: Task, tmp_path: Path
) -> None:
    patch = await changed(
        task, tmp_path / "s", "    import os, time; os.kill(1, 15); time.sleep(20); return a + b"
    )
    grade_ = await grade(grader, task, patch)
    assert grade_.verdict is Verdict.FAIL
    assert "no test results" in grade_.reason


async def test_an_image_that_cannot_be_had_is_infra(grader: SwebenchGrader, task: Task) -> None:
    instance = {**task.instance, "image": "registry.invalid/no-such:latest"}
    grade_ = await grade(grader, replace(task, instance=instance, build_folder=None), task.gold_patch)
    assert grade_.verdict is Verdict.INFRA
    assert "not here and cannot be pulled" in grade_.reason


async def test_a_task_whose_tests_never_give_results_is_infra(grader: SwebenchGrader, task: Task) -> None:
    broken = {**task.instance, "eval_script": "#!/bin/bash\nexit 1\n"}
    grade_ = await grade(grader, replace(task, id="shop-broken", instance=broken), task.gold_patch)
    assert grade_.verdict is Verdict.INFRA
    assert "even without a submission" in grade_.reason


async def test_no_engine_is_an_outage(
    grader: SwebenchGrader, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    with pytest.raises(EngineGone, match="no Docker engine answers"):
        await grade(grader, task, task.gold_patch)


async def test_cancelling_leaves_nothing_behind_within_seconds(
    grader: SwebenchGrader, task: Task, tmp_path: Path
) -> None:
    patch = await changed(task, tmp_path / "s", "    import time; time.sleep(321); return a + b")
    begun = asyncio.Event()
    work = asyncio.create_task(grader.grade(task, patch, 300, lambda _: begun.set()))
    await asyncio.wait_for(begun.wait(), 120)
    began = time.monotonic()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert time.monotonic() - began < SOON
    assert containers_of(grader) == []


async def test_an_old_report_in_the_folder_of_logs_is_not_taken_for_this_one(
    grader: SwebenchGrader, task: Task
) -> None:
    assert (await grade(grader, task, task.gold_patch)).verdict is Verdict.PASS
    assert (await grade(grader, task, task.wrong_patches["only-positive"])).verdict is Verdict.FAIL


STARTER = load_suite("starter").tasks


@pytest.mark.slow
@pytest.mark.skipif(
    not os.environ.get("MARKETBENCH_TEST_ALL"), reason="set MARKETBENCH_TEST_ALL for the other tasks"
)
@pytest.mark.parametrize("task", STARTER, ids=lambda task: task.id)
async def test_every_patch_of_every_task_has_the_local_verdict(grader: SwebenchGrader, task: Task) -> None:
    await same_verdicts(grader, task)


@pytest.mark.parametrize("task", STARTER[::13], ids=lambda task: task.id)
async def test_every_patch_of_a_task_has_the_local_verdict(grader: SwebenchGrader, task: Task) -> None:
    await same_verdicts(grader, task)


async def same_verdicts(grader: SwebenchGrader, task: Task) -> None:
    for name, patch in {"gold": task.gold_patch, "empty": "", **task.wrong_patches}.items():
        official = await grader.run_tests(task, patch, GRADE_SECONDS, lambda _: None)
        local = await LocalGrader().run_tests(task, patch, GRADE_SECONDS, lambda _: None)
        expected = (name, local.verdict, local.reason, local.failed_tests)
        assert (name, official.verdict, official.reason, official.failed_tests) == expected
    shutil.rmtree(grader.data, ignore_errors=True)


async def test_a_kill_for_want_of_memory_is_told_as_such_and_not_as_failing_tests(
    grader: SwebenchGrader, task: Task, tmp_path: Path
) -> None:
    hungry = await changed(task, tmp_path / "s", "    return len(bytearray(b'x' * 2**30)) and a + b")
    grade_ = await grade(grader, task, hungry)
    told = "the tests needed more than 512 MiB of memory and were killed"
    assert (grade_.verdict, grade_.reason) == (Verdict.FAIL, told)


def test_what_the_harness_copies_lies_in_folders_that_the_image_lacks(grader: SwebenchGrader) -> None:
    terms = Terms(Owner(grader.session), grader.limits, network=False, capabilities=False, seconds=60)
    hands = HarnessClient(terms, lambda _: None)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        member = tarfile.TarInfo("expected.txt")
        member.size = 2
        archive.addfile(member, io.BytesIO(b"42"))
    body = hands.create(BASE)
    try:
        body.start()
        body.exec_run("mkdir -p /image_assets/deep", user="root")
        assert body.put_archive("/image_assets/deep", packed.getvalue())
        assert body.exec_run("cat /image_assets/deep/expected.txt") == (0, b"42")
    finally:
        hands.close()


async def test_two_gradings_of_one_task_at_once_keep_their_logs_apart(
    grader: SwebenchGrader, task: Task
) -> None:
    good, bad = grader.for_attempt("shop-1#1"), grader.for_attempt("shop-1#2")
    wrong = task.wrong_patches["only-positive"]
    grades = await asyncio.gather(grade(good, task, task.gold_patch), grade(bad, task, wrong))
    assert [each.verdict for each in grades] == [Verdict.PASS, Verdict.FAIL]
    logs = [(grader.data / each.logs / "run_instance.log").read_text() for each in grades]
    assert [log.count("Container for shop-1 started") for log in logs] == [1, 1]
