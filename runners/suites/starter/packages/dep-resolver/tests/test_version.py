import pytest

from depresolve import Version

ORDERED = ["0.9", "1.0a1", "1.0a2", "1.0b1", "1.0rc1", "1.0", "1.0.1", "1.2", "1.10", "2.0"]


def test_order():
    versions = [Version.parse(text) for text in ORDERED]
    assert sorted(reversed(versions)) == versions


def test_str_and_parse():
    for text in [*ORDERED, "1.10.0", "3"]:
        assert str(Version.parse(text)) == text
    assert Version.parse(" v1.2 ") == Version.parse("1.2")


def test_prerelease():
    assert Version.parse("1.0rc1").is_prerelease
    assert not Version.parse("1.0").is_prerelease


def test_hashable():
    assert len({Version.parse("1.2"), Version.parse("1.2"), Version.parse("1.3")}) == 2


@pytest.mark.parametrize("text", ["one", "1.", "1..2", "1.0-final", "1.0rc"])
def test_malformed(text):
    with pytest.raises(ValueError):
        Version.parse(text)
