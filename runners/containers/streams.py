"""The output of a command in a container, as the engine sends it over one connection.

Docker's SDK reads it too, but without an end in time: a command that is silent for longer than
the client waits for an answer would be taken for a broken connection.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from collections.abc import Iterator
from typing import Any, Self

HEADER = struct.Struct(">BxxxL")
"""Before each piece: which stream it is of, and its length in bytes."""
PIECE = 65_536


class Stream:
    """Pieces of output until the command ends.

    Args:
        connection: what `exec_start(..., socket=True)` returned.
        deadline: when to give up, on the monotonic clock.
    """

    def __init__(self, connection: Any, deadline: float) -> None:
        self._connection = connection
        # Over a Unix or TCP socket the SDK wraps the socket in a file.
        self._socket = getattr(connection, "_sock", connection)
        self._deadline = deadline

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection; the command is not stopped by that.

        Shut down first: the SDK holds on to the socket, and an engine that nobody reads from holds
        up everything else in the container.
        """
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._connection.close()

    def __iter__(self) -> Iterator[bytes]:
        """Pieces as they come, of both streams.

        Raises:
            TimeoutError: the deadline passed first.
            OSError: the connection broke.
        """
        while header := self._exactly(HEADER.size):
            _, left = HEADER.unpack(header)
            while left:
                piece = self._some(min(left, PIECE))
                if not piece:
                    return
                left -= len(piece)
                yield piece

    def _exactly(self, count: int) -> bytes:
        """So many bytes; none where the stream ended before."""
        read = b""
        while len(read) < count:
            piece = self._some(count - len(read))
            if not piece:
                return b""
            read += piece
        return read

    def _some(self, most: int) -> bytes:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)
        return self._socket.recv(most)
