"""What Setup asks of the rest of the program: suites, models, history, and spec files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from market.estimate import CallSample
from market.spec import SessionSpec
from runners.models.catalogue import ModelEntry
from runners.suites.task import Suite


class SetupBackend(Protocol):
    """Everything outside the screen, called from threads of its own.

    Every method raises `market.errors.MarketBenchError` for what a person can mend.
    """

    @property
    def scaffolds(self) -> tuple[str, ...]:
        """Names of the scaffolds that a worker can work in."""
        ...

    def load_suite(self, name: str) -> Suite:
        """A suite by built-in name, dataset name or path."""
        ...

    def models(self, search: str) -> Sequence[ModelEntry]:
        """Configured models, simulated profiles, and what a search finds in the catalogue."""
        ...

    def describe(self, models: Sequence[str]) -> Sequence[ModelEntry]:
        """Price and key of these models, listed or not; one entry each, in the order given."""
        ...

    def history(self) -> Sequence[CallSample]:
        """Answered calls of earlier sessions."""
        ...

    def read_spec(self, path: Path) -> SessionSpec:
        """The spec in a file."""
        ...

    def save_spec(self, path: Path, spec: SessionSpec, replace: bool) -> None:
        """Write a spec into a file; one that is there already only if `replace` says so."""
        ...
