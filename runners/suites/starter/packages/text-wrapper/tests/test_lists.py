from textwrapper import WrapOptions, format_list


def test_items_hang():
    assert format_list(["one two three", "four"], WrapOptions(width=9)) == (
        "- one two\n  three\n- four"
    )


def test_empty_list():
    assert format_list([]) == ""


def test_bullet_is_replaced():
    assert format_list(["one", "two"], WrapOptions(bullet="•")) == "• one\n• two"


def test_wide_bullet():
    options = WrapOptions(width=10, bullet="・")
    assert format_list(["one two three"], options) == "・ one two\n   three"


def test_indent():
    options = WrapOptions(width=9, initial_indent="  ", subsequent_indent="  ")
    assert format_list(["one two", "three"], options) == "  - one\n    two\n  - three"
