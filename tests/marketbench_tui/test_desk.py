"""The Desk lists sessions, and from it every use of the workbench begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from market.errors import MarketBenchError
from marketbench_tui.app import MarketBenchApp
from marketbench_tui.ports import Opened, SessionCard
from marketbench_tui.screens.desk import Desk
from marketbench_tui.screens.dialogs import Confirm
from marketbench_tui.screens.floor import Floor
from marketbench_tui.screens.help import Help
from marketbench_tui.widgets.sessions import Sessions
from tests.marketbench_tui.conftest import desk_app, opened, settle
from tests.marketbench_tui.sessions import FakeBackend, FakeFeed, cards, finished

Read = Callable[[MarketBenchApp], str]


async def test_an_empty_desk_explains_the_three_uses_and_offers_the_demo(text_of: Read):
    app = desk_app(FakeBackend())
    async with opened(app) as pilot:
        text = text_of(app)
        for words in ("Run an auction", "Look at a past one", "Check what a model knows", "starts the demo"):
            assert words in text
        assert "show on the Floor" not in text
        await pilot.press("d")
        await settle(pilot)
        assert isinstance(app.screen, Floor)


async def test_sessions_are_listed_with_their_figures(text_of: Read):
    app = desk_app()
    async with opened(app):
        text = text_of(app)
        row = next(line for line in text.split("\n") if "12 six sellers" in line)
        for words in ("SIM", "● running", "17/24", "62%", "73%", "+11", "$0.42", "3 min ago"):
            assert words in row
        assert "overconfident by 11 points" in text


async def test_enter_shows_a_recorded_session_on_the_floor():
    backend = FakeBackend(cards())
    app = desk_app(backend)
    async with opened(app) as pilot:
        await pilot.press("down", "down", "enter")
        await settle(pilot)
        assert backend.asked == ["open 9"]
        assert isinstance(app.screen, Floor)
        await pilot.press("escape")
        assert isinstance(app.screen, Desk)


async def test_a_stopped_session_is_resumed_with_r():
    backend = FakeBackend(cards())
    app = desk_app(backend)
    async with opened(app) as pilot:
        await pilot.press("down", "r")
        await settle(pilot)
        assert backend.asked == ["resume 11"]


async def test_r_is_not_offered_for_a_finished_session(text_of: Read):
    backend = FakeBackend(cards())
    app = desk_app(backend)
    async with opened(app) as pilot:
        await pilot.press("down", "down", "r")
        await settle(pilot)
        assert backend.asked == []
        assert "r resume" not in text_of(app)


async def test_deleting_asks_first_and_escape_keeps_the_session():
    backend = FakeBackend(cards())
    app = desk_app(backend)
    async with opened(app) as pilot:
        await pilot.press("delete", "escape")
        await settle(pilot)
        assert backend.asked == []
        await pilot.press("delete")
        assert isinstance(app.screen, Confirm)
        await pilot.press("y")
        await settle(pilot)
        assert backend.asked == ["trash 12"]
        chosen = app.desk.query_one(Sessions).chosen
        assert chosen is not None
        assert chosen.id == 11


async def test_the_careful_answer_has_the_focus():
    backend = FakeBackend(cards())
    app = desk_app(backend)
    async with opened(app) as pilot:
        await pilot.press("delete", "enter")
        await settle(pilot)
        assert backend.asked == []


async def test_a_person_can_leave_a_running_session_and_come_back_to_it():
    backend = FakeBackend(cards())
    app = desk_app(backend)
    async with opened(app) as pilot:
        await pilot.press("d")
        await settle(pilot)
        watched = app.watching
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(app.screen, Desk)
        await pilot.press("f")
        await settle(pilot)
        assert isinstance(app.screen, Floor)
        assert app.screen.watching is watched
        assert backend.asked == ["demo"]


async def test_enter_on_the_running_session_goes_back_to_it_and_does_not_open_it_twice():
    backend = FakeBackend(cards())
    app = desk_app(backend)
    async with opened(app) as pilot:
        await pilot.press("d")
        await settle(pilot)
        await pilot.press("escape")
        await pilot.press("enter")
        await settle(pilot)
        assert backend.asked == ["demo"]


async def test_looking_at_another_session_does_not_lose_the_running_one():
    backend = FakeBackend(cards())
    app = desk_app(backend)
    async with opened(app) as pilot:
        await pilot.press("d")
        await settle(pilot)
        await pilot.press("escape", "down", "down", "enter")
        await settle(pilot)
        assert backend.asked == ["demo", "open 9"]
        assert app.running


class BrokenBackend(FakeBackend):
    def open(self, session: int) -> Opened:
        raise MarketBenchError("session #9 is [bold]broken[/]: run marketbench verify 9")

    def sessions(self) -> Sequence[SessionCard]:
        if not self.cards:
            raise MarketBenchError("the database is newer than this program; update it")
        return super().sessions()


async def test_what_goes_wrong_is_said_in_one_line_and_never_read_as_markup():
    for backend, words in ((BrokenBackend(cards()), "[bold]broken[/]"), (BrokenBackend(), "newer than")):
        app = desk_app(backend)
        async with opened(app) as pilot:
            await pilot.press("enter")
            await settle(pilot)
            assert [note.message for note in app._notifications if words in note.message]


async def test_a_session_that_cannot_start_says_why_on_the_floor(text_of: Read):
    backend = FakeBackend(cards())
    backend.feed = FakeFeed()
    backend.feed.error = "SuiteError: no suite [red]x[/]"
    app = desk_app(backend)
    async with opened(app) as pilot:
        await pilot.press("d")
        await settle(pilot)
        await settle(pilot)
        assert "The session could not go on." in text_of(app)
        assert "SuiteError: no suite [red]x[/]" in text_of(app)


async def test_help_is_about_the_focused_pane(text_of: Read):
    app = desk_app()
    async with opened(app) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        assert isinstance(app.screen, Help)
        text = text_of(app)
        assert "Every session, the newest first." in text
        assert "show on the Floor" in text
        await pilot.press("escape")
        assert isinstance(app.screen, Desk)


async def test_q_quits_at_once_when_nothing_runs():
    app = desk_app()
    async with opened(app) as pilot:
        await pilot.press("q")
        await pilot.pause()
    assert app.return_code == 0
    assert not app.is_running


async def test_q_asks_when_a_session_runs_and_stops_it():
    backend = FakeBackend(cards())
    app = desk_app(backend)
    async with opened(app) as pilot:
        await pilot.press("d")
        await settle(pilot)
        await pilot.press("q", "n")
        assert app.is_running
        assert backend.feed.orders == []
        await pilot.press("q", "y")
        assert backend.feed.orders == ["stop"]
        assert app.is_running, "it waits until the last event is stored"
        backend.feed.live = False
        while app.is_running:
            await pilot.pause()
    assert not app.is_running


async def test_a_click_chooses_and_a_double_click_opens():
    backend = FakeBackend(cards())
    app = desk_app(backend)
    async with opened(app) as pilot:
        await pilot.click("#sessions", offset=(20, 4))
        chosen = app.desk.query_one(Sessions).chosen
        assert chosen is not None
        assert chosen.id == 9
        await pilot.click("#sessions", offset=(20, 4), times=2)
        await settle(pilot)
        assert backend.asked == ["open 9"]


async def test_the_theme_changes_with_a_key_and_lasts():
    app = desk_app()
    async with opened(app) as pilot:
        await pilot.press("t")
        await pilot.pause()
        assert app.theme == "paper"


async def test_the_app_can_begin_with_a_session():
    backend = FakeBackend(cards())
    script = finished()
    app = MarketBenchApp(backend, lambda: backend.open(7), now=lambda: script.recorded[-1].at)
    async with opened(app):
        assert backend.asked == ["open 7"]
        assert isinstance(app.screen, Floor)
