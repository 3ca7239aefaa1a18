import pytest

from depresolve import PackageIndex, SpecifierSet


def test_versions_are_sorted_newest_first():
    index = PackageIndex()
    for version in ("1.2", "1.10", "1.9"):
        index.add("web", version)
    assert [str(version) for version in index.versions("Web")] == ["1.10", "1.9", "1.2"]
    assert index.versions("unknown") == []


def test_matching():
    index = PackageIndex()
    index.add("Web.Server", "1.0", requires=["http<2"])
    index.add("web-server", "2.0")
    (release,) = index.matching("web_server", SpecifierSet.parse("<2"))
    assert str(release) == "web-server 1.0"
    assert [str(requirement) for requirement in release.requires] == ["http<2"]
    assert index.matching("unknown", SpecifierSet()) == []


def test_no_version_twice():
    index = PackageIndex()
    index.add("web", "1.0")
    with pytest.raises(ValueError, match="web 1.0 is already in the index"):
        index.add("Web", "1.0")
