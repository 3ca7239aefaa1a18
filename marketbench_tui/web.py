"""The workbench as a web page: textual-serve, closed to other sites.

A browser lets any page open a web socket to any address, this machine's own too. Without a
look at where a connection comes from, a page in another tab could press keys here.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler
from rich.console import Console
from textual_serve.server import Server


class WebServer(Server):
    """Serves the app that a command starts, one process a browser tab.

    Args:
        command: starts the app; run by the shell.
        public_url: what browsers use, where it is not the address listened on.
    """

    def __init__(self, command: str, host: str, port: int, public_url: str | None = None) -> None:
        super().__init__(command, host=host, port=port, title="MarketBench", public_url=public_url)
        self.console = Console(stderr=True)
        self._names = {urlsplit(self.public_url).netloc, f"localhost:{port}", f"127.0.0.1:{port}"}

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(self._only_from_here)
        return app

    async def on_startup(self, app: web.Application) -> None:
        """The command line has said where it is."""

    @web.middleware
    async def _only_from_here(self, request: web.Request, handler: Handler) -> Any:
        """Refuse what another site asks for, and names that only pretend to be this machine."""
        origin = request.headers.get("Origin")
        if request.host not in self._names:
            raise web.HTTPForbidden(text=f"This page is served as {self.public_url} only.\n")
        if origin is not None and urlsplit(origin).netloc not in self._names:
            raise web.HTTPForbidden(text="Another site may not use this page.\n")
        return await handler(request)
