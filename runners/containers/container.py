"""One container, from its start to its end, for code that runs in a thread.

    with Container("python:3.11-slim", Owner(session="7", attempt="a-1")) as container:
        container.put({"note.txt": b"hello"}, "/testbed")
        done = container.exec("cat /testbed/note.txt", timeout=10, emit=print)

Nothing is left of it after the `with`, and nothing but a dead process leaves one behind (see
`runners.containers.sweep`). `cancel` may be called at any time from any thread.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import tarfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from runners.containers.engine import answers, client, cpus_here
from runners.containers.errors import Cancelled, ContainerError, Ended, EngineGone, docker_errors
from runners.containers.labels import Owner
from runners.containers.limits import ContainerLimits
from runners.containers.streams import Stream
from runners.graders.limits import Stop

if TYPE_CHECKING:
    from docker.models.containers import Container as Handle

MARK = "MARKETBENCH_EXEC"
"""Environment variable by which all processes of one command are found."""
KILL = """
for round in 1 2 3 4 5 6 7 8 9; do
  found=
  for process in /proc/[0-9]*; do
    while read -r variables || [ -n "$variables" ]; do
      case $variables in *{mark}*) kill -9 "${{process#/proc/}}" && found=yes ;; esac
    done <"$process/environ"
  done
  [ "$found" ] || exit 0
done 2>/dev/null
exit 1
"""
"""Kills all processes with a mark, in several rounds since they may be making new ones. Nothing but
builtins of the shell: a new process could not be started where the limit on them is reached."""
KILL_SECONDS = 5.0
STARVED = """
for file in /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control; do
  while read -r name count; do
    [ "$name" = oom_kill ] && [ "$count" != 0 ] && exit 0
  done <"$file"
done 2>/dev/null
exit 1
"""
"""Succeeds where the kernel has killed for want of memory, by version 2 or 1 of its control groups."""
LOOK_SECONDS = 10.0
_left: list[Handle] = []
FOREVER = ("tail", "-f", "/dev/null")

Emit = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Executed:
    """How a command ended.

    Attributes:
        exit_code: its exit code; 137 where it was stopped.
        output: what it wrote to standard output and error, in order.
        stopped: the limit that ended it (time or output), None where it ended by itself.
    """

    exit_code: int
    output: str
    stopped: Stop | None = None


def _ignore(_: str) -> None:
    pass


class Container:
    """A container of an image, with an init process, limits and no network.

    Args:
        image: its name; it must be there (see `runners.containers.images.provide`).
        owner: what it is for, kept in its labels.
        limits: on memory, processes, processors, files and output.
        network: whether it reaches the network of the engine's default bridge.
        environment: further variables of all commands.
        user: who runs the commands; the image's own user where empty.
        capabilities: of the kernel's, beyond those that Docker gives by default.
        readable: files and folders of the engine's machine, at the same place inside.
    """

    def __init__(
        self,
        image: str,
        owner: Owner,
        limits: ContainerLimits | None = None,
        *,
        network: bool = False,
        environment: Mapping[str, str] | None = None,
        user: str = "",
        capabilities: Sequence[str] = (),
        readable: Sequence[Path] = (),
    ) -> None:
        self.image = image
        self._owner = owner
        self._limits = limits or ContainerLimits()
        self._network = network
        self._environment = dict(environment or {})
        self._user = user
        self._capabilities = list(capabilities)
        self._readable = tuple(readable)
        self._handle: Handle | None = None
        self._lock = threading.Lock()
        self._removing = threading.Lock()
        self._cancelled = False

    def __enter__(self) -> Self:
        """Create and start it.

        Raises:
            EngineGone: no engine answers.
            ContainerError: there is no such image, the disk is full, or the engine refuses.
            Cancelled: `cancel` was called before.
        """
        self._check()
        remove_left()
        try:
            with docker_errors(f"cannot start a container of {self.image}"):
                handle = client().containers.create(self.image, **self._options())
                with self._lock:
                    self._handle = handle
                self._check()
                handle.start()
        except BaseException:
            self.close()
            self._check()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove it, with everything that runs in it."""
        self.close()

    @property
    def id(self) -> str:
        """The engine's id of it."""
        return str(self._running().id)

    def exec(
        self,
        command: str | Sequence[str],
        timeout: float,
        emit: Emit = _ignore,
        *,
        workdir: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Executed:
        """Run one command to its end, or to the first limit it passes.

        Args:
            command: words, or a line for bash.
            timeout: wall seconds; what still runs then is killed, and the container goes on.
            emit: gets output as it appears, in this thread.
            workdir: where it runs; the image's own working folder where None.
            environment: further variables of this command.

        Raises:
            Cancelled: the container was cancelled before the command ended.
            Ended: the container ended meanwhile, through something that ran in it.
            EngineGone: the engine went away.
        """
        words = ["/bin/bash", "-c", command] if isinstance(command, str) else list(command)
        mark = uuid.uuid4().hex
        api = client().api
        code: int | None = None
        with self._watched("cannot run a command in its container"):
            variables = {**self._environment, **(environment or {}), MARK: mark}
            made = api.exec_create(self.id, words, workdir=workdir, environment=variables)["Id"]
            stopped, output = self._read(api.exec_start(made, socket=True), timeout, emit)
            if stopped:
                self._kill(mark)
                return Executed(137, output, stopped)
            self._check()
            code = api.exec_inspect(made)["ExitCode"]
        if code is None:
            raise self._end()
        return Executed(code, output)

    def put(self, files: Mapping[str, bytes], folder: str) -> None:
        """Write files, by their paths below a folder that is there.

        Raises:
            ContainerError: the folder is not there, or the container is gone.
        """
        with self._watched(f"cannot write into {folder}"):
            self._running().put_archive(folder, _packed(files))

    def get(self, path: str) -> bytes:
        """The content of one file.

        Raises:
            ContainerError: there is no such file, it is no file, or the container is gone.
        """
        with self._watched(f"cannot read {path}"):
            pieces, _ = self._running().get_archive(path)
            packed = b"".join(pieces)
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            member = archive.next()
            content = archive.extractfile(member) if member and member.isreg() else None
            if content is None:
                raise ContainerError(f"{path} in the container is not a file")
            return content.read()

    def out_of_memory(self) -> bool:
        """Whether the kernel has killed anything in it that needed more memory than it may use.

        Raises:
            ContainerError: the container is gone.
        """
        with self._watched("cannot look after its container"):
            handle = self._running()
            handle.reload()
        # The engine tells it of the first process only; of the others the kernel keeps count.
        return bool(handle.attrs["State"]["OOMKilled"]) or self.exec(STARVED, LOOK_SECONDS).exit_code == 0

    def tasks(self) -> int:
        """Processes and threads in it now, its first two (init, and what keeps it there) included.

        Blocks for up to two seconds; starts nothing inside.

        Raises:
            ContainerError: the container is gone.
        """
        with self._watched("cannot look after its container"):
            told = client().api.stats(self.id, stream=False)
        return int(told["pids_stats"].get("current", 0))

    def restart(self) -> None:
        """End everything that runs in it, whatever it does to hide; its files stay.

        Raises:
            ContainerError: the container is gone.
        """
        with self._watched("cannot end what runs in its container"):
            self._running().restart(timeout=0)

    def cancel(self) -> None:
        """Take it away from whoever uses it, who then gets `Cancelled`; harmless when it is gone."""
        with self._lock:
            self._cancelled = True
        self.close()

    def close(self) -> None:
        """Remove it with everything in it, at once; harmless when it is gone."""
        with self._removing:  # who comes second waits until it is gone
            with self._lock:
                handle, self._handle = self._handle, None
            if handle is not None:
                remove(handle)

    def _options(self) -> dict[str, Any]:
        from docker.types import Mount

        return {
            "entrypoint": [FOREVER[0]],
            "command": list(FOREVER[1:]),
            "labels": self._owner.labels(),
            "network_mode": None if self._network else "none",
            "environment": self._environment,
            "user": self._user or None,
            "cap_add": self._capabilities,
            "mounts": [Mount(str(p), str(p), type="bind", read_only=True) for p in self._readable],
            **self._limits.options(cpus_here()),
        }

    def _read(self, socket: Any, timeout: float, emit: Emit) -> tuple[Stop | None, str]:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        pieces: list[str] = []

        def tell(piece: bytes, final: bool = False) -> None:
            if text := decoder.decode(piece, final):
                pieces.append(text)
                emit(text)

        room = self._limits.output
        stopped: Stop | None = None
        with Stream(socket, time.monotonic() + timeout) as stream:
            try:
                for piece in stream:
                    tell(piece[:room])
                    room -= len(piece)
                    if room < 0:
                        stopped = Stop.OUTPUT
                        break
            except TimeoutError:
                stopped = Stop.TIME
        tell(b"", final=True)
        return stopped, "".join(pieces)

    def _kill(self, mark: str) -> None:
        """Kill all processes of one command; one that threw its environment away lives on until `close`.

        Where nothing can be started any more, not even that, everything in the container is killed.
        """
        script = KILL.format(mark=f"{MARK}={mark}")
        api = client().api
        made = api.exec_create(self.id, ["/bin/sh", "-c", script], user="root")["Id"]
        started = api.exec_start(made, socket=True)
        with contextlib.suppress(TimeoutError), Stream(started, time.monotonic() + KILL_SECONDS) as stream:
            for _ in stream:
                pass
        if api.exec_inspect(made)["ExitCode"] != 0:
            self.restart()

    @contextlib.contextmanager
    def _watched(self, doing: str) -> Iterator[None]:
        """Docker's errors as ours, and any of them as `Cancelled` where that was the cause."""
        try:
            with docker_errors(doing):
                yield
        except (ContainerError, EngineGone):
            self._check()
            raise

    def _running(self) -> Handle:
        handle = self._handle
        if handle is None:
            self._check()
            raise Ended("the container is not running")
        return handle

    def _check(self) -> None:
        if self._cancelled:
            raise Cancelled("the container was cancelled")

    def _end(self) -> Exception:
        """Why the connection ended and the command did not: the engine is gone, or the container."""
        return Ended("the container ended in the middle of a command") if answers() else EngineGone()


def remove(handle: Handle) -> None:
    """Remove a container by force; one that is gone, or going, is fine.

    Where the engine is gone, it is remembered for `remove_left`.
    """
    try:
        with docker_errors("cannot remove a container"):
            handle.remove(force=True, v=True)
    except EngineGone:
        _left.append(handle)
    except ContainerError:
        return  # somebody else was quicker, or the engine still works on it


def remove_left() -> None:
    """Remove what could not be removed while the engine was gone."""
    for _ in range(len(_left)):
        with contextlib.suppress(IndexError):  # another thread took the last one
            remove(_left.pop())


def _packed(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode, member.mtime = len(content), 0o644, int(time.time())
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()
