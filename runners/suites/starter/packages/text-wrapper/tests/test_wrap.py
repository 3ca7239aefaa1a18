import pytest

from textwrapper import WrapOptions, fill, wrap


def test_lines_are_filled():
    text = "the quick brown fox jumps over the lazy dog"
    assert wrap(text, WrapOptions(width=10)) == [
        "the quick",
        "brown fox",
        "jumps over",
        "the lazy",
        "dog",
    ]


def test_whitespace_is_collapsed():
    assert wrap("  one\n two\t\tthree ") == ["one two three"]
    assert wrap(" \n ") == []


def test_no_break_space_does_not_break():
    assert wrap("about 10\u00a0km", WrapOptions(width=8)) == ["about", "10\u00a0km"]


def test_indents_count_towards_the_width():
    options = WrapOptions(width=10, initial_indent="> ", subsequent_indent="    ")
    assert wrap("one two three four", options) == [
        "> one two",
        "    three",
        "    four",
    ]


def test_indent_as_wide_as_the_line():
    with pytest.raises(ValueError):
        WrapOptions(width=4, subsequent_indent="    ")


def test_wide_characters_take_two_columns():
    assert fill("東京 大阪 京都", WrapOptions(width=9)) == "東京 大阪\n京都"
    assert fill("東京 大阪 京都", WrapOptions(width=8)) == "東京\n大阪\n京都"


def test_long_word_is_chopped():
    options = WrapOptions(width=5, subsequent_indent=" ")
    assert wrap("a bcdefghijkl m", options) == ["a", " bcde", " fghi", " jkl", " m"]
    assert wrap("ab", WrapOptions(width=1)) == ["a", "b"]


def test_long_word_is_left_whole():
    options = WrapOptions(width=4, break_long_words=False)
    assert wrap("a bcdefgh i", options) == ["a", "bcdefgh", "i"]
