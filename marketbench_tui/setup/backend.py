"""Setup's way to suites, models, the store and spec files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from market.errors import MarketBenchError
from market.estimate import CallSample
from market.spec import SessionSpec
from runners.models.catalogue import ModelEntry, Origin, list_models
from runners.models.prices import normalised, provider_of, resolve
from runners.models.providers import key_status
from runners.scaffolds.mini_swe_agent import MiniSweAgent
from runners.scaffolds.one_shot import OneShot
from runners.settings import Settings, load_settings
from runners.specfile import SpecError, read_spec, write_spec
from runners.suites.task import Suite

if TYPE_CHECKING:
    from store import Store


class SpecExistsError(MarketBenchError):
    """There is a file of that name already."""


class WorkbenchSetup:
    """Setup on this machine.

    Args:
        store: where earlier sessions are; None gives estimates without a history.
        settings: own models and prices; read from the configuration by default.
    """

    def __init__(self, store: Store | None = None, settings: Settings | None = None) -> None:
        self._store = store
        self._given = settings

    @property
    def scaffolds(self) -> tuple[str, ...]:
        """Names of the scaffolds that a worker can work in, but those that need more than the form asks."""
        return (OneShot.name, MiniSweAgent.name)

    def load_suite(self, name: str) -> Suite:
        """A suite by built-in name, dataset name or path."""
        from runners.suites.loading import load_suite

        return load_suite(name)

    def models(self, search: str) -> Sequence[ModelEntry]:
        """Configured models, simulated profiles, and what a search finds in the catalogue."""
        return list_models(self._settings(), search)

    def describe(self, models: Sequence[str]) -> Sequence[ModelEntry]:
        """Price and key of these models, listed or not."""
        settings = self._settings()
        present = settings.variables_set()
        return [
            ModelEntry(
                name=model,
                provider=provider_of(normalised(model)),
                price=resolve(model, settings.prices).price,
                key=key_status(provider_of(model), present),
                origin=Origin.CATALOGUE,
            )
            for model in models
        ]

    def history(self) -> Sequence[CallSample]:
        """Answered calls of earlier sessions."""
        if self._store is None:
            return ()
        from store.history import call_samples

        return call_samples(self._store)

    def read_spec(self, path: Path) -> SessionSpec:
        """The spec in a file."""
        return read_spec(path)

    def save_spec(self, path: Path, spec: SessionSpec, replace: bool) -> None:
        """Write a spec into a file; one that is there already only if `replace` says so."""
        try:
            with path.open("w" if replace else "x", encoding="utf-8") as file:
                file.write(write_spec(spec))
        except FileExistsError:
            raise SpecExistsError(f"{path} exists; enter again replaces it") from None
        except OSError as error:
            raise SpecError(f"cannot write {path}: {error.strerror or error}") from error

    def _settings(self) -> Settings:
        return self._given or load_settings()
