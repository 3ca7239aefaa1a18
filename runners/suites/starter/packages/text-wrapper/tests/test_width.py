import pytest

from textwrapper import char_width, display_width


@pytest.mark.parametrize(
    "char, expected",
    [
        pytest.param("a", 1, id="ascii"),
        pytest.param("é", 1, id="accented"),
        pytest.param("日", 2, id="wide"),
        pytest.param("Ａ", 2, id="fullwidth"),
        pytest.param("ｱ", 1, id="halfwidth"),
        pytest.param("\u0301", 0, id="combining"),
        pytest.param("\u00ad", 0, id="soft-hyphen"),
        pytest.param("\u200b", 0, id="zero-width-space"),
    ],
)
def test_char_width(char, expected):
    assert char_width(char) == expected


def test_display_width():
    assert display_width("") == 0
    assert display_width("cafe\u0301") == 4
    assert display_width("東京 Tokyo") == 10
