"""Ways to the Auction and back: a key on the Desk, one on the Floor, and the command line of the app."""

from __future__ import annotations

from collections.abc import Callable

from marketbench_tui.app import MarketBenchApp
from marketbench_tui.screens.auction import Auction
from marketbench_tui.screens.desk import Desk
from marketbench_tui.screens.floor import Floor
from tests.marketbench_tui.conftest import desk_app, floor_app, opened, settle
from tests.marketbench_tui.sessions import FakeBackend, cards, finished

Text = Callable[[MarketBenchApp], str]


async def test_a_on_the_desk_opens_the_chosen_session_and_escape_comes_back():
    backend = FakeBackend(cards())
    app = desk_app(backend)
    async with opened(app) as pilot:
        await pilot.press("down", "a")
        await settle(pilot)
        assert isinstance(app.screen, Auction)
        assert backend.shelf.asked == ["case 11"]
        await pilot.press("escape", "escape")
        await settle(pilot)
        assert isinstance(app.screen, Desk)


async def test_a_on_the_floor_opens_its_session_and_escape_comes_back():
    app = floor_app(finished(), live=False)
    async with opened(app) as pilot:
        await pilot.press("a")
        await settle(pilot)
        assert isinstance(app.screen, Auction)
        await pilot.press("escape", "escape")
        await settle(pilot)
        assert isinstance(app.screen, Floor)


async def test_the_command_line_opens_a_session_by_its_number(text_of: Text):
    backend = FakeBackend(cards())
    app = desk_app(backend)
    async with opened(app) as pilot:
        await pilot.press("colon", *"auction", "space", "7", "enter")
        await settle(pilot)
        assert isinstance(app.screen, Auction)
        assert backend.shelf.asked == ["case 7"]
        assert "SIM" in text_of(app)
