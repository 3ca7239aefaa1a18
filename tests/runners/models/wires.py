"""How three providers write the same answers, for the scripted server on loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tests.runners.models.loopback import Behaviour, Loopback, fails

EVENT_STREAM = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"


@dataclass(frozen=True)
class Said:
    """An answer: its pieces of text, its tool calls as (id, name, arguments), why it ended, its tokens."""

    pieces: tuple[str, ...] = ("I am ", "sure")
    calls: tuple[tuple[str, str, str], ...] = ()
    finish: str = "stop"
    prompt: int | None = 50
    cached: int = 20
    reasoning: int = 0
    output: int = 7


class Wire(Protocol):
    """One provider's way to write."""

    model: str

    def base(self, server: Loopback) -> str:
        """What a user would configure as the base URL."""
        ...

    def events(self, said: Said) -> list[dict[str, Any]]:
        """The events of a stream, in order."""
        ...

    def whole(self, said: Said) -> dict[str, Any]:
        """The answer in one piece."""
        ...

    def error(self, status: int, message: str) -> str:
        """The body of an error."""
        ...


class OpenAI:
    model = "openai/whatever"
    finishes = {"stop": "stop", "tools": "tool_calls", "refused": "content_filter", "length": "length"}

    def base(self, server: Loopback) -> str:
        return server.url

    def events(self, said: Said) -> list[dict[str, Any]]:
        deltas: list[dict[str, Any]] = [{"content": piece} for piece in said.pieces]
        for index, (name, tool, arguments) in enumerate(said.calls):
            half = len(arguments) // 2
            first = {"name": tool, "arguments": arguments[:half]}
            deltas.append(
                {"tool_calls": [{"index": index, "id": name, "type": "function", "function": first}]}
            )
            deltas.append({"tool_calls": [{"index": index, "function": {"arguments": arguments[half:]}}]})
        events = [self._chunk(delta, None) for delta in deltas]
        events.append(self._chunk({}, self.finishes[said.finish]))
        if said.prompt is not None:
            events.append({**self._chunk({}, None), "choices": [], "usage": self._usage(said)})
        return events

    def whole(self, said: Said) -> dict[str, Any]:
        calls = [
            {"id": i, "type": "function", "function": {"name": n, "arguments": a}} for i, n, a in said.calls
        ]
        message = {"role": "assistant", "content": "".join(said.pieces)}
        choice = {"index": 0, "message": {**message, **({"tool_calls": calls} if calls else {})}}
        body = {"id": "c", "object": "chat.completion", "created": 1, "model": "whatever"}
        usage = {} if said.prompt is None else {"usage": self._usage(said)}
        return {**body, "choices": [{**choice, "finish_reason": self.finishes[said.finish]}], **usage}

    def error(self, status: int, message: str) -> str:
        return json.dumps({"error": {"message": message, "type": "error", "code": None}})

    def _chunk(self, delta: dict[str, Any], finish: str | None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}

    def _usage(self, said: Said) -> dict[str, Any]:
        assert said.prompt is not None
        return {
            "prompt_tokens": said.prompt,
            "completion_tokens": said.output,
            "total_tokens": said.prompt + said.output,
            "prompt_tokens_details": {"cached_tokens": said.cached},
            "completion_tokens_details": {"reasoning_tokens": said.reasoning},
        }


class Anthropic:
    model = "anthropic/whatever"
    finishes = {"stop": "end_turn", "tools": "tool_use", "refused": "refusal", "length": "max_tokens"}

    def base(self, server: Loopback) -> str:
        return server.url.removesuffix("/v1")

    def events(self, said: Said) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = [{"type": "message_start", "message": self._message(said, [])}]
        blocks: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []
        if said.pieces:
            text = [{"type": "text_delta", "text": piece} for piece in said.pieces]
            blocks.append(({"type": "text", "text": ""}, text))
        for name, tool, arguments in said.calls:
            half = len(arguments) // 2
            bits = [arguments[:half], arguments[half:]]
            deltas = [{"type": "input_json_delta", "partial_json": bit} for bit in bits]
            blocks.append(({"type": "tool_use", "id": name, "name": tool, "input": {}}, deltas))
        for index, (block, deltas) in enumerate(blocks):
            events.append({"type": "content_block_start", "index": index, "content_block": block})
            events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
            events.append({"type": "content_block_stop", "index": index})
        end = {"stop_reason": self.finishes[said.finish], "stop_sequence": None}
        usage = {"usage": {"output_tokens": said.output}} if said.prompt is not None else {}
        return [*events, {"type": "message_delta", "delta": end, **usage}, {"type": "message_stop"}]

    def whole(self, said: Said) -> dict[str, Any]:
        blocks: list[dict[str, Any]] = [{"type": "text", "text": "".join(said.pieces)}]
        blocks += [{"type": "tool_use", "id": i, "name": n, "input": json.loads(a)} for i, n, a in said.calls]
        return self._message(said, blocks)

    def error(self, status: int, message: str) -> str:
        kind = {429: "rate_limit_error", 529: "overloaded_error"}.get(status, "invalid_request_error")
        return json.dumps({"type": "error", "error": {"type": kind, "message": message}})

    def _message(self, said: Said, blocks: list[dict[str, Any]]) -> dict[str, Any]:
        usage = {}
        if said.prompt is not None:
            read = {"cache_read_input_tokens": said.cached, "cache_creation_input_tokens": 0}
            output = said.output if blocks else 1
            usage = {"usage": {"input_tokens": said.prompt - said.cached, "output_tokens": output, **read}}
        finish = self.finishes[said.finish] if blocks else None
        body = {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": blocks}
        return {**body, "stop_reason": finish, "stop_sequence": None, **usage}


class Gemini:
    model = "gemini/whatever"
    finishes = {"stop": "STOP", "tools": "STOP", "refused": "SAFETY", "length": "MAX_TOKENS"}

    def base(self, server: Loopback) -> str:
        return server.url.removesuffix("/v1") + "/v1beta"

    def events(self, said: Said) -> list[dict[str, Any]]:
        parts: list[dict[str, Any]] = [{"text": piece} for piece in said.pieces]
        parts += [{"functionCall": {"name": n, "args": json.loads(a)}} for _, n, a in said.calls]
        events = [self._candidate([part], None) for part in parts]
        last = self._candidate([], self.finishes[said.finish])
        return [*events, {**last, **self._usage(said)}]

    def whole(self, said: Said) -> dict[str, Any]:
        parts: list[dict[str, Any]] = [{"text": "".join(said.pieces)}]
        parts += [{"functionCall": {"name": n, "args": json.loads(a)}} for _, n, a in said.calls]
        return {**self._candidate(parts, self.finishes[said.finish]), **self._usage(said)}

    def error(self, status: int, message: str) -> str:
        kind = {429: "RESOURCE_EXHAUSTED", 503: "UNAVAILABLE"}.get(status, "INVALID_ARGUMENT")
        return json.dumps({"error": {"code": status, "message": message, "status": kind}})

    def _candidate(self, parts: list[dict[str, Any]], finish: str | None) -> dict[str, Any]:
        ended = {"finishReason": finish} if finish else {}
        return {"candidates": [{"content": {"parts": parts, "role": "model"}, "index": 0, **ended}]}

    def _usage(self, said: Said) -> dict[str, Any]:
        if said.prompt is None:
            return {}
        return {
            "usageMetadata": {
                "promptTokenCount": said.prompt,
                "cachedContentTokenCount": said.cached,
                "candidatesTokenCount": said.output - said.reasoning,
                "thoughtsTokenCount": said.reasoning,
                "totalTokenCount": said.prompt + said.output,
            }
        }


WIRES: tuple[Wire, ...] = (OpenAI(), Anthropic(), Gemini())


def streams(wire: Wire, said: Said) -> Behaviour:
    """The answer as a stream that ends as it should."""
    return _sends(wire.events(said), done=isinstance(wire, OpenAI))


def cut_after(wire: Wire, said: Said, events: int) -> Behaviour:
    """The beginning of the stream, and then the connection is gone."""
    return _sends(wire.events(said)[:events], broken=True)


def hangs_after(wire: Wire, said: Said, events: int) -> Behaviour:
    """The beginning of the stream, and then silence."""
    return _sends(wire.events(said)[:events], silent=True)


def refuses(wire: Wire, status: int, message: str, **headers: str) -> Behaviour:
    """An error in the provider's own words."""
    return fails(status, body=wire.error(status, message), **headers)


def answers_whole(wire: Wire, said: Said) -> Behaviour:
    """The answer in one piece."""
    return fails(200, body=json.dumps(wire.whole(said)))


def _sends(
    events: Sequence[dict[str, Any]], *, done: bool = False, broken: bool = False, silent: bool = False
) -> Behaviour:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"{EVENT_STREAM}transfer-encoding: chunked\r\n\r\n".encode())
        texts = [_event(event) for event in events] + (["data: [DONE]\n\n"] if done else [])
        for text in texts:
            data = text.encode()
            writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            await writer.drain()
        if silent:
            await reader.read()
        elif not broken:
            writer.write(b"0\r\n\r\n")
            await writer.drain()

    return behave


def _event(event: dict[str, Any]) -> str:
    kind = event.get("type")
    return (f"event: {kind}\n" if kind else "") + f"data: {json.dumps(event)}\n\n"
