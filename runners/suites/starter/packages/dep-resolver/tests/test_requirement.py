import pytest

from depresolve import Requirement, Specifier, SpecifierSet, Version

VERSIONS = [Version.parse(text) for text in ("2.1", "2.0", "1.9.1", "1.4.2", "1.4.1", "1.3", "0.9")]


def admitted(text):
    return [str(version) for version in SpecifierSet.parse(text).filter(VERSIONS)]


def test_ordered_comparisons():
    assert admitted(">=2.0") == ["2.1", "2.0"]
    assert admitted(">2.0") == ["2.1"]
    assert admitted("<=1.3") == ["1.3", "0.9"]
    assert admitted("<1.3") == ["0.9"]


def test_equality():
    assert admitted("==1.4.1") == ["1.4.1"]
    assert admitted("!=1.4.1,<1.5,>1") == ["1.4.2", "1.3"]


def test_wildcards():
    assert admitted("==1.4.*") == ["1.4.2", "1.4.1"]
    assert admitted("!=1.*") == ["2.1", "2.0", "0.9"]
    assert Specifier.parse("==2.0.*").contains(Version.parse("2"))


def test_compatible():
    assert admitted("~=1.4") == ["1.9.1", "1.4.2", "1.4.1"]
    assert admitted("~=1.4.1") == ["1.4.2", "1.4.1"]


def test_empty_set_admits_everything():
    assert len(admitted("")) == len(VERSIONS)


def test_prereleases_must_be_asked_for():
    versions = [Version.parse(text) for text in ("2.0rc1", "1.0")]
    assert SpecifierSet.parse(">=1.0").filter(versions) == versions[1:]
    assert SpecifierSet.parse(">=1.0rc1").filter(versions) == versions
    assert SpecifierSet.parse("!=1.0rc1").filter(versions) == versions[1:]


def test_requirement():
    requirement = Requirement.parse("Web_Server >= 1.2, <2")
    assert requirement.name == "web-server"
    assert str(requirement) == "web-server>=1.2,<2"
    assert str(Requirement.parse("web==1.*")) == "web==1.*"


MALFORMED = {
    "no-name": ">=1.0",
    "no-version": "web>=",
    "no-operator": "web 1.0",
    "wildcard": "web>=1.*",
    "compatible": "web~=1",
    "comma": "web>=1,",
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED)
def test_malformed(text):
    with pytest.raises(ValueError):
        Requirement.parse(text)
