"""Blocking code in a thread of its own, that may wait for coroutines of the event loop.

A thread of its own and none of the loop's pool: agents wait for minutes, and the coroutines
they wait for need that pool.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Bridge:
    """Runs one piece of blocking code; made in the event loop.

    Args:
        on_cancel: called, in another thread, when the code is to end early; for what it waits
            for besides coroutines.
    """

    def __init__(self, on_cancel: Callable[[], None] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_cancel = on_cancel
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closed = False

    async def run(self, work: Callable[[], T]) -> T:
        """What the code returns.

        When this is cancelled, so is whatever the code waits for; it ends before this does.

        Raises:
            Exception: what the code raised.
        """
        done: asyncio.Future[T] = self._loop.create_future()
        threading.Thread(target=self._work, args=(work, done), name="agent", daemon=True).start()
        try:
            return await asyncio.shield(done)
        except asyncio.CancelledError:
            await asyncio.shield(self._close(done))
            raise

    def wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """The result of a coroutine that runs in the event loop; for the code in the thread.

        Raises:
            concurrent.futures.CancelledError: the code is to end.
            Exception: what the coroutine raised.
        """
        return asyncio.run_coroutine_threadsafe(self._tracked(coroutine), self._loop).result()

    def tell(self, call: Callable[..., object], *arguments: object) -> None:
        """Have something called in the event loop, soon and in order; for the code in the thread."""
        self._loop.call_soon_threadsafe(call, *arguments)

    async def _tracked(self, coroutine: Coroutine[Any, Any, T]) -> T:
        task = asyncio.current_task()
        assert task is not None
        if self._closed:
            coroutine.close()
            raise asyncio.CancelledError
        self._tasks.add(task)
        try:
            return await coroutine
        finally:
            self._tasks.discard(task)

    async def _close(self, done: asyncio.Future[Any]) -> None:
        self._closed = True
        waiting = list(self._tasks)
        for task in waiting:
            task.cancel()
        if self._on_cancel:
            await asyncio.to_thread(self._on_cancel)
        await asyncio.gather(*waiting, return_exceptions=True)
        with contextlib.suppress(Exception, asyncio.CancelledError):
            await done

    def _work(self, work: Callable[[], T], done: asyncio.Future[T]) -> None:
        try:
            result = work()
        except BaseException as error:
            self.tell(_fail, done, error)
        else:
            self.tell(_succeed, done, result)


def _succeed(done: asyncio.Future[T], result: T) -> None:
    if not done.done():
        done.set_result(result)


def _fail(done: asyncio.Future[Any], error: BaseException) -> None:
    if not done.done():
        # A future takes no StopIteration and no exit; neither is expected of an agent.
        done.set_exception(error if isinstance(error, Exception) else RuntimeError(repr(error)))
