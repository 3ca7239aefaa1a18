"""The app on fakes: frozen clock, fixed time zone, no backend but a script."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from pytest_textual_snapshot import SVGImageExtension
from textual.pilot import Pilot

from marketbench_tui.app import MarketBenchApp
from marketbench_tui.screens.floor import Floor
from tests.marketbench_tui.sessions import ZONE, FakeBackend, Script, cards, mid_run, now_of

SVGImageExtension.file_extension = "svg"
"""The plugin sets the name that older releases of syrupy read; pictures should open as pictures."""

Size = tuple[int, int]
Opening = Callable[..., AbstractAsyncContextManager[tuple[MarketBenchApp, Pilot[None]]]]


def desk_app(backend: FakeBackend | None = None, theme: str = "trading-floor") -> MarketBenchApp:
    """The app on its Desk."""
    script = mid_run()
    backend = backend or FakeBackend(cards())
    return MarketBenchApp(backend, now=lambda: now_of(script), zone=ZONE, theme=theme)


def floor_app(script: Script, live: bool = True, theme: str = "trading-floor") -> MarketBenchApp:
    """The app on a Floor that shows a script."""
    backend = FakeBackend(cards(), demo=script)
    backend.feed.live = live
    return MarketBenchApp(backend, backend.start_demo, now=lambda: now_of(script), zone=ZONE, theme=theme)


async def settle(pilot: Pilot[None]) -> None:
    """Wait until threads have answered and the Floor, if it is open, shows its feed."""
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    await pilot.pause()
    if isinstance(pilot.app.screen, Floor):
        floor = pilot.app.screen
        while floor.watching.pump():
            pass
        floor.pump()
    await pilot.pause()


@asynccontextmanager
async def opened(app: MarketBenchApp, size: Size = (120, 40)) -> AsyncIterator[Pilot[None]]:
    """The app running and settled."""
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        yield pilot


@pytest.fixture(autouse=True)
def _read_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What panes show of a backlog must not depend on how fast this machine reads it."""
    monkeypatch.setattr("marketbench_tui.watch.PUMP_SECONDS", {True: 60.0, False: 60.0})


@pytest.fixture
def text_of() -> Callable[[MarketBenchApp], str]:
    """What is on the screen, as plain text."""

    def read(app: MarketBenchApp) -> str:
        strips = app.screen._compositor.render_strips()
        return "\n".join(strip.text for strip in strips[: app.size.height])

    return read
