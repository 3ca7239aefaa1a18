"""Something that every attempt needs is gone for a while, and nobody here is to blame.

An attempt that meets an outage ends as infra and counts for nothing; the session pauses, and
goes on by itself once what was gone is back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from market.errors import MarketBenchError
from runners.threads import in_thread

LOOK_SECONDS = 2.0
"""How often it is found out whether an outage is over."""


class Outage(MarketBenchError):
    """What is gone, in one line that says what to do.

    Attributes:
        is_over: finds out whether it is back; may block for a few seconds, and never raises.
    """

    def __init__(self, message: str, is_over: Callable[[], bool]) -> None:
        super().__init__(message)
        self.is_over = is_over


class OutageWatch:
    """Waits for the end of an outage; of one at a time, since an engine has one gate."""

    def __init__(self, on_end: Callable[[], None]) -> None:
        self._on_end = on_end
        self._waiting: asyncio.Task[None] | None = None

    @property
    def waits(self) -> bool:
        """Whether an outage is being waited out."""
        return self._waiting is not None

    def begin(self, outage: Outage) -> None:
        """Look for its end from now on."""
        self.forget()
        self._waiting = asyncio.create_task(self._wait(outage))

    def forget(self) -> None:
        """Look no more."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    async def _wait(self, outage: Outage) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if await in_thread(outage.is_over, lambda: None):
                break
        self._waiting = None
        self._on_end()
