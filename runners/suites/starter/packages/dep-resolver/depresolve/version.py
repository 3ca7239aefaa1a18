"""Version numbers: ``1.4.2`` and pre-releases such as ``2.0rc1``."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

_VERSION = re.compile(r"v?(?P<release>\d+(?:\.\d+)*)(?:(?P<phase>a|b|rc)(?P<number>\d+))?")


@functools.total_ordering
@dataclass(frozen=True, eq=False)
class Version:
    """An ordered version; ``pre`` is e.g. ``("rc", 1)``, or ``None`` for a final release."""

    release: tuple[int, ...]
    pre: tuple[str, int] | None = None

    @classmethod
    def parse(cls, text: str) -> Version:
        """Read a version, raising ``ValueError`` if it is malformed."""
        match = _VERSION.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"invalid version: {text!r}")
        release = tuple(int(part) for part in match["release"].split("."))
        return cls(release, (match["phase"], int(match["number"])) if match["phase"] else None)

    @property
    def is_prerelease(self) -> bool:
        return self.pre is not None

    def padded(self, length: int) -> tuple[int, ...]:
        """The first *length* release numbers, filled up with zeros."""
        return (self.release + (0,) * length)[:length]

    @property
    def _key(self) -> tuple:
        # "a", "b" and "rc" sort before "z", so a final release follows its pre-releases.
        return self.release, self.pre or ("z",)

    def __eq__(self, other: object) -> bool:
        return self._key == other._key if isinstance(other, Version) else NotImplemented

    def __lt__(self, other: Version) -> bool:
        return self._key < other._key if isinstance(other, Version) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key)

    def __str__(self) -> str:
        text = ".".join(map(str, self.release))
        return text + "{}{}".format(*self.pre) if self.pre else text
