"""The line at the foot can be answered with the mouse alone: words are offered, and ok is a click."""

from __future__ import annotations

import pytest
from textual import on
from textual.app import App, ComposeResult

from marketbench_tui.widgets.keybar import KeyBar
from marketbench_tui.widgets.offers import Offers, with_word
from marketbench_tui.widgets.prompt import Prompt, Topic


class Asking(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        yield Prompt()
        yield KeyBar()

    @on(Prompt.Changed)
    @on(Prompt.Answered)
    def _said(self, event: Prompt.Said) -> None:
        self.said.append((type(event).__name__, event.text))

    @property
    def bar(self) -> str:
        return self.query_one(KeyBar).render_line(0).text

    @property
    def row(self) -> str:
        return self.query_one(Offers).render_line(0).text


@pytest.mark.parametrize(
    ("typed", "word", "now"),
    [
        ("", "kind:award", "kind:award"),
        ("kind:award", "kind:award", ""),
        ("kind:award money", "kind:fail", "money kind:fail"),
        ("money", "worker:atlas", "money worker:atlas"),
        ("open", "solved", "open solved"),
    ],
)
def test_a_word_goes_in_or_out_and_a_field_has_one_value(typed: str, word: str, now: str):
    assert with_word(typed, word) == now


async def test_clicks_make_a_filter_and_ok_gives_it():
    app = Asking()
    async with app.run_test(size=(80, 24)) as pilot:
        app.query_one(Prompt).ask(Topic.TAPE, offers=("kind:award", "worker:[b]x"))
        await pilot.pause()
        assert "□ kind:award" in app.row
        await pilot.click(Offers, offset=(app.row.index("kind:award"), 0))
        await pilot.click(Offers, offset=(app.row.index("worker:[b]x"), 0))
        assert "■ kind:award" in app.row
        await pilot.click(KeyBar, offset=(app.bar.index("ok"), 0))
        await pilot.pause()
        assert app.said == [
            ("Changed", "kind:award"),
            ("Changed", "kind:award worker:[b]x"),
            ("Answered", "kind:award worker:[b]x"),
        ]


async def test_an_amount_that_is_offered_takes_the_place_of_what_was_typed():
    app = Asking()
    async with app.run_test(size=(80, 24)) as pilot:
        app.query_one(Prompt).ask(Topic.BUDGET, "5", offers=("7.50", "10.00"))
        await pilot.pause()
        await pilot.click(Offers, offset=(app.row.index("10.00"), 0))
        assert app.query_one(Prompt).words == "10.00"


async def test_a_filter_that_was_given_rests_without_offers():
    app = Asking()
    async with app.run_test(size=(80, 24)) as pilot:
        app.query_one(Prompt).ask(Topic.TASKS, "open", offers=("open",))
        await pilot.pause()
        app.query_one(Prompt).rest()
        assert not app.query_one(Offers).display
        assert app.query_one(Prompt).display
