"""The packages that can be installed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable

from .requirement import Requirement, SpecifierSet, normalize_name
from .version import Version


@dataclass(frozen=True)
class Release:
    """One version of a package and what it requires."""

    name: str
    version: Version
    requires: tuple[Requirement, ...] = ()

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class PackageIndex:
    """An in-memory index of releases."""

    def __init__(self) -> None:
        self._releases: dict[str, dict[Version, Release]] = {}

    def add(self, name: str, version: str, requires: Iterable[str] = ()) -> Release:
        """Publish a release; publishing the same version twice is a ``ValueError``."""
        requirements = tuple(map(Requirement.parse, requires))
        release = Release(normalize_name(name), Version.parse(version), requirements)
        known = self._releases.setdefault(release.name, {})
        if release.version in known:
            raise ValueError(f"{release} is already in the index")
        known[release.version] = release
        return release

    def versions(self, name: str) -> list[Version]:
        """All versions of a package, newest first; empty if it is unknown."""
        return sorted(self._releases.get(normalize_name(name), {}), reverse=True)

    def matching(self, name: str, specifiers: SpecifierSet) -> list[Release]:
        """The releases that *specifiers* admit, newest first."""
        admitted = specifiers.filter(self.versions(name))
        return [self._releases[normalize_name(name)][version] for version in admitted]
