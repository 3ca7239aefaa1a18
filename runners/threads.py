"""Blocking work in a thread of its own, which ends soon when its attempt is cancelled.

Not the event loop's pool of threads: that is small, and agents and graders stay for minutes.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")
ENDING_SECONDS = 5.0
"""How long cancelled work may take to end; what takes longer is left to itself."""


async def in_thread(work: Callable[[], Result], cancel: Callable[[], None]) -> Result:
    """Run blocking work.

    Args:
        work: runs in a thread; what it raises is raised here.
        cancel: ends the work early; called from another thread when this is cancelled.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Result] = loop.create_future()

    def settle(result: Result | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is None:
            done.set_result(result)  # pyright: ignore[reportArgumentType]
        else:
            done.set_exception(error)

    def run() -> None:
        result, failed = None, None
        try:
            result = work()
        except BaseException as error:
            failed = error
        with contextlib.suppress(RuntimeError):  # the loop was closed: nobody waits any more
            loop.call_soon_threadsafe(settle, result, failed)

    threading.Thread(target=run, daemon=True).start()
    try:
        return await asyncio.shield(done)
    except asyncio.CancelledError:
        threading.Thread(target=cancel, daemon=True).start()
        await asyncio.wait({done}, timeout=ENDING_SECONDS)
        if done.done():
            done.exception()  # what cancelled work raised is nobody's concern
        raise
