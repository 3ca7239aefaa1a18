"""The outcome of a resolution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping

from .version import Version


@dataclass(frozen=True)
class Resolution:
    """The version chosen for each package, and which packages each depends on."""

    versions: Mapping[str, Version]
    dependencies: Mapping[str, tuple[str, ...]]

    def install_order(self) -> list[tuple[str, ...]]:
        """Groups of packages, dependencies first.

        Packages that depend on each other in a cycle form one group (sorted by
        name); every other package is a group of its own.
        """
        # Tarjan's algorithm: components come out after everything they reach.
        number: dict[str, int] = {}
        stack: list[str] = []
        groups: list[tuple[str, ...]] = []

        def visit(name: str) -> int:
            lowest = number[name] = len(number)
            stack.append(name)
            for dependency in self.dependencies[name]:
                if dependency not in number:
                    lowest = min(lowest, visit(dependency))
                elif dependency in stack:
                    lowest = min(lowest, number[dependency])
            if lowest == number[name]:
                start = stack.index(name)
                groups.append(tuple(sorted(stack[start:])))
                del stack[start:]
            return lowest

        for name in sorted(self.versions):
            if name not in number:
                visit(name)
        return groups
