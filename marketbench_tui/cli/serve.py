"""`marketbench serve`: the workbench in a browser, through textual-serve."""

from __future__ import annotations

import shlex
import sys
from ipaddress import ip_address
from typing import Annotated

import typer

from marketbench_tui.cli.common import app, fail, say

DEFAULT_PORT = 8000


@app.command()
def serve(
    ctx: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port to listen on.")] = DEFAULT_PORT,
    public_url: Annotated[
        str | None,
        typer.Option(help="The address browsers use, where it is another.", show_default=False),
    ] = None,
) -> None:
    """Show the workbench in a browser. Whoever reaches the page can run sessions and spend your money."""
    from marketbench_tui.web import WebServer

    if not is_loopback(host):
        say(
            f"warning: {host} can be reached from other machines, and there is no password. "
            "Everybody who opens the page can run sessions with your keys."
        )
    command = [sys.executable, "-m", "marketbench_tui"]
    if ctx.obj.db:
        command += ["--db", str(ctx.obj.db)]
    server = WebServer(shlex.join(command), host, port, public_url)
    say(f"serving on {server.public_url}; ctrl+c ends it")
    try:
        server.serve()
    except OSError as error:
        fail(f"cannot listen on {host}:{port}: {error.strerror or error}; choose another with --port", 2)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
