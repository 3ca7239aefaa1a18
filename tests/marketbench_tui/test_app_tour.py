"""A person's way through the workbench, with the keyboard alone and with the mouse alone, on a real store
and a real engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from market.state import Status
from marketbench_tui.app import MarketBenchApp
from marketbench_tui.backend import StoreBackend
from marketbench_tui.screens.desk import Desk
from marketbench_tui.screens.floor import Floor
from marketbench_tui.screens.setup import Setup
from marketbench_tui.screens.why import Why
from marketbench_tui.widgets.stream import Stream

Read = Callable[[MarketBenchApp], str]
PATIENCE = 600
"""Looks, a twentieth of a second apart, before a test gives up."""


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    """Wait for something that a thread brings about."""
    for _ in range(PATIENCE):
        if holds():
            return
        await pilot.pause(0.05)
    raise AssertionError("it did not happen")


async def typed(pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()


async def clicked(pilot: Pilot[None], read: Read, words: str, last: bool = True) -> None:
    """Click where these words stand on the screen, as soon as they do."""
    app = pilot.app
    assert isinstance(app, MarketBenchApp)
    await until(pilot, lambda: words in read(app))
    rows = read(app).split("\n")
    x, y = [(row.index(words), y) for y, row in enumerate(rows) if words in row][-1 if last else 0]
    await pilot.click(offset=(x + 1, y))
    await pilot.pause()


@pytest.mark.slow
async def test_from_setup_to_the_desk_with_the_keyboard(tmp_path: Path, text_of: Read):
    app = MarketBenchApp(StoreBackend(tmp_path / "market.db"))
    async with app.run_test(size=(160, 48)) as pilot:
        await until(pilot, lambda: "Run an auction" in text_of(app))

        # Setup: ten tasks drawn at random, three workers, start.
        await typed(pilot, "n")
        await until(pilot, lambda: isinstance(app.screen, Setup) and app.screen.plan.known.index is not None)
        setup = app.screen
        assert isinstance(setup, Setup)
        await typed(pilot, "s", "enter")
        await until(pilot, lambda: len(setup.plan.chosen) == 10)
        assert len(setup.plan.draft.workers) == 3
        await until(pilot, lambda: not setup.plan.blocking)
        await typed(pilot, "ctrl+r")

        # Watch.
        await until(pilot, lambda: isinstance(app.screen, Floor))
        floor = app.screen
        assert isinstance(floor, Floor)
        watch = floor.watching
        await until(pilot, lambda: bool(watch.attempts))
        assert len(watch.state.tasks) == 10
        assert "SIM" in text_of(app)

        # Pause.
        await typed(pilot, "space")
        await until(pilot, lambda: watch.state.status is Status.PAUSED)

        # Zoom, and back.
        await typed(pilot, "5", "z")
        await until(pilot, lambda: floor.maximized is not None)
        await typed(pilot, "z")
        assert floor.maximized is None

        # Filter the tape, and copy a line of it.
        await typed(pilot, "5", "slash", *"award", "enter")
        await until(pilot, lambda: isinstance(app.focused, Stream))
        await typed(pilot, "up", "y")
        assert "award" in app.clipboard.lower()

        # Why did this bid win?
        await typed(pilot, "1", "home", "2", "enter")
        await until(pilot, lambda: isinstance(app.screen, Why))
        await typed(pilot, "escape")

        # Stop, resume.
        await typed(pilot, "s", "y")
        await until(pilot, lambda: not watch.live)
        assert watch.state.status is Status.STOPPED
        await typed(pilot, "r")
        await until(pilot, lambda: app.watching is not watch and app.running)
        await until(pilot, lambda: app.screen is not floor and isinstance(app.screen, Floor))

        # Find it on the Desk.
        await typed(pilot, "escape")
        await until(pilot, lambda: isinstance(app.screen, Desk) and "three sellers" in text_of(app))
        assert app.running
        assert app.mishaps == []
        assert app.watching is not None
        app.watching.stop()
        await until(pilot, lambda: not app.running)


@pytest.mark.slow
async def test_from_setup_to_the_desk_with_the_mouse(tmp_path: Path, text_of: Read):
    app = MarketBenchApp(StoreBackend(tmp_path / "market.db"))
    async with app.run_test(size=(160, 48)) as pilot:

        async def click(words: str, last: bool = True) -> None:
            await clicked(pilot, text_of, words, last)

        await until(pilot, lambda: "Run an auction" in text_of(app))

        # Setup: ten tasks drawn at random, three workers, start.
        await click("n new session")
        await until(pilot, lambda: isinstance(app.screen, Setup) and app.screen.plan.known.index is not None)
        setup = app.screen
        assert isinstance(setup, Setup)
        await click("s sample")
        await click("⏎ ok")
        await until(pilot, lambda: len(setup.plan.chosen) == 10 and not setup.plan.blocking)
        await click("Start ^r")

        # Watch, pause.
        await until(pilot, lambda: isinstance(app.screen, Floor))
        floor = app.screen
        assert isinstance(floor, Floor)
        watch = floor.watching
        await until(pilot, lambda: bool(watch.attempts))
        await click("space pause")
        await until(pilot, lambda: watch.state.status is Status.PAUSED)

        # Zoom the tape, and back; filter it; copy a line of it.
        await click("▸ award")
        await click("z zoom")
        await until(pilot, lambda: floor.maximized is not None)
        await click("z zoom")
        await until(pilot, lambda: floor.maximized is None)
        await click("/ filter")
        await click("□ kind:award")
        assert watch.tape.words == "kind:award"
        await click("⏎ ok")
        await click("▸ award")
        await click("y copy")
        assert "award" in app.clipboard.lower()

        # Why did this bid win?
        award = watch.attempt(watch.attempts[0]).award
        await click(award.task, last=False)
        await until(pilot, lambda: f"Book {award.task}" in text_of(app))
        await click(f"▸ {award.worker}", last=False)
        await click("⏎ why?")
        await until(pilot, lambda: isinstance(app.screen, Why))
        await click("esc closes")

        # Stop, resume.
        await click("s stop", last=False)
        await click("Stop (y)")
        await until(pilot, lambda: not watch.live)
        assert watch.state.status is Status.STOPPED
        await click("r resume")
        await until(pilot, lambda: app.watching is not watch and app.running)

        # Find it on the Desk.
        await click("esc back")
        await until(pilot, lambda: isinstance(app.screen, Desk) and "three sellers" in text_of(app))
        assert app.mishaps == []
        assert app.watching is not None
        app.watching.stop()
        await until(pilot, lambda: not app.running)
