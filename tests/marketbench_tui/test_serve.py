"""`marketbench serve` answers on loopback, and to nobody who comes from elsewhere."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

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


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    """Headless Chromium with one tab, steered as its developer tools steer it."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed here")
    process = await asyncio.create_subprocess_exec(
        CHROMIUM,
        *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
        *("--remote-debugging-port=0", f"--user-data-dir={tmp_path / 'profile'}", "about:blank"),
        stderr=subprocess.PIPE,
        limit=2**20,
    )
    assert process.stderr is not None
    line = ""
    while "DevTools listening on " not in line:
        line = (await asyncio.wait_for(process.stderr.readline(), 60)).decode()
    port = urlsplit(line.split()[-1]).port
    try:
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json") as answer:
                tab = next(target for target in await answer.json() if target["type"] == "page")
            async with session.ws_connect(tab["webSocketDebuggerUrl"], max_msg_size=0) as tools:
                yield Browser(tools)
    finally:
        process.terminate()
        await process.communicate()


class Browser:
    """One tab of a browser.

    Attributes:
        received: all that the page was sent over its web socket.
    """

    def __init__(self, tools: aiohttp.ClientWebSocketResponse) -> None:
        self.received = ""
        self._tools = tools
        self._calls = 0

    async def do(self, method: str, **parameters: object) -> dict[str, Any]:
        """Call the developer tools; the answer."""
        self._calls += 1
        await self._tools.send_json({"id": self._calls, "method": method, "params": parameters})
        while True:
            said = await self._hear()
            if said.get("id") == self._calls:
                return said["result"]

    async def until_sent(self, words: str) -> None:
        """Wait until the page was sent these words."""
        while words not in self.received:
            await self._hear()

    async def _hear(self) -> dict[str, Any]:
        said = await self._tools.receive_json(timeout=60)
        if said.get("method") == "Network.webSocketFrameReceived":
            frame = said["params"]["response"]
            if frame["opcode"] == aiohttp.WSMsgType.BINARY:
                self.received += base64.b64decode(frame["payloadData"]).decode("utf-8", "replace")
        return said


async def test_a_browser_shows_the_desk_and_a_key_press_works(page: str, browser: Browser):
    async with aiohttp.ClientSession() as session:
        await reach(session, page)
    await browser.do("Network.enable")
    await browser.do("Page.navigate", url=page)
    await browser.until_sent("Run an auction")
    desk = await drawn(browser)
    await browser.do(
        "Runtime.evaluate", expression="document.querySelector('.xterm-helper-textarea').focus()"
    )
    for kind in ("keyDown", "keyUp"):
        await browser.do("Input.dispatchKeyEvent", type=kind, key="?", text="?" if kind == "keyDown" else "")
    await browser.until_sent("Keys here")
    assert await drawn(browser) != desk


async def drawn(browser: Browser) -> str:
    """A picture of the page, as soon as the terminal is in it and has come to rest."""
    shown = "document.querySelector('.xterm-screen') && document.body.classList.contains('-first-byte')"
    picture, before = "", None
    while picture != before:
        before = picture
        ready = await browser.do("Runtime.evaluate", expression=f"!!({shown})")
        if ready["result"]["value"]:
            picture = (await browser.do("Page.captureScreenshot", format="png"))["data"]
        else:
            before = None
    return picture
