from textwrapper import WrapOptions, wrap
from textwrapper.hyphen import split_at_hint, strip_hints

WORD = "un\u00adbreak\u00adable"


def test_strip_hints():
    assert strip_hints(WORD) == "unbreakable"


def test_hints_do_not_show_in_a_word_that_fits():
    assert wrap(f"an {WORD} rule") == ["an unbreakable rule"]


def test_word_is_broken_at_the_last_hint_with_room():
    assert split_at_hint(WORD, 9) == ("unbreak-", "able")
    assert split_at_hint(WORD, 6) == ("un-", "break\u00adable")
    assert split_at_hint(WORD, 1) is None
    assert split_at_hint("unbreakable", 9) is None


def test_hint_is_used_before_a_new_line_is_begun():
    assert wrap(f"is {WORD} now", WrapOptions(width=8)) == ["is un-", "break-", "able now"]


def test_no_second_hyphen():
    assert split_at_hint("self-\u00ademployed", 7) == ("self-", "employed")


def test_hint_at_the_edge_of_a_word():
    assert split_at_hint("\u00adunbreakable", 5) is None
