"""Requirements such as ``web>=1.4,<2``: a package name and version specifiers."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from typing import Iterable

from .version import Version

_SPECIFIER = re.compile(r"(?P<op>~=|==|!=|<=|>=|<|>)\s*(?P<version>[^\s*]+?)(?P<wildcard>\.\*)?")
_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?P<specifiers>.*)")
_ORDERING = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}


def normalize_name(name: str) -> str:
    """One spelling for names that differ in case or in ``-``, ``_`` and ``.``."""
    return re.sub(r"[-_.]+", "-", name).lower()


@dataclass(frozen=True)
class Specifier:
    """One comparison with a version, such as ``>=1.4`` or ``==1.*``."""

    op: str
    version: Version
    wildcard: bool = False

    @classmethod
    def parse(cls, text: str) -> Specifier:
        """Read one specifier, raising ``ValueError`` if it is malformed."""
        match = _SPECIFIER.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"invalid specifier: {text!r}")
        op, version, wildcard = match["op"], Version.parse(match["version"]), bool(match["wildcard"])
        if wildcard and (op not in ("==", "!=") or version.is_prerelease):
            raise ValueError(f"wildcard not allowed here: {text!r}")
        if op == "~=" and len(version.release) < 2:
            raise ValueError(f"~= needs at least two release numbers: {text!r}")
        return cls(op, version, wildcard)

    def contains(self, version: Version) -> bool:
        """Whether *version* satisfies the comparison."""
        if self.op in _ORDERING:
            return _ORDERING[self.op](version, self.version)
        if self.op == "~=":
            return self.version <= version < self._next_incompatible()
        if self.wildcard:
            equal = version.padded(len(self.version.release)) == self.version.release
        else:
            equal = version == self.version
        return equal == (self.op == "==")

    def _next_incompatible(self) -> Version:
        """The version at which ``~=`` ends: 3 for ``~=2.1``, 2.2 for ``~=2.1.5``."""
        *head, last = self.version.release[:-1]
        return Version((*head, last + 1))

    def __str__(self) -> str:
        return f"{self.op}{self.version}{'.*' if self.wildcard else ''}"


@dataclass(frozen=True)
class SpecifierSet:
    """Specifiers that must all hold; the empty set admits every final release."""

    specifiers: tuple[Specifier, ...] = ()

    @classmethod
    def parse(cls, text: str) -> SpecifierSet:
        """Read comma-separated specifiers; an empty text gives the empty set."""
        return cls(tuple(map(Specifier.parse, text.split(","))) if text.strip() else ())

    @property
    def allows_prereleases(self) -> bool:
        """Whether a specifier asks for pre-releases by naming one."""
        return any(s.version.is_prerelease and s.op != "!=" for s in self.specifiers)

    def contains(self, version: Version) -> bool:
        """Whether *version* satisfies every specifier, pre-release or not."""
        return all(specifier.contains(version) for specifier in self.specifiers)

    def filter(self, versions: Iterable[Version]) -> list[Version]:
        """The admitted versions, in the order given."""
        return [v for v in versions if self.contains(v) and (self.allows_prereleases or not v.is_prerelease)]

    def __and__(self, other: SpecifierSet) -> SpecifierSet:
        return SpecifierSet(self.specifiers + other.specifiers)

    def __str__(self) -> str:
        return ",".join(map(str, self.specifiers))


@dataclass(frozen=True)
class Requirement:
    """A package (by its normalized name) and the versions of it that will do."""

    name: str
    specifiers: SpecifierSet = SpecifierSet()

    @classmethod
    def parse(cls, text: str) -> Requirement:
        """Read a requirement, raising ``ValueError`` if it is malformed."""
        match = _REQUIREMENT.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"invalid requirement: {text!r}")
        return cls(normalize_name(match["name"]), SpecifierSet.parse(match["specifiers"]))

    def __str__(self) -> str:
        return f"{self.name}{self.specifiers}"
