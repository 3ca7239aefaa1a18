"""Images of tasks: built once, again when the task changes, and proven to be what they should be."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from runners.containers import images
from runners.containers.container import Container
from runners.containers.engine import client
from runners.containers.errors import Cancelled, ImageMissing
from runners.containers.images import UNPROVEN, BuildFailed, Recipe, content_of, packed, provide
from runners.containers.labels import Owner
from runners.containers.sweep import sweep_images
from runners.processes import Process, me
from runners.suites.task import Task
from tests.docker_here import needs_docker
from tests.runners.task_repo import shop, shop_folder, task

__all__ = ["shop", "shop_folder", "task"]
IMAGE = f"marketbench-test-{os.getpid()}:latest"
SOON = 5.0


@pytest.fixture
def recipe(task: Task, shop_folder: Path, tmp_path: Path) -> Iterator[Recipe]:
    shutil.copytree(shop_folder, tmp_path / "suite", symlinks=True)
    yield Recipe(IMAGE, tmp_path / "suite" / "tasks" / task.id, task.base_commit)
    # By its name: the same image may have others, and be in use under them.
    if content_of(IMAGE) is not None:
        client().images.remove(IMAGE, force=True, noprune=True)


def provided(recipe: Recipe) -> list[str]:
    lines: list[str] = []
    provide(recipe, lines.append)
    return lines


@needs_docker
def test_an_image_is_built_once_with_a_line_for_each_step(recipe: Recipe) -> None:
    lines = provided(recipe)
    assert lines[0] == f"building the image {IMAGE}\n"
    assert any(line.startswith("Step ") for line in lines)
    assert provided(recipe) == []
    with Container(IMAGE, Owner()) as container:
        assert (
            container.exec("git rev-parse HEAD", 30, workdir="/testbed").output.strip() == recipe.base_commit
        )
        assert container.exec("ls /testbed", 30).output.split() == ["shop.py", "tests"]


@needs_docker
def test_a_task_that_changed_is_built_again_and_must_still_be_its_base_commit(recipe: Recipe) -> None:
    provided(recipe)
    assert recipe.folder
    sources = (recipe.folder / "src").resolve()
    (sources / "shop.py").write_text("changed = True\n")
    with pytest.raises(BuildFailed, match="not at the base commit"):
        provided(recipe)
    unproven = Recipe(IMAGE, recipe.folder)
    assert provided(unproven)
    assert provided(unproven) == []


@needs_docker
def test_a_broken_dockerfile_says_what_is_wrong_in_one_line(recipe: Recipe) -> None:
    assert recipe.folder
    (recipe.folder / "Dockerfile").write_text("ARG BASE\nFROM ${BASE}\nRUN exit 7\n")
    with pytest.raises(BuildFailed, match="returned a non-zero code: 7") as caught:
        provided(recipe)
    assert "\n" not in str(caught.value)


@needs_docker
def test_a_build_can_be_cancelled(recipe: Recipe) -> None:
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(Cancelled):
        provide(recipe, lambda _: None, cancelled)


def test_whoever_waits_for_somebody_elses_build_can_be_cancelled() -> None:
    cancelled = threading.Event()
    with images._locks[IMAGE]:
        threading.Timer(0.1, cancelled.set).start()
        began = time.monotonic()
        with pytest.raises(Cancelled):
            provide(Recipe(IMAGE), lambda _: None, cancelled)
    assert time.monotonic() - began < SOON


def test_a_step_that_is_silent_for_long_can_be_cancelled() -> None:
    cancelled, never = threading.Event(), threading.Event()

    def steps() -> Iterator[dict[str, str]]:
        yield {"stream": "Step 1/1 : RUN sleep 321"}
        never.wait()

    heard: list[str] = []
    threading.Timer(0.1, cancelled.set).start()
    began = time.monotonic()
    with pytest.raises(Cancelled):
        images._follow(steps(), "it cannot be built", heard.append, cancelled)
    assert time.monotonic() - began < SOON
    assert heard == ["Step 1/1 : RUN sleep 321\n"]
    never.set()


@needs_docker
def test_what_a_process_killed_while_building_left_is_swept(recipe: Recipe) -> None:
    provided(recipe)
    built = client().images.get(IMAGE)
    built.tag(UNPROVEN, f"{Process(me().place, me().pid, '1')}.0")
    built.tag(UNPROVEN, f"{me()}.1")
    assert sweep_images() >= 1
    left = [tag for image in client().images.list(name=UNPROVEN) for tag in image.tags]
    assert f"{UNPROVEN}:{me()}.1" in left
    assert not any(".1." in tag and tag.endswith(".0") for tag in left)
    client().images.remove(f"{UNPROVEN}:{me()}.1", noprune=True)


@needs_docker
def test_an_image_without_a_recipe_that_cannot_be_pulled_is_missing() -> None:
    with pytest.raises(ImageMissing, match="not here and cannot be pulled"):
        provide(Recipe("registry.invalid/no-such:latest"), lambda _: None)


def test_a_build_context_follows_links_and_is_the_same_for_the_same_files(tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "module.py").write_text("x = 1\n")
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "src").symlink_to("../package")
    before = packed(tmp_path / "a")
    assert b"src/module.py" in before
    (tmp_path / "package" / "__pycache__").mkdir()
    (tmp_path / "package" / "__pycache__" / "module.pyc").write_bytes(b"output of a build")
    assert before == packed(tmp_path / "b")
