import pytest

from depresolve import PackageIndex, ResolutionError, resolve


def make_index(packages):
    """{"web 1.0": ["http<2"], ...} as an index."""
    index = PackageIndex()
    for release, requires in packages.items():
        index.add(*release.split(), requires=requires)
    return index


def versions(packages, *requirements):
    resolution = resolve(make_index(packages), requirements)
    return {name: str(version) for name, version in resolution.versions.items()}


def test_prefers_the_newest():
    assert versions({"web 1.0": [], "web 1.10": [], "web 1.9": []}, "web") == {"web": "1.10"}


def test_follows_dependencies():
    packages = {"web 2.1": ["http>=1.4,<2"], "http 1.4.2": ["bytes"], "http 2.0": [], "bytes 1.0": [], "unused 1.0": []}
    assert versions(packages, "web") == {"web": "2.1", "http": "1.4.2", "bytes": "1.0"}


def test_intersects_requirements():
    packages = {"a 1.0": ["c>=1.2"], "b 1.0": ["c<2"], "c 1.0": [], "c 1.5": [], "c 2.0": []}
    assert versions(packages, "a", "b") == {"a": "1.0", "b": "1.0", "c": "1.5"}


def test_backtracks_to_an_older_version():
    packages = {"a 1.0": ["c<2"], "a 2.0": ["c>=2", "extra"], "b 1.0": ["c<2"], "c 1.0": [], "c 2.0": [], "extra 1.0": []}
    assert versions(packages, "a", "b") == {"a": "1.0", "b": "1.0", "c": "1.0"}


def test_backtracks_over_a_pinned_package():
    packages = {"base 1.0": [], "base 2.0": [], "plugin 1.0": ["base<2"]}
    assert versions(packages, "base", "plugin") == {"base": "1.0", "plugin": "1.0"}


def test_backtracks_when_a_dependency_is_unknown():
    packages = {"a 2.0": ["missing"], "a 1.0": []}
    assert versions(packages, "a") == {"a": "1.0"}


def test_cycles():
    packages = {"a 1.0": ["b"], "b 1.0": ["c", "a>=1"], "c 1.0": [], "app 1.0": ["a"]}
    resolution = resolve(make_index(packages), ["app"])
    assert set(resolution.versions) == {"app", "a", "b", "c"}
    assert resolution.install_order() == [("c",), ("a", "b"), ("app",)]


def test_install_order_puts_dependencies_first():
    packages = {"a 1.0": ["b", "c"], "b 1.0": ["d"], "c 1.0": ["d"], "d 1.0": []}
    assert resolve(make_index(packages), ["a"]).install_order() == [("d",), ("b",), ("c",), ("a",)]


def test_conflict_names_everyone_involved():
    packages = {"a 1.0": ["c<2"], "b 1.0": ["c>=2"], "c 1.0": [], "c 2.0": []}
    with pytest.raises(ResolutionError) as caught:
        resolve(make_index(packages), ["a", "b"])
    assert str(caught.value).splitlines() == [
        "cannot satisfy the requirements on c:",
        "  a 1.0 requires c<2",
        "  b 1.0 requires c>=2",
        "  available: 2.0, 1.0",
    ]


def test_conflict_with_the_project():
    with pytest.raises(ResolutionError, match="the project requires web>3"):
        resolve(make_index({"web 1.0": []}), ["web>3"])


def test_unknown_package():
    with pytest.raises(ResolutionError, match="available: none, it is not in the index"):
        resolve(make_index({"a 1.0": ["missing"]}), ["a"])
