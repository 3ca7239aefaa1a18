"""The images that tasks are worked on and graded in: there already, built, or pulled.

An image is built from the folder of its task in a task repo. Its content is kept with it as a
label, so that a task that changed is built again and no verdict comes from stale sources.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import queue
import re
import tarfile
import threading
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from runners.containers.container import Container
from runners.containers.engine import client
from runners.containers.errors import Cancelled, ContainerError, ImageMissing, docker_errors
from runners.containers.labels import PREFIX, Owner
from runners.processes import me
from runners.workspace import BUILD_OUTPUTS

BASE = "marketbench-base:latest"
"""An image of this name, where there is one, takes the place of the one that Dockerfiles with an
argument `BASE` start from; so that machines without an image registry can build."""
UNPROVEN = "marketbench-unproven"
"""Name of images that are not looked at yet; each is tagged with the process that built it."""
CONTENT = f"{PREFIX}content"
BUILD_SECONDS = 1800
"""How long one step of a build may be silent."""
LOOK_SECONDS = 0.2
"""How often whoever builds, pulls or waits looks whether that was cancelled."""
TESTBED = "/testbed"
CHECK_SECONDS = 60
_TAKES_BASE = re.compile(r"^\s*ARG\s+BASE\b", re.MULTILINE | re.IGNORECASE)
_CHATTER = ("--->", "Removing intermediate", "Successfully")
_TOLD = ("Pulling from", "Pull complete", "Downloaded", "Digest")

Emit = Callable[[str], None]


class BuildFailed(ContainerError):
    """An image cannot be built; the message is the build's own last line."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a task's image is made.

    Attributes:
        image: its name.
        folder: with the Dockerfile and what it copies; None where the image can only be pulled.
        base_commit: what the repository in `TESTBED` must stand at; not looked at where empty.
    """

    image: str
    folder: Path | None = None
    base_commit: str = ""


_locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


def provide(recipe: Recipe, emit: Emit, cancelled: threading.Event | None = None) -> None:
    """See to it that an image is there; one thread at a time makes it, the others wait for it.

    Args:
        recipe: the image, and how it is made.
        emit: gets a line for each step of a build or a pull.
        cancelled: once set, the build is given up.

    Raises:
        ImageMissing: it is not there, and can be neither built nor pulled.
        BuildFailed: its Dockerfile fails, or gives another state of the repository.
        DiskFull, EngineGone, Cancelled: see `runners.containers.errors`.
    """
    stop = cancelled or threading.Event()
    with _alone(recipe.image, stop):
        if recipe.folder is None or not (recipe.folder / "Dockerfile").is_file():
            if content_of(recipe.image) is None:
                _pull(recipe.image, emit, stop)
            return
        base = _base(recipe.folder)
        context = packed(recipe.folder)
        content = hashlib.sha256(context + base.encode()).hexdigest()
        # One without our label was built or pulled by the user, who knows what it is.
        if content_of(recipe.image) not in (content, ""):
            _build(recipe, context, base, content, emit, stop)


@contextlib.contextmanager
def _alone(image: str, stop: threading.Event) -> Iterator[None]:
    """While no other thread makes this image."""
    lock = _locks[image]
    while not lock.acquire(timeout=LOOK_SECONDS):
        if stop.is_set():
            raise Cancelled("the wait for an image was cancelled")
    try:
        yield
    finally:
        lock.release()


def packed(folder: Path) -> bytes:
    """A build context: all files of a folder, links followed, the same bytes for the same files.

    The sources of a task are a link to a package that several tasks share, which Docker by itself
    would refuse to follow.
    """
    found = io.BytesIO()
    with tarfile.open(fileobj=found, mode="w", dereference=True, format=tarfile.GNU_FORMAT) as archive:
        for path in sorted(_files(folder)):
            member = archive.gettarinfo(str(path), str(path.relative_to(folder)))
            member.mtime, member.uid, member.gid, member.uname, member.gname = 0, 0, 0, "", ""
            member.mode = 0o755 if member.mode & 0o100 else 0o644
            # A hard link would name a file that need not be in the archive.
            member.type, member.linkname, member.size = tarfile.REGTYPE, "", path.stat().st_size
            with path.open("rb") as content:
                archive.addfile(member, content)
    return found.getvalue()


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if any(path.match(pattern) for pattern in BUILD_OUTPUTS):
            continue
        if path.is_dir():
            yield from _files(path)
        else:
            yield path


def content_of(image: str) -> str | None:
    """The content that an image was built from; empty where it does not say, None where it is not there."""
    try:
        with docker_errors(f"cannot look for the image {image}"):
            return client().images.get(image).labels.get(CONTENT, "")
    except ImageMissing:
        return None


def _base(folder: Path) -> str:
    """What to give the Dockerfile as `BASE`; empty where it decides for itself."""
    takes = _TAKES_BASE.search((folder / "Dockerfile").read_text(encoding="utf-8"))
    return BASE if takes and content_of(BASE) is not None else ""


@cache
def _patient(_pid: int = 0) -> Any:
    """A client that waits for steps that are silent for long."""
    import docker

    return docker.from_env(timeout=BUILD_SECONDS)


def _build(
    recipe: Recipe, context: bytes, base: str, content: str, emit: Emit, stop: threading.Event
) -> None:
    emit(f"building the image {recipe.image}\n")
    unproven = f"{UNPROVEN}:{me()}.{uuid.uuid4().hex[:12]}"
    with docker_errors(f"cannot build the image {recipe.image}"):
        steps = _patient().api.build(
            fileobj=io.BytesIO(context),
            custom_context=True,
            tag=unproven,
            buildargs={"BASE": base} if base else {},
            labels={CONTENT: content},
            rm=True,
            forcerm=True,
            decode=True,
        )
        _follow(steps, f"the image {recipe.image} cannot be built", emit, stop)
        try:
            _prove(recipe, unproven)
            name, _, tag = recipe.image.rpartition(":")
            client().images.get(unproven).tag(name or recipe.image, tag if name else "latest")
        finally:
            client().images.remove(unproven, noprune=True)


def _follow(steps: Iterable[dict[str, Any]], trouble: str, emit: Emit, stop: threading.Event) -> None:
    for step in _until(stop, steps, "the build was cancelled"):
        if error := step.get("error"):
            words = " ".join(str(error).split())[:300]
            full = "no space left on device" in words.lower()
            raise BuildFailed(f"{trouble}: {'the disk is full; free some space' if full else words}")
        text = str(step.get("stream", "")).strip()
        if text and not text.startswith(_CHATTER):
            emit(f"{text}\n")


def _until(stop: threading.Event, steps: Iterable[dict[str, Any]], told: str) -> Iterator[dict[str, Any]]:
    """The steps of a build or a pull as they come.

    Raises:
        Cancelled: `stop` was set; looked at even while a step is silent. The engine is hung up on
            at the step's next word.
        Exception: what reading them raised.
    """
    heard: queue.SimpleQueue[dict[str, Any] | Exception | None] = queue.SimpleQueue()

    def listen() -> None:
        try:
            for step in steps:
                heard.put(step)
                if stop.is_set():
                    break
            heard.put(None)
        except Exception as error:
            heard.put(error)

    threading.Thread(target=listen, name="steps", daemon=True).start()
    while not stop.is_set():
        with contextlib.suppress(queue.Empty):
            step = heard.get(timeout=LOOK_SECONDS)
            if isinstance(step, Exception):
                raise step
            if step is None:
                return
            yield step
    raise Cancelled(told)


def _prove(recipe: Recipe, image: str) -> None:
    """Make sure that what is in the image is what submissions are diffs against."""
    if not recipe.base_commit:
        return
    with Container(image, Owner()) as container:
        done = container.exec(["git", "-C", TESTBED, "rev-parse", "HEAD"], CHECK_SECONDS)
    found = done.output.strip()
    if found != recipe.base_commit:
        raise BuildFailed(
            f"the image {recipe.image} stands at {found[:12]}, not at the base commit "
            f"{recipe.base_commit[:12]}; restore the suite's files"
        )


def _pull(image: str, emit: Emit, stop: threading.Event) -> None:
    emit(f"pulling the image {image}\n")
    name, _, tag = image.rpartition(":")
    try:
        with docker_errors(f"cannot pull the image {image}"):
            steps = client().api.pull(name or image, tag if name else "latest", stream=True, decode=True)
            for step in _until(stop, steps, "the pull was cancelled"):
                if step.get("error"):
                    raise ContainerError(" ".join(str(step["error"]).split())[:300])
                if str(step.get("status", "")).startswith(_TOLD):
                    emit(f"{step['status']}\n")
    except Cancelled:
        raise
    except ContainerError as error:
        raise ImageMissing(f"the image {image} is not here and cannot be pulled: {error}") from None
