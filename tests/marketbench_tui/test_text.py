"""Text from models is shown harmlessly, whatever is in it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketbench_tui.text import LINE_LIMIT, safe, safe_line

ESC = "\x1b"


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        (f"{ESC}[31mred{ESC}[0m", "red"),
        (f"{ESC}]0;title\x07text", "text"),
        (f"{ESC}]8;;http://example.com{ESC}\\link{ESC}]8;;{ESC}\\", "link"),
        (f"{ESC}[2J{ESC}[Hgone", "gone"),
        (f"{ESC}Pq#0;2;0;0;0{ESC}\\sixel", "sixel"),
        ("\x9b31mred", "red"),
        (f"cut off {ESC}", "cut off ␛"),
        ("bell\x07 and null\x00", "bell␇ and null␀"),
        ("pass\u202elaer", "pass‹202E›laer"),
        ("zero\u200bwidth", "zero‹200B›width"),
        ("a\tb", "a   b"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("[bold red]not markup[/]", "[bold red]not markup[/]"),
    ],
)
def test_what_could_hurt_is_taken_out_or_made_visible(hostile: str, shown: str):
    assert safe(hostile) == shown


def test_a_line_of_a_megabyte_is_cut_and_says_how_long_it_was():
    shown = safe("x" * 1_000_000)
    assert len(shown) < LINE_LIMIT + 100
    assert shown.endswith("… cut here: the line has 1,000,000 characters")


def test_marks_piled_on_one_character_are_thinned():
    assert len(safe("a" + "\u0301" * 500)) < 10


def test_names_stay_on_one_line():
    assert safe_line("first\nsecond\n") == "first ↵ second"


def test_ordinary_text_is_left_as_it_is():
    text = "def f(x):\n    return 'naïve 日本語 שלום ✓'\n"
    assert safe(text) == text


@given(st.text(max_size=300))
def test_nothing_that_moves_a_cursor_or_reorders_text_gets_through(text: str):
    for line in safe(text).split("\n"):
        assert not any(
            unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") for character in line
        )


@given(st.text(max_size=200))
def test_making_safe_text_safe_again_changes_nothing(text: str):
    once = safe(text)
    assert safe(once) == once
