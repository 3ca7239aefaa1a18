"""Session specs as TOML files."""

from __future__ import annotations

import tomllib
from pathlib import Path

import tomli_w
from pydantic import ValidationError

from market.errors import MarketBenchError
from market.mechanisms import build
from market.spec import SessionSpec


class SpecError(MarketBenchError):
    """A spec file that cannot be used."""


def read_spec(path: Path) -> SessionSpec:
    """The spec in a TOML file, with its mechanism's knobs checked.

    Raises:
        SpecError: the file is missing, not TOML, or says something that cannot be.
    """
    try:
        with path.open("rb") as file:
            spec = SessionSpec.model_validate(tomllib.load(file))
        build(spec.mechanism)
    except OSError as error:
        raise SpecError(f"cannot read {path}: {error.strerror or error}") from error
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"{path} is not valid TOML: {error}") from error
    except ValidationError as error:
        raise SpecError(f"{path}: {_first(error)}") from error
    return spec


def write_spec(spec: SessionSpec) -> str:
    """The spec as TOML text that `read_spec` reads back to an equal spec.

    Of a worker only what differs from the usual is said: most have no command or limits of their own.
    """
    told = spec.model_dump(mode="json", exclude_none=True, exclude={"workers"})
    workers = [worker.model_dump(mode="json", exclude_defaults=True) for worker in spec.workers]
    return tomli_w.dumps({**told, "workers": workers})


def _first(error: ValidationError) -> str:
    problem = error.errors()[0]
    where = ".".join(str(part) for part in problem["loc"])
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{where}: {problem['msg']}{more}" if where else f"{problem['msg']}{more}"
