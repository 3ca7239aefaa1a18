"""What a person sets for the app itself: the table `[ui]` of `config.toml`, and own themes beside it.

The rest of that file belongs to `runners.settings`, which leaves this table alone.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from market.errors import MarketBenchError
from marketbench_tui.keys import is_key
from marketbench_tui.tail import KEEP
from runners.settings import SCREEN_TABLE
from themes import DARK, PALETTES
from themes.files import Shelf, read_folder

TABLE = SCREEN_TABLE
TEMPLATE = f"""\
# MarketBench. Everything here is optional; a line that starts with # says nothing.

# models = ["openai/gpt-5-mini", "ollama/qwen3"]    # listed first in Setup

[ui]
# theme = "{DARK.name}"    # {", ".join(PALETTES)}, or a file of themes/ beside this one
# lines_kept = {KEEP}        # lines that a pane of text keeps

[ui.keys]
# zoom = "z"               # marketbench config show lists the actions that keys can be given to
# jump = "g,ctrl+g"
"""
_HEADER = re.compile(r"^[ \t]*\[ui\][ \t]*(#.*)?$", re.MULTILINE)
_ANY_HEADER = re.compile(r"^[ \t]*\[", re.MULTILINE)
_THEME = re.compile(r"^[ \t]*theme[ \t]*=.*$", re.MULTILINE)

KeyList = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class ConfigError(MarketBenchError):
    """The configuration of the app cannot be used; the message says where and what to do."""


class Ui(BaseModel):
    """The table `[ui]`.

    Attributes:
        theme: name of a theme.
        lines_kept: lines that a pane of text keeps; older ones are dropped.
        keys: keys by the name of what they do, several separated by commas.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    theme: str = DARK.name
    lines_kept: int = Field(default=KEEP, ge=100, le=200_000)
    keys: dict[str, KeyList] = {}


def read_ui(path: Path) -> Ui:
    """The settings of the app in a configuration file, which need not exist.

    Raises:
        ConfigError: the file cannot be read, or its table says something that is not a setting.
    """
    table = _parse(path, _read(path)).get(TABLE, {})
    try:
        ui = Ui.model_validate(table)
    except ValidationError as error:
        raise ConfigError(f"{path}: {_first_problem(error)}") from error
    for action, keys in ui.keys.items():
        for key in keys.split(","):
            if not is_key(key.strip()):
                raise ConfigError(
                    f"{path}: ui.keys.{action}: {key.strip()!r} is not a key; "
                    "write one character, or a name as in f5, comma or ctrl+g"
                )
    return ui


def check_actions(path: Path, ui: Ui, actions: Collection[str]) -> None:
    """Raise a `ConfigError` where keys are given to something that there is not."""
    for action in ui.keys:
        if action not in actions:
            raise ConfigError(
                f"{path}: ui.keys.{action} is not an action; `marketbench config show` lists all of them"
            )


def read_themes(path: Path, ui: Ui) -> Shelf:
    """The themes that ship and those in the folder `themes` beside a configuration file.

    Raises:
        ConfigError: the chosen theme is none of them.
    """
    shelf = read_folder(path.parent / "themes", PALETTES)
    if ui.theme not in shelf.palettes:
        reasons = [problem for problem in shelf.problems if f"{ui.theme}.toml" in problem]
        raise ConfigError(
            reasons[0]
            if reasons
            else f"{path}: ui.theme: no theme {ui.theme!r}; there are {', '.join(shelf.palettes)}"
        )
    return shelf


def remember_theme(path: Path, theme: str) -> None:
    """Write the chosen theme into a configuration file, and change nothing else in it.

    Raises:
        ConfigError: the file cannot be written, or is laid out so that a line cannot be put into it.
    """
    text = _read(path)
    written = _with_theme(text, f'theme = "{theme}"')
    expected = _parse(path, text)
    expected = {**expected, TABLE: {**expected.get(TABLE, {}), "theme": theme}}
    try:
        understood = tomllib.loads(written) == expected
    except tomllib.TOMLDecodeError:
        understood = False
    if not understood:
        raise ConfigError(f'{path}: cannot put the theme there; write theme = "{theme}" under [ui] yourself')
    _write(path, written)


def begin_file(path: Path) -> None:
    """Write a file that explains itself, if there is none."""
    if not path.exists():
        _write(path, TEMPLATE)


def _with_theme(text: str, line: str) -> str:
    header = _HEADER.search(text)
    if header is None:
        return f"{text.rstrip()}\n\n[{TABLE}]\n{line}\n".lstrip()
    following = _ANY_HEADER.search(text, header.end())
    end = following.start() if following else len(text)
    body = text[header.end() : end]
    body = _THEME.sub(lambda _: line, body, count=1) if _THEME.search(body) else f"\n{line}{body}"
    return text[: header.end()] + body + text[end:]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {' '.join(str(error).split())}; mend or remove the file") from error


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror or error}") from error


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {' '.join(str(error).split())}; mend or remove the file") from error


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    name = ".".join((TABLE, *(str(part) for part in first["loc"])))
    if first["type"] == "extra_forbidden":
        return f"{name} is not a setting; the settings are {', '.join(Ui.model_fields)}"
    return f"{name}: {first['msg'][0].lower()}{first['msg'][1:]}"
