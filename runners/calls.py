"""Model calls as the session sees them: budgeted before, stored before use, never paid twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from market.events import CallAnswered, CallFailed, CallStarted
from market.money import NANO, to_nano
from runners.models.base import Gateway, ModelAnswer, ModelError, ModelRequest
from runners.recorder import Recorder


class OutOfBudget(Exception):
    """The next call could pass the session's budget, and no running call can free any.

    Attributes:
        limit: the budget it did not fit, in nano-dollars.
    """

    def __init__(self, reason: str, limit: int) -> None:
        super().__init__(reason)
        self.limit = limit


@dataclass(slots=True)
class Budget:
    """Holds the worst cost of every running call against a limit, in nano-dollars."""

    limit: int
    spent: Callable[[], int]
    _held: dict[str, int] = field(default_factory=dict[str, int])
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    async def hold(self, call: str, amount: int) -> None:
        """Reserve `amount`, waiting for running calls to give back what they did not use.

        Raises:
            OutOfBudget: nothing is running and the amount still does not fit.
        """
        while self.spent() + sum(self._held.values()) + amount > self.limit:
            if not self._held:
                raise OutOfBudget(
                    f"a call that may cost ${amount / NANO:.4f} does not fit: "
                    f"${self.spent() / NANO:.4f} of ${self.limit / NANO:.2f} is spent; "
                    "raise the budget to go on",
                    self.limit,
                )
            self._released.clear()
            await self._released.wait()
        self._held[call] = amount

    def raise_to(self, limit: int) -> None:
        """Allow more from now on; calls that wait look again whether they fit."""
        self.limit = max(self.limit, limit)
        self._released.set()

    def release(self, call: str) -> None:
        """Give back a reservation, once what the call really cost is in the ledger."""
        self._held.pop(call, None)
        self._released.set()


class Caller:
    """Makes the model calls of one session.

    Attributes:
        budget: what it may spend; the state knows better than `budget_usd` where it was raised.
    """

    def __init__(self, recorder: Recorder, gateway: Gateway, budget_usd: float) -> None:
        self._recorder = recorder
        self._gateway = gateway
        raised = recorder.state.budget_usd_nano
        limit = to_nano(budget_usd) if raised is None else raised
        self.budget = Budget(limit, lambda: recorder.state.spent_usd_nano)

    async def ask(self, call: str, request: ModelRequest, on_text: Callable[[str], None]) -> ModelAnswer:
        """The answer to a call: from the ledger if it was ever given, else from the model.

        Raises:
            ModelError: the model gave no usable answer.
            OutOfBudget: the budget does not allow the call.
        """
        context = request.context
        known = self._recorder.state.tasks[context.task].calls.get(call)
        if known and isinstance(known.answer, CallAnswered):
            return _replayed(known.answer, on_text)
        reserved = self._gateway.worst_cost_usd_nano(request)
        await self.budget.hold(call, reserved)
        try:
            await self._recorder.record(_started(call, request, reserved))
            return await self._complete(call, request, on_text)
        finally:
            self.budget.release(call)

    async def _complete(
        self, call: str, request: ModelRequest, on_text: Callable[[str], None]
    ) -> ModelAnswer:
        received: list[str] = []

        def listen(piece: str) -> None:
            received.append(piece)
            on_text(piece)

        try:
            answer = await self._gateway.complete(request, listen)
        except ModelError as error:
            await self._recorder.record(
                _failed(call, request, error.reason, "".join(received), str(error), error.cost_usd_nano)
            )
            raise
        except asyncio.CancelledError:
            # A provider bills what it sent before we hung up; nobody tells us, so it is estimated.
            text = "".join(received)
            cost = (
                self._gateway.worst_cost_usd_nano(replace(request, max_tokens=len(text) // 3)) if text else 0
            )
            self._recorder.emit(_failed(call, request, "cancelled", text, "cancelled", cost))
            raise
        await self._recorder.record(_answered(call, request, answer))
        return answer


def interrupted(started: CallStarted) -> CallFailed:
    """The charge for a call that was running when the process died: all it had reserved.

    It may have been billed, and nobody can tell any more; the budget must hold either way.
    """
    return CallFailed(
        call=started.call,
        purpose=started.purpose,
        task=started.task,
        worker=started.worker,
        reason="interrupted",
        text="the process ended while this call was running",
        cost_usd_nano=started.reserved_usd_nano,
    )


def _started(call: str, request: ModelRequest, reserved: int) -> CallStarted:
    return CallStarted(
        call=call,
        purpose=request.context.purpose,
        task=request.context.task,
        worker=request.context.worker,
        model=request.model,
        messages=request.messages,
        reserved_usd_nano=reserved,
    )


def _answered(call: str, request: ModelRequest, answer: ModelAnswer) -> CallAnswered:
    return CallAnswered(
        call=call,
        purpose=request.context.purpose,
        task=request.context.task,
        worker=request.context.worker,
        text=answer.text,
        usage=answer.usage,
        cost_usd_nano=answer.cost_usd_nano,
        price_source=answer.price_source,
        finish=answer.finish,
        seconds=round(answer.seconds, 6),
    )


def _failed(call: str, request: ModelRequest, reason: str, received: str, why: str, cost: int) -> CallFailed:
    return CallFailed(
        call=call,
        purpose=request.context.purpose,
        task=request.context.task,
        worker=request.context.worker,
        reason=reason,
        text=f"{why}\n{received}" if received else why,
        cost_usd_nano=cost,
    )


def _replayed(answer: CallAnswered, on_text: Callable[[str], None]) -> ModelAnswer:
    on_text(answer.text)
    return ModelAnswer(
        text=answer.text,
        usage=answer.usage,
        cost_usd_nano=answer.cost_usd_nano,
        price_source=answer.price_source,
        finish=answer.finish,
        seconds=answer.seconds,
    )
