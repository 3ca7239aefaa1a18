"""On the Desk sessions are filtered, sorted, labelled, exported, and go to a trash and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from textual.pilot import Pilot

from marketbench_tui.app import MarketBenchApp
from marketbench_tui.screens.desk import Desk
from marketbench_tui.view.desk_find import By, Order
from marketbench_tui.widgets.prompt import Prompt
from marketbench_tui.widgets.sessions import Sessions
from tests.marketbench_tui.conftest import desk_app, opened, settle
from tests.marketbench_tui.sessions import OPENED, FakeBackend, cards

Read = Callable[[MarketBenchApp], str]


def labelled() -> FakeBackend:
    """The usual sessions; number 9 is tagged, number 7 in the trash."""
    changed = {9: {"tags": ("paper", "baseline")}, 7: {"trashed_at": OPENED}}
    return FakeBackend([replace(card, **changed.get(card.id, {})) for card in cards()])  # pyright: ignore[reportArgumentType]


def numbers(app: MarketBenchApp) -> list[int]:
    return [card.id for card in app.desk.query_one(Sessions).rows]


def chosen(app: MarketBenchApp) -> int | None:
    card = app.desk.query_one(Sessions).chosen
    return card.id if card else None


async def answer(pilot: Pilot[None], text: str) -> None:
    """Type this in place of what the prompt holds, and press enter."""
    await pilot.press("home", "ctrl+k", *text, "enter")
    await settle(pilot)


# --- filter -----------------------------------------------------------------------------


async def test_every_keystroke_narrows_and_enter_keeps_the_filter(text_of: Read):
    app = desk_app(labelled())
    async with opened(app) as pilot:
        await pilot.press("slash", *"always")
        assert numbers(app) == [9]
        await pilot.press("enter")
        await pilot.pause()
        assert numbers(app) == [9]
        assert "showing 1 of 5 that match always" in text_of(app)
        assert "overconfident" not in text_of(app)
        await pilot.press("escape")
        await pilot.pause()
        assert len(numbers(app)) == 5


async def test_escape_in_the_prompt_shows_everything_again():
    app = desk_app(labelled())
    async with opened(app) as pilot:
        await pilot.press("slash", *"zzz", "escape")
        await pilot.pause()
        assert len(numbers(app)) == 5
        assert isinstance(app.focused, Sessions)


async def test_a_filter_that_nothing_matches_says_so_and_never_reads_it_as_markup(text_of: Read):
    app = desk_app(labelled())
    async with opened(app) as pilot:
        await pilot.press("slash", *"[b]x", "enter")
        await pilot.pause()
        assert "No session matches “[b]x”. esc shows all of them." in text_of(app)
        await pilot.press("e", "w", "x", "c")
        assert not app.desk.query_one(Prompt).display
        assert isinstance(app.screen, Desk)


async def test_the_list_is_narrowed_by_status_suite_and_tag():
    app = desk_app(labelled())
    async with opened(app) as pilot:
        for words, expected in (
            ("status:stopped", [11]),
            ("suite:swe", [8]),
            ("tag:pap", [9]),
            ("#paper", [9]),
            ("status:fin starter", [9]),
        ):
            await pilot.press("slash")
            await answer(pilot, words)
            assert numbers(app) == expected, words


# --- order ------------------------------------------------------------------------------


async def test_s_sorts_by_the_next_column_and_capital_s_turns_it_round(text_of: Read):
    app = desk_app(labelled())
    async with opened(app) as pilot:
        await pilot.press("s")
        await pilot.pause()
        assert numbers(app) == [9, 11, 4, 12, 8]
        assert "session▴" in text_of(app)
        assert chosen(app) == 12, "the choice stays on its session"
        await pilot.press("S")
        await pilot.pause()
        assert numbers(app) == [8, 12, 4, 11, 9]
        assert "by session, descending" in text_of(app)


async def test_sorting_goes_through_all_columns_and_comes_back():
    app = desk_app(labelled())
    async with opened(app, (200, 60)) as pilot:
        sessions = app.desk.query_one(Sessions)
        seen = [sessions.order.by]
        while len(seen) < 2 or seen[-1] is not By.NUMBER:
            await pilot.press("s")
            seen.append(sessions.order.by)
        assert set(seen) == set(By)
        assert sessions.order == Order()


async def test_a_click_on_a_heading_sorts_and_a_second_one_turns_it_round(text_of: Read):
    app = desk_app(labelled())
    async with opened(app) as pilot:
        heading = next(line for line in text_of(app).split("\n") if "status  " in line)
        at = (heading.index("spent") - 1, 1)
        await pilot.click("#sessions", offset=at)
        assert app.desk.query_one(Sessions).order == Order(By.SPENT, descending=True)
        assert numbers(app)[0] == 8
        await pilot.click("#sessions", offset=at)
        assert numbers(app)[-1] == 8


async def test_sessions_without_a_figure_come_last_either_way():
    app = desk_app(labelled())
    async with opened(app) as pilot:
        sessions = app.desk.query_one(Sessions)
        while sessions.order.by is not By.GAP:
            await pilot.press("s")
        assert numbers(app) == [4, 12, 11, 9, 8]
        await pilot.press("S")
        assert numbers(app) == [9, 11, 12, 4, 8]


# --- labels and files -------------------------------------------------------------------


async def test_e_renames_the_chosen_session(text_of: Read):
    backend = labelled()
    app = desk_app(backend)
    async with opened(app) as pilot:
        await pilot.press("down", "e")
        await answer(pilot, "a better name")
        assert backend.asked == ["rename 11 a better name"]
        assert "a better name" in text_of(app)
        assert chosen(app) == 11


async def test_a_name_that_will_not_do_is_refused_where_it_is_typed(text_of: Read):
    backend = labelled()
    app = desk_app(backend)
    async with opened(app) as pilot:
        await pilot.press("f2")
        await answer(pilot, " ")
        assert "one line of text" in text_of(app)
        await pilot.press("escape")
        assert backend.asked == []


async def test_tags_are_edited_as_a_line_of_words(text_of: Read):
    backend = labelled()
    app = desk_app(backend)
    async with opened(app, (200, 60)) as pilot:
        await pilot.press("down", "down", "number_sign", *" Two", "enter")
        await settle(pilot)
        assert backend.asked == ["tag 9 paper baseline two"]
        assert "#paper #baseline #two" in text_of(app)


async def test_export_offers_a_file_name_that_can_be_changed():
    backend = labelled()
    app = desk_app(backend)
    async with opened(app) as pilot:
        await pilot.press("w", "enter")
        await settle(pilot)
        assert backend.asked == ["export 12 session-12-six-sellers-starter-24.jsonl"]
        assert [note.message for note in app._notifications if "40 events of #12" in note.message]
        await pilot.press("w")
        await answer(pilot, "other.jsonl")
        assert backend.asked[1] == "export 12 other.jsonl"


# --- the trash --------------------------------------------------------------------------


async def test_the_trash_is_shown_and_left_again(text_of: Read):
    app = desk_app(labelled())
    async with opened(app) as pilot:
        assert "phase1" not in text_of(app)
        assert "1 in the trash" in text_of(app)
        await pilot.press("X")
        await pilot.pause()
        assert numbers(app) == [7]
        assert "Trash 1" in text_of(app)
        await pilot.press("escape")
        await pilot.pause()
        assert len(numbers(app)) == 5


async def test_u_puts_a_session_back(text_of: Read):
    backend = labelled()
    app = desk_app(backend)
    async with opened(app) as pilot:
        await pilot.press("u")
        assert backend.asked == [], "outside the trash there is nothing to put back"
        await pilot.press("X", "u")
        await settle(pilot)
        assert backend.asked == ["restore 7"]
        assert "The trash is empty." in text_of(app)
        await pilot.press("X")
        await pilot.pause()
        assert 7 in numbers(app)


async def test_in_the_trash_x_removes_for_good_after_a_question(text_of: Read):
    backend = labelled()
    app = desk_app(backend)
    async with opened(app) as pilot:
        await pilot.press("X", "x")
        await pilot.pause()
        assert "for good" in text_of(app)
        await pilot.press("escape", "x", "y")
        await settle(pilot)
        assert backend.asked == ["delete 7"]


async def test_emptying_the_trash_asks_first():
    backend = labelled()
    app = desk_app(backend)
    async with opened(app) as pilot:
        await pilot.press("E")
        assert isinstance(app.screen, Desk), "only while the trash is in sight"
        await pilot.press("X", "E", "n")
        await settle(pilot)
        assert backend.asked == []
        await pilot.press("E", "y")
        await settle(pilot)
        assert backend.asked == ["empty trash"]
        assert 7 not in [card.id for card in backend.cards]


async def test_when_all_sessions_are_in_the_trash_the_welcome_is_back_and_the_trash_in_reach(text_of: Read):
    backend = FakeBackend([replace(card, trashed_at=OPENED) for card in cards()])
    app = desk_app(backend)
    async with opened(app) as pilot:
        assert "starts the demo" in text_of(app)
        await pilot.press("X")
        await pilot.pause()
        await pilot.press("u")
        await settle(pilot)
        assert backend.asked == ["restore 12"]


# --- which keys are offered -------------------------------------------------------------


async def test_a_killed_session_says_so_and_can_be_resumed(text_of: Read):
    running = cards()[0]
    for killed in (True, False):
        backend = FakeBackend([replace(running, killed=killed)])
        app = desk_app(backend)
        async with opened(app) as pilot:
            assert ("† killed" in text_of(app)) is killed
            await pilot.press("r")
            await settle(pilot)
            assert bool(backend.asked) is killed


async def test_an_imported_session_is_neither_resumed_nor_copied():
    app = desk_app(FakeBackend([replace(cards()[1], imported=True)]))
    async with opened(app):
        assert not app.desk.check_action("resume", ())
        assert not app.desk.check_action("duplicate", ())
        assert app.desk.check_action("export", ())
