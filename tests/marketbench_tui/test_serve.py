"""`marketbench serve` answers on loopback, and to nobody who comes from elsewhere."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from marketbench_tui.cli.serve import is_loopback

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@pytest.fixture
def page(tmp_path: Path) -> Iterator[str]:
    """The address of a served workbench on an empty database."""
    port = free_port()
    command = [sys.executable, "-m", "marketbench_tui", "--db", str(tmp_path / "m.db"), "serve"]
    served = subprocess.Popen(
        [*command, "--port", str(port)],
        env={**os.environ, "XDG_CONFIG_HOME": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert served.stderr is not None
    assert f"http://127.0.0.1:{port}" in served.stderr.readline()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        served.send_signal(signal.SIGTERM)
        served.communicate(timeout=20)


async def reach(session: aiohttp.ClientSession, address: str, **headers: str) -> tuple[int, str]:
    """The answer, as soon as somebody listens."""
    for _ in range(200):
        try:
            async with session.get(address, headers=headers) as answer:
                return answer.status, await answer.text()
        except aiohttp.ClientConnectorError:
            await asyncio.sleep(0.05)
    raise AssertionError("nobody listens")


async def shows(terminal: aiohttp.ClientWebSocketResponse, words: str) -> None:
    """Read what the terminal is sent until these words were drawn."""
    drawn = ""
    while words not in drawn:
        message = await terminal.receive(timeout=60)
        assert message.type is aiohttp.WSMsgType.BINARY, message
        drawn += message.data.decode("utf-8", "replace")


async def test_the_page_answers_and_shows_the_desk_over_its_socket(page: str):
    async with aiohttp.ClientSession() as session:
        status, text = await reach(session, page)
        assert status == 200
        assert "MarketBench" in text
        async with session.ws_connect(f"{page}/ws?width=100&height=30", origin=page) as socket_:
            await shows(socket_, "Run an auction")
            await socket_.send_str(json.dumps(["stdin", "?"]))
            await shows(socket_, "Keys here")


async def test_other_sites_and_other_names_are_refused(page: str):
    async with aiohttp.ClientSession() as session:
        assert (await reach(session, page))[0] == 200
        assert (await reach(session, f"{page}/ws", Origin="http://elsewhere.example"))[0] == 403
        assert (await reach(session, page, Host="rebound.example"))[0] == 403


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("example.org", False)],
)
def test_only_this_machine_reaches_loopback(host: str, loopback: bool):
    assert is_loopback(host) is loopback


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed here")
async def test_a_browser_draws_the_page(page: str):
    async with aiohttp.ClientSession() as session:
        await reach(session, page)
    browser = await asyncio.create_subprocess_exec(
        str(CHROMIUM),
        *("--headless", "--no-sandbox", "--virtual-time-budget=8000", "--dump-dom", page),
        stdout=subprocess.PIPE,
    )
    drawn, _ = await asyncio.wait_for(browser.communicate(), 90)
    assert b"xterm-screen" in drawn
