"""Resolution by depth-first search with backtracking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable

from .index import PackageIndex, Release
from .requirement import Requirement, SpecifierSet
from .resolution import Resolution


class ResolutionError(Exception):
    """No set of versions satisfies every requirement."""


@dataclass(frozen=True)
class Demand:
    """A requirement and who has it."""

    requirement: Requirement
    origin: str

    def __str__(self) -> str:
        return f"{self.origin} requires {self.requirement}"


def resolve(index: PackageIndex, requirements: Iterable[str]) -> Resolution:
    """Choose a version of every package needed, preferring new ones.

    Raises :class:`ResolutionError` if that is impossible.
    """
    search = _Search(index)
    for text in requirements:
        search.demand(Requirement.parse(text), "the project")
    if not search.run():
        raise ResolutionError(search.conflict)
    return search.resolution()


class _Search:
    def __init__(self, index: PackageIndex) -> None:
        self._index = index
        self._pins: dict[str, Release] = {}
        self._demands: dict[str, list[Demand]] = {}
        self._conflict_rank = (False, -1)
        self.conflict = ""

    def demand(self, requirement: Requirement, origin: str) -> bool:
        """Record a requirement; False if the package is pinned to a version that fails it."""
        self._demands.setdefault(requirement.name, []).append(Demand(requirement, origin))
        pin = self._pins.get(requirement.name)
        return pin is None or requirement.specifiers.contains(pin.version)

    def run(self) -> bool:
        """Pin every package in demand; False if that is impossible with the present pins."""
        name = next((n for n, demands in self._demands.items() if demands and n not in self._pins), None)
        if name is None:
            return True
        candidates = self._candidates(name)
        if not candidates:
            self._note_conflict(name)
        for release in candidates:
            if not self._pin(release):
                continue
            if self.run():
                return True
            self._unpin(release)
        return False

    def resolution(self) -> Resolution:
        """The pins as a result."""
        return Resolution(
            versions={name: release.version for name, release in self._pins.items()},
            dependencies={n: tuple(r.name for r in release.requires) for n, release in self._pins.items()},
        )

    def _candidates(self, name: str) -> list[Release]:
        specifiers = SpecifierSet()
        for demand in self._demands[name]:
            specifiers &= demand.requirement.specifiers
        return self._index.matching(name, specifiers)

    def _pin(self, release: Release) -> bool:
        """Choose *release*, unless a package that is already pinned fails its requirements."""
        self._pins[release.name] = release
        for requirement in release.requires:
            if not self.demand(requirement, str(release)):
                self._note_conflict(requirement.name)
                del self._pins[release.name]
                return False
        return True

    def _unpin(self, release: Release) -> None:
        """Take back a successful :meth:`_pin`."""
        del self._pins[release.name]
        for requirement in release.requires:
            self._demands[requirement.name].pop()

    def _note_conflict(self, name: str) -> None:
        """Remember the most telling conflict.

        That is one no choice of version could solve, met with most packages pinned.
        """
        rank = (not self._candidates(name), len(self._pins))
        if rank <= self._conflict_rank:
            return
        self._conflict_rank = rank
        available = ", ".join(map(str, self._index.versions(name))) or "none, it is not in the index"
        lines = [f"cannot satisfy the requirements on {name}:", *map(str, self._demands[name])]
        self.conflict = "\n  ".join([*lines, f"available: {available}"])
