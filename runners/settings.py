"""What a user sets once for all sessions: own prices, limits a provider, retries, models, keys.

Read from, the first that says wins: environment variables `MARKETBENCH_*`, the same names in
a `.env` of the working folder, and `config.toml` in the platform's configuration folder.
A `.env` may also hold providers' keys (`OPENAI_API_KEY=...`); those are kept apart from the
settings, so that neither printing nor dumping settings ever shows a key.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Annotated, Any

import platformdirs
from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError as SourceError

from market.errors import MarketBenchError

PREFIX = "MARKETBENCH_"
SCREEN_TABLE = "ui"
"""The table of the configuration file that is the screen's, and no setting of a session."""
Limit = Annotated[int, Field(ge=1, le=1024)]
UsdPerMillion = Annotated[float, Field(ge=0, le=10_000, allow_inf_nan=False)]


class SettingsError(MarketBenchError):
    """The configuration cannot be used; the message says where and what to do."""


class OwnPrice(BaseModel):
    """A price of the user's own, in USD per million tokens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input_usd_per_million: UsdPerMillion
    output_usd_per_million: UsdPerMillion
    cached_usd_per_million: UsdPerMillion | None = None


class Settings(BaseSettings):
    """The settings. Every field has a default, so that no file is needed.

    Attributes:
        models: models to list first, as litellm names them ("provider/model").
        prices: own prices by model; they come before every other price.
        concurrency: calls at once to a provider, by provider.
        default_concurrency: the same for providers that `concurrency` does not name.
        longest_call_seconds: no call runs longer, whatever a session's spec allows.
        retries: further tries after a rate limit, a server error or a lost connection.
        backoff_seconds: wait before the first retry; doubles with each further one.
        longest_backoff_seconds: no wait is longer; a provider that asks for more is given up.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    models: tuple[str, ...] = ()
    prices: dict[str, OwnPrice] = {}
    concurrency: dict[str, Limit] = {}
    default_concurrency: Limit = 8
    longest_call_seconds: float = Field(default=3600, gt=0, le=86_400)
    retries: int = Field(default=4, ge=0, le=20)
    backoff_seconds: float = Field(default=1.0, ge=0, le=600)
    longest_backoff_seconds: float = Field(default=60.0, ge=0, le=3600)

    _keys: dict[str, str] = PrivateAttr(default_factory=dict[str, str])

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what the constructor is given; `load_settings` reads files and environment."""
        return (init_settings,)

    def export_keys(self, environment: MutableMapping[str, str] | None = None) -> None:
        """Put the keys of the `.env` where litellm looks for them; what is set stays as it is."""
        target = os.environ if environment is None else environment
        for name, value in self._keys.items():
            target.setdefault(name, value)

    def variables_set(self, environment: Mapping[str, str] | None = None) -> frozenset[str]:
        """Names of the variables that the environment or the `.env` give a value."""
        everything = {**self._keys, **(os.environ if environment is None else environment)}
        return frozenset(name for name, value in everything.items() if value)


def config_path() -> Path:
    """Where the configuration file is looked for."""
    return platformdirs.user_config_path("marketbench") / "config.toml"


def load_settings(
    config: Path | None = None, folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> Settings:
    """Read the settings.

    Args:
        config: the TOML file; defaults to `config_path()`. It need not exist.
        folder: where `.env` is looked for; defaults to the working folder.
        environment: defaults to that of the process.

    Raises:
        SettingsError: a file cannot be read or says something that is not a setting.
    """
    config = config or config_path()
    dotenv = _read_dotenv((folder or Path.cwd()) / ".env")
    from_file = {name: value for name, value in _read_toml(config).items() if name != SCREEN_TABLE}
    _checked(from_file, str(config))
    variables = {**dotenv, **(os.environ if environment is None else environment)}
    settings = _checked({**from_file, **_from_variables(variables)}, f"{PREFIX}* variables")
    settings._keys.update((name, value) for name, value in dotenv.items() if not name.startswith(PREFIX))
    return settings


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: {_one_line(error)}; mend or remove the file") from error


def _read_dotenv(path: Path) -> dict[str, str]:
    try:
        found = dotenv_values(path, interpolate=False) if path.is_file() else {}
    except (OSError, UnicodeDecodeError) as error:
        # UnicodeDecodeError's own text would quote the file, which holds keys.
        why = error.strerror if isinstance(error, OSError) else "is not UTF-8 text"
        raise SettingsError(f"{path}: {why}; mend or remove the file") from None
    return {name: value for name, value in found.items() if value is not None}


def _from_variables(variables: Mapping[str, str]) -> dict[str, Any]:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    source = EnvSettingsSource(Settings)
    source.env_vars = {name.lower(): value for name, value in variables.items() if name in known}
    try:
        return source()
    except SourceError as error:
        raise SettingsError(f"{PREFIX}* variables: {_one_line(error)}; tables and lists are JSON") from error


def _checked(values: Mapping[str, Any], where: str) -> Settings:
    try:
        return Settings(**values)
    except ValidationError as error:
        raise SettingsError(f"{where}: {_first_problem(error)}") from error


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden" and len(first["loc"]) == 1:
        return f"{name} is not a setting; the settings are {', '.join(Settings.model_fields)}"
    return f"{name}: {first['msg'][0].lower()}{first['msg'][1:]}"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
