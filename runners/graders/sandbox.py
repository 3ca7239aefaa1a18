"""Runs a script where it can do no harm, and stops it at the first limit it passes.

Two kinds behind one class: bubblewrap (see `runners.graders.bubblewrap`), and a plain
subprocess with the same limits and no walls, for code that is trusted. Output streams to a
callback. Whatever happens (an end, a limit, a cancellation), nothing of the run is left alive.
"""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import itertools
import os
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from market.errors import MarketBenchError
from runners.graders.bubblewrap import Confinement
from runners.graders.grants import NOTHING, Grants
from runners.graders.launch import Errand, Started, start_bubblewrap, start_plain, write_control
from runners.graders.limits import Limits, Stop
from runners.scratch import prefix

LOOK_SECONDS = 0.025
"""How often the watch looks at processes and memory."""
LOOKS_A_DISK_LOOK = 20
ENDING_SECONDS = 5.0
"""How long a killed sandbox may take to be gone."""
PIECE = 65_536

OnOutput = Callable[[str], None]


class SandboxError(MarketBenchError):
    """The sandbox could not be started: the machine's fault, never the code's inside."""


class Kind(StrEnum):
    """What stands between the code and the host."""

    BUBBLEWRAP = "bubblewrap"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Run:
    """How a run ended. `stopped` names the limit that ended it, if one did."""

    exit_code: int
    stopped: Stop | None
    output_bytes: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Runs scripts under limits; in bubblewrap where a confinement is given, else plainly.

    Attributes:
        grants: what they may use beyond their workspace.
    """

    limits: Limits = field(default_factory=Limits)
    confinement: Confinement | None = None
    grants: Grants = NOTHING

    @property
    def kind(self) -> Kind:
        """Bubblewrap or plain."""
        return Kind.BUBBLEWRAP if self.confinement else Kind.PLAIN

    async def run(self, script: str, workspace: Path, on_output: OnOutput) -> Run:
        """Run a bash script in a workspace.

        The script starts in the workspace; `$TESTBED` is the workspace's place as the script
        sees it. As root, the workspace is given to the sandbox's own user.

        Args:
            script: the text of the script.
            workspace: the only folder of the host that the script may change.
            on_output: gets what the script writes to standard output and error, as it appears.

        Raises:
            SandboxError: the script was never reached.
        """
        began = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix=prefix("control"), ignore_cleanup_errors=True) as folder:
            errand = Errand(workspace, Path(folder), self.limits, self.grants)
            write_control(errand.control, script, self.grants.files)
            started = await self._start(errand)
            running = _Running(started, errand, on_output)
            try:
                stopped = await running.finish()
                self._check_began(started, running)
            finally:
                started.close()
        code = started.process.returncode
        assert code is not None
        return Run(code, stopped, running.output_bytes, time.perf_counter() - began)

    async def _start(self, errand: Errand) -> Started:
        try:
            if self.confinement:
                return await start_bubblewrap(errand, self.confinement)
            return await start_plain(errand)
        except OSError as error:
            raise SandboxError(f"the sandbox cannot be started: {error}") from None

    def _check_began(self, started: Started, running: _Running) -> None:
        if not started.began():
            raise SandboxError(f"the sandbox did not start: {running.first_line or 'it said nothing'}")


class _Running:
    """One run: reads its output and watches what it uses until it ends or is ended."""

    def __init__(self, started: Started, errand: Errand, on_output: OnOutput) -> None:
        self._process = started.process
        self._census = started.census
        self._output = started.output
        self._errand = errand
        self._limits = errand.limits
        self._on_output = on_output
        self._head = ""
        self.output_bytes = 0

    @property
    def first_line(self) -> str:
        """The first line that was written."""
        return self._head.strip().partition("\n")[0][:300]

    async def finish(self) -> Stop | None:
        """Wait for the end; the limit that brought it, or None where the script ended by itself."""
        end = asyncio.create_task(self._process.wait())
        output = asyncio.create_task(self._read_output())
        watch = asyncio.create_task(self._watch())
        try:
            async with asyncio.timeout(self._limits.seconds):
                return await _first_to_happen(end, output, watch)
        except TimeoutError:
            return Stop.TIME
        finally:
            watch.cancel()
            await asyncio.shield(self._end(end, output))

    async def _end(self, end: asyncio.Task[int], output: asyncio.Task[Stop | None]) -> None:
        """Kill what is left, then read the rest of the output, so that the last lines are not lost."""
        self._census.kill()
        await asyncio.wait({end}, timeout=ENDING_SECONDS)
        if not end.done():
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        await end
        await asyncio.wait({output}, timeout=ENDING_SECONDS)
        output.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await output

    async def _read_output(self) -> Stop | None:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        async with _reader(self._output) as reader:
            while piece := await reader.read(PIECE):
                room = self._limits.output - self.output_bytes
                self.output_bytes += len(piece[:room])
                self._tell(decoder.decode(piece[:room]))
                if len(piece) > room:
                    return Stop.OUTPUT
        self._tell(decoder.decode(b"", final=True))
        return None

    def _tell(self, text: str) -> None:
        if text:
            self._head = self._head or text
            self._on_output(text)

    async def _watch(self) -> Stop:
        limits = self._limits
        for look in itertools.count():
            use = self._census.use(limits)
            if use.tasks > limits.processes:
                return Stop.PROCESSES
            if use.memory > limits.memory:
                return Stop.MEMORY
            if look % LOOKS_A_DISK_LOOK == 0 and self._disk() > limits.disk:
                return Stop.DISK
            await asyncio.sleep(LOOK_SECONDS)
        raise AssertionError("the watch never ends by itself")

    def _disk(self) -> int:
        folders = (self._errand.workspace, self._errand.grants.temporary)
        return sum(folder_bytes(folder) for folder in folders if folder)


async def _first_to_happen(
    end: asyncio.Task[int], output: asyncio.Task[Stop | None], watch: asyncio.Task[Stop]
) -> Stop | None:
    waiting: set[asyncio.Task[Any]] = {end, output, watch}
    while not end.done():
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in {output, watch} & done:
            if stop := task.result():
                return stop
    return None


@contextlib.asynccontextmanager
async def _reader(descriptor: int) -> AsyncIterator[asyncio.StreamReader]:
    """Read a descriptor without blocking, and close it afterwards.

    Not asyncio's own pipe to a subprocess: with that, waiting for a process also waits for
    every descendant that holds the pipe open.
    """
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    pipe = os.fdopen(descriptor, "rb", buffering=0)
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    try:
        yield reader
    finally:
        transport.close()


def folder_bytes(folder: Path) -> int:
    """Bytes that a folder's files take on disk, as far as they can be seen."""
    total, waiting = 0, [str(folder)]
    while waiting:
        # Files come and go meanwhile, and code may close a folder to everybody.
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    total += entry.stat(follow_symlinks=False).st_blocks * 512
    return total
