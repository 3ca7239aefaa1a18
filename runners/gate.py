"""The door that all new work of a session goes through."""

from __future__ import annotations

import asyncio


class Gate:
    """Open, shut for a while, or closed for good; what has gone through is not touched.

    Attributes:
        closed: nothing goes through any more in this run.
        reason: why it was closed.
    """

    def __init__(self) -> None:
        self.closed = False
        self.reason = ""
        self._open = asyncio.Event()
        self._open.set()

    @property
    def shut(self) -> bool:
        """Whether whoever comes has to wait."""
        return not self._open.is_set()

    def shut_for_now(self) -> None:
        """Let nobody through until `open`."""
        if not self.closed:
            self._open.clear()

    def open(self) -> None:
        """Let those through who wait."""
        self._open.set()

    def close(self, reason: str) -> None:
        """Turn everybody away from now on, those who wait too."""
        self.closed, self.reason = True, reason
        self._open.set()

    async def enter(self) -> bool:
        """Wait while it is shut; False where it is closed and the work must not begin."""
        await self._open.wait()
        return not self.closed
