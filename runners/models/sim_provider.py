"""The simulated workers as a litellm provider. Imports litellm: reached only through `loading`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, NoReturn

from litellm.llms.custom_llm import CustomLLM, CustomLLMError
from litellm.types.utils import GenericStreamingChunk, ModelResponse

from runners.models import profiles
from runners.models.simulated import CALL_PARAMETER, SimulatedAnswer, SimulatedCall, answer
from runners.models.wire import from_wire

_SYNC = "simulated workers are asynchronous: use litellm.acompletion"


class SimulatedProvider(CustomLLM):
    """Answers `sim/<profile>`, streaming or whole."""

    def __init__(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        super().__init__()
        self._sleep = sleep

    # litellm iterates over what this returns without awaiting it, so it has to be a generator,
    # whatever its base class declares.
    async def astreaming(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, model: str, messages: list[Any], optional_params: dict[str, Any], *args: Any, **kwargs: Any
    ) -> AsyncIterator[GenericStreamingChunk]:
        """Stream the answer in word-sized pieces, usage last."""
        spoken = _answer(model, messages, optional_params)
        for piece in spoken.pieces:
            if spoken.seconds > 0:
                await self._sleep(spoken.seconds / len(spoken.pieces))
            yield _chunk(piece)
        for index, call in enumerate(_calls(spoken)):
            yield _chunk("", call | {"index": index})
        yield _last_chunk(spoken)

    async def acompletion(
        self,
        model: str,
        messages: list[Any],
        model_response: ModelResponse,
        optional_params: dict[str, Any],
        *args: Any,
        **kwargs: Any,
    ) -> ModelResponse:
        """The answer in one piece."""
        spoken = _answer(model, messages, optional_params)
        await self._sleep(spoken.seconds)
        return ModelResponse(
            model=model,
            choices=[
                {
                    "index": 0,
                    "finish_reason": spoken.finish,
                    "message": {
                        "role": "assistant",
                        "content": "".join(spoken.pieces),
                        "tool_calls": _calls(spoken) or None,
                    },
                }
            ],
            usage=_usage(spoken),
        )

    def completion(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused: a blocking call would hold up whoever watches."""
        raise CustomLLMError(status_code=400, message=_SYNC)

    def streaming(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused, as `completion`."""
        raise CustomLLMError(status_code=400, message=_SYNC)


def _answer(model: str, messages: Sequence[Mapping[str, Any]], params: Mapping[str, Any]) -> SimulatedAnswer:
    name = f"{profiles.PROVIDER}/{model.removeprefix(f'{profiles.PROVIDER}/')}"
    profile = profiles.find(name)
    if profile is None:
        raise CustomLLMError(status_code=404, message=profiles.no_profile(name))
    call = params.get(CALL_PARAMETER)
    if not isinstance(call, SimulatedCall):
        raise CustomLLMError(status_code=400, message=f"simulated workers need {CALL_PARAMETER}=")
    try:
        return answer(profile, call, [from_wire(m) for m in messages], int(params.get("max_tokens") or 4096))
    except ValueError as error:
        raise CustomLLMError(status_code=400, message=str(error)) from error


def _calls(spoken: SimulatedAnswer) -> list[dict[str, Any]]:
    return [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for call in spoken.tool_calls
    ]


def _chunk(piece: str, call: Any = None) -> GenericStreamingChunk:
    return GenericStreamingChunk(
        text=piece, tool_use=call, is_finished=False, finish_reason="", usage=None, index=0
    )


def _last_chunk(spoken: SimulatedAnswer) -> GenericStreamingChunk:
    usage: Any = _usage(spoken)
    return GenericStreamingChunk(
        text="", tool_use=None, is_finished=True, finish_reason=spoken.finish, usage=usage, index=0
    )


def _usage(spoken: SimulatedAnswer) -> dict[str, Any]:
    return {
        "prompt_tokens": spoken.prompt_tokens,
        "completion_tokens": spoken.output_tokens,
        "total_tokens": spoken.prompt_tokens + spoken.output_tokens,
        "completion_tokens_details": {"reasoning_tokens": spoken.reasoning_tokens},
    }
