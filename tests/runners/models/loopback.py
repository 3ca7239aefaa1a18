"""A chat-completions server on loopback that answers as scripted, one behaviour a request."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Loopback:
    """A running server: what it will do next, and what it was sent."""

    script: list[Behaviour]
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.headers.append(headers)
            self.paths.append(head.split(" ")[1])
            self.requests.append(json.loads(body))
            behaviour = self.script.pop(0) if len(self.script) > 1 else self.script[0]
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            await behaviour(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            self.at_once -= 1
            writer.close()


@asynccontextmanager
async def serving(*script: Behaviour) -> AsyncIterator[Loopback]:
    loopback = Loopback(list(script))
    server = await asyncio.start_server(loopback.handle, "127.0.0.1", 0)
    loopback.port = server.sockets[0].getsockname()[1]
    try:
        yield loopback
    finally:
        server.close()


def says(*pieces: str, usage: dict[str, Any] | None = None, finish: str | None = "stop") -> Behaviour:
    """Streams the pieces, then a finish reason, then a usage block where one is given."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _open_stream(writer)
        for piece in pieces:
            _send(writer, {"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]})
            await writer.drain()
        if finish:
            _send(writer, {"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
        if usage:
            _send(writer, {"choices": [], "usage": usage})
        if finish:
            writer.write(b"data: [DONE]\n\n")
        await writer.drain()

    return behave


def fails(status: int, message: str = "no", body: str = "", **headers: str) -> Behaviour:
    """Answers with a status and a body; without one, with an error as OpenAI writes it."""
    extra = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    body = body or json.dumps({"error": {"message": message, "type": "error", "code": None}})

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(
            f"HTTP/1.1 {status} Error\r\ncontent-type: application/json\r\n{extra}"
            f"content-length: {len(body.encode())}\r\nconnection: close\r\n\r\n{body}".encode()
        )
        await writer.drain()

    return behave


def hangs(*pieces: str) -> Behaviour:
    """Streams the pieces and then says nothing more until the caller hangs up."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _open_stream(writer)
        for piece in pieces:
            _send(writer, {"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]})
        await writer.drain()
        await reader.read()

    return behave


def breaks_off(*pieces: str) -> Behaviour:
    """Streams the pieces in chunked encoding and drops the connection without ending it."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
        )
        for piece in pieces:
            event = {"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]}
            data = f"data: {json.dumps({**_ENVELOPE, **event})}\n\n".encode()
            writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        await writer.drain()

    return behave


def babbles() -> Behaviour:
    """Streams an event that is not JSON."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _open_stream(writer)
        writer.write(b"data: {this is not JSON\n\n")
        await writer.drain()

    return behave


_ENVELOPE = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "whatever"}


def _open_stream(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")


def _send(writer: asyncio.StreamWriter, event: dict[str, Any]) -> None:
    writer.write(f"data: {json.dumps({**_ENVELOPE, **event})}\n\n".encode())
