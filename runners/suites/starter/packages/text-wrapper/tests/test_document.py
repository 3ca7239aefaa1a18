from textwrapper import WrapOptions, reflow


def test_paragraphs():
    text = "\none\ntwo three\n\n   \n\nfour\n"
    assert reflow(text, WrapOptions(width=7)) == "one two\nthree\n\nfour"


def test_list():
    text = "Buy:\n- bread and\n  butter\n* jam\n\nThen go home."
    assert reflow(text, WrapOptions(width=14)) == (
        "Buy:\n\n- bread and\n  butter\n* jam\n\nThen go home."
    )


def test_numbered_list():
    text = "9. one two three\n10. four five six\n11) seven"
    assert reflow(text, WrapOptions(width=12)) == (
        "9. one two\n   three\n10. four\n    five six\n11) seven"
    )


def test_list_that_is_indented_as_a_whole():
    assert reflow("  - one\n  - two\nand three") == "- one\n- two and three"


def test_bullets_are_replaced_and_numbers_kept():
    text = "* one\n+ two\n\n1. three"
    assert reflow(text, WrapOptions(bullet="•")) == "• one\n• two\n\n1. three"


def test_dash_without_a_space_is_text():
    assert reflow("-1 is\n-2 plus 1") == "-1 is -2 plus 1"


def test_empty():
    assert reflow("\n \n") == ""
