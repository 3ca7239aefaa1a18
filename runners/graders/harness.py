"""What swebench's harness gets for a Docker client: its own calls, answered by our containers.

`run_instance` stays as it is published. It starts, fills and asks containers through a client
that is passed to it, so that is where ours come in: with an init process (its own take 17 s to
end, the grace period of a first process that ignores signals), labels, limits and no network.
The client also sees what happens, which the harness only writes into a log: that no way to apply
the patch worked, that the tests took too long, that the engine went away.
"""

from __future__ import annotations

import contextlib
import io
import queue
import shlex
import tarfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import NamedTuple

from runners.containers.container import Container
from runners.containers.errors import ContainerError, EngineGone
from runners.containers.labels import Owner
from runners.containers.limits import ContainerLimits
from runners.graders.limits import Stop

STEP_SECONDS = 300
"""How long one of the harness's own commands (applying a patch, a diff) may take."""
_APPLY = ("git apply --verbose", "patch --batch")
_REVERSE = "git apply --check --reverse"
_FOLDER = "mkdir -p /"
"""How the harness begins before it copies a file. The engine makes missing folders itself as it unpacks,
and each command less is a twentieth of a second."""
_TESTS = "tests"

Emit = Callable[[str], None]


class Answer(NamedTuple):
    """What a command gave, in the shape of Docker's SDK."""

    exit_code: int
    output: bytes


@dataclass(slots=True)
class Witness:
    """What was seen of one grading.

    Attributes:
        trouble: why the container could not be used, once that happened.
        applied: None before the patch was tried.
        refusal: the last words of the last way to apply it.
        began, ended: whether the tests did.
        stopped: the limit of output that the tests passed.
        starved: whether something in the container was killed for want of memory.
    """

    trouble: ContainerError | EngineGone | None = None
    applied: bool | None = None
    refusal: str = ""
    began: bool = False
    ended: bool = False
    stopped: Stop | None = None
    starved: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which terms containers are made.

    Attributes:
        capabilities: whether the image may have those that the harness asks for (SYS_ADMIN, which
            only the sandboxes of browsers need, and which opens ways out of the container).
        seconds: after which the tests are cut off, should the harness not do it.
    """

    owner: Owner
    limits: ContainerLimits
    network: bool
    capabilities: bool
    seconds: float


class HarnessClient:
    """The client of one grading; `cancel` may be called from another thread."""

    def __init__(self, terms: Terms, emit: Emit) -> None:
        self.witness = Witness()
        self.containers = self
        self.images = self
        self._terms = terms
        self._emit = emit
        self._lock = threading.Lock()
        self._cancelled = False
        self._made: list[_Body] = []

    def get(self, name: str) -> object:
        """An image, which is there by now; or the harness's container of that name, which never is."""
        from docker.errors import NotFound

        if name.startswith("sweb.eval.") and ":" not in name:
            raise NotFound(name)
        return name

    def create(self, image: str, user: str = "", cap_add: Sequence[str] = (), **_: object) -> _Body:
        """A container under our terms; the name that the harness gives it is not needed."""
        terms = self._terms
        container = Container(
            image,
            terms.owner,
            terms.limits,
            network=terms.network,
            user=user,
            capabilities=cap_add if terms.capabilities else (),
        )
        body = _Body(container, self.witness, self._emit, terms.seconds)
        with self._lock:
            self._made.append(body)
            cancelled = self._cancelled
        if cancelled:
            container.cancel()
        return body

    def look_for_starvation(self) -> None:
        """Note whether anything was killed for want of memory.

        It takes one more command in the container, so it is for gradings that did not resolve.
        """
        for body in self._made:
            body.look_for_starvation()

    def cancel(self) -> None:
        """End the grading at its next step, and what runs now."""
        with self._lock:
            self._cancelled = True
            made = list(self._made)
        for body in made:
            body.container.cancel()

    def close(self) -> None:
        """Remove what was made."""
        for body in self._made:
            body.container.close()


class _Body:
    """One container, as the harness handles it."""

    def __init__(self, container: Container, witness: Witness, emit: Emit, seconds: float) -> None:
        self.container = container
        self.name = self.id = "the container"
        self.client = SimpleNamespace(api=self)
        self._witness = witness
        self._emit = emit
        self._seconds = seconds
        self._commands: dict[str, str] = {}

    def __bool__(self) -> bool:
        """False: the harness has nothing to clean up, which it would do through the docker program."""
        return False

    def start(self) -> None:
        """Create and start it."""
        with self._noted():
            self.container.__enter__()
        self.id = self.container.id

    def exec_run(
        self, command: str | Sequence[str], workdir: str | None = None, detach: bool = False, **_: object
    ) -> Answer:
        """Run one of the harness's own commands."""
        if detach:
            return Answer(0, b"")  # it kills a process by the id that the host knows; we end the container
        if isinstance(command, str) and command.startswith(_FOLDER):
            return Answer(0, b"")
        words = shlex.split(command) if isinstance(command, str) else list(command)
        with self._noted():
            done = self.container.exec(words, STEP_SECONDS, workdir=workdir)
        if isinstance(command, str):
            self._note_patch(command, done.exit_code, done.output)
        return Answer(done.exit_code, done.output.encode(errors="replace"))

    def put_archive(self, folder: str, data: bytes) -> bool:
        """Unpack an archive of plain files in a folder, and make that where it is missing."""
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            files = {f"{folder}/{file.name}": _content(archive, file) for file in archive}
        with self._noted():
            self.container.put(files, "/")
        return True

    def exec_create(self, _: str, command: str) -> dict[str, str]:
        """Prepare the tests."""
        self._commands[_TESTS] = command
        return {"Id": _TESTS}

    def exec_start(self, name: str, stream: bool = True) -> Iterator[bytes]:
        """Run the tests; their output as it appears, to the harness and to whoever watches."""
        self._witness.began = True
        pieces: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        running = threading.Thread(target=self._tests, args=(self._commands[name], pieces), daemon=True)
        running.start()
        while (piece := pieces.get()) is not None:
            yield piece.encode(errors="replace")
        running.join()
        self._witness.ended = True

    def exec_inspect(self, _: str) -> dict[str, int]:
        """The harness asks for the process to kill, which is not needed."""
        return {"Pid": 0}

    def look_for_starvation(self) -> None:
        """Note whether anything in it was killed for want of memory."""
        if self._witness.began:
            with contextlib.suppress(ContainerError, EngineGone), self._noted():
                self._witness.starved |= self.container.out_of_memory()

    def _tests(self, command: str, pieces: queue.SimpleQueue[str | None]) -> None:
        def tell(text: str) -> None:
            pieces.put(text)
            self._emit(text)

        try:
            with self._noted():
                self._witness.stopped = self.container.exec(shlex.split(command), self._seconds, tell).stopped
        except (ContainerError, EngineGone):
            return  # noted; the harness finds the same trouble at its next step
        finally:
            pieces.put(None)

    def _note_patch(self, command: str, code: int, output: str) -> None:
        witness = self._witness
        if command.startswith(_REVERSE):
            witness.applied = witness.applied or code == 0
        elif command.startswith(_APPLY):
            witness.applied, witness.refusal = code == 0, output

    def _noted(self) -> _Noted:
        return _Noted(self._witness)


def _content(archive: tarfile.TarFile, file: tarfile.TarInfo) -> bytes:
    opened = archive.extractfile(file)
    assert opened, f"the harness copies plain files, and {file.name} is none"
    return opened.read()


@dataclass(slots=True)
class _Noted:
    """Keeps the first trouble with the container before the harness turns it into text."""

    witness: Witness = field(default_factory=Witness)

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (ContainerError, EngineGone)) and self.witness.trouble is None:
            self.witness.trouble = error
