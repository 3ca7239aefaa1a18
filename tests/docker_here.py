"""Whether tests can use Docker here, and an engine that comes and goes as a test wants."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from pathlib import Path

import pytest

from runners.containers.engine import answers
from runners.containers.errors import ContainerError
from runners.containers.images import BASE, content_of


def _trouble() -> str:
    if not answers():
        return "no Docker engine answers; .ci/docker.sh installs and starts one"
    try:
        return "" if content_of(BASE) is not None else f"there is no image {BASE}; .ci/docker.sh makes it"
    except ContainerError as error:
        return str(error)


TROUBLE = _trouble()
needs_docker = pytest.mark.skipif(bool(TROUBLE), reason=TROUBLE or "Docker works")
ENGINE = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")


class Door:
    """A socket in front of the real engine that can be shut and opened again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: list[socket.socket] = []
        self._listener: socket.socket | None = None
        self.host = f"unix://{path}"

    def open(self) -> None:
        """Let calls through from now on."""
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self._path))
        self._listener.listen()
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def shut(self) -> None:
        """Cut off what runs, and let nothing through."""
        self._path.unlink(missing_ok=True)
        listener, self._listener = self._listener, None
        for each in [*([listener] if listener else []), *self._open]:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._open.clear()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                inner = listener.accept()[0]
                outer = socket.socket(socket.AF_UNIX)
                outer.connect(ENGINE.removeprefix("unix://"))
                self._open += [inner, outer]
                for source, sink in ((inner, outer), (outer, inner)):
                    threading.Thread(target=_pass_on, args=(source, sink), daemon=True).start()


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65_536):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)
