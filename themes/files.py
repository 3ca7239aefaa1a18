"""A person's own themes: one TOML file each, checked before anything is drawn in them.

    base = "paper"             # what is not said here is taken from this one
    ground = "#101418"
    [tones]
    accent = "#ffcc66"
    worker-1 = "#7db8ff"

The theme is called as the file is.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from themes.contrast import ENOUGH, contrast
from themes.palette import DARK, Palette
from themes.tones import Tone

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$", to_lower=True)]


class ThemeError(Exception):
    """A theme file cannot be used; the message says where and what to do."""


class _PaletteFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    base: str = DARK.name
    dark: bool | None = None
    ground: Colour | None = None
    surface: Colour | None = None
    raised: Colour | None = None
    cursor: Colour | None = None
    cursor_idle: Colour | None = None
    line: Colour | None = None
    badge: Colour | None = None
    tones: dict[Tone, Colour] = {}


@dataclass(frozen=True, slots=True)
class Shelf:
    """All themes there are, by name, and what was wrong with files that are none."""

    palettes: Mapping[str, Palette]
    problems: Sequence[str] = ()


def read_folder(folder: Path, shipped: Mapping[str, Palette]) -> Shelf:
    """The shipped themes and those of the `*.toml` files of a folder, which need not exist."""
    palettes, problems = dict(shipped), list[str]()
    for path in sorted(folder.glob("*.toml")):
        try:
            palette = read_palette(path, shipped)
        except ThemeError as error:
            problems.append(str(error))
        else:
            palettes[palette.name] = palette
    return Shelf(palettes, tuple(problems))


def read_palette(path: Path, shipped: Mapping[str, Palette]) -> Palette:
    """The palette in a file.

    Raises:
        ThemeError: the file cannot be read, says something else than colours, or has text that
            stands out too little from its ground.
    """
    said = _parse(path)
    if path.stem in shipped:
        raise ThemeError(f"{path}: there is a theme {path.stem} already; give the file another name")
    if said.base not in shipped:
        raise ThemeError(f"{path}: base: no theme {said.base!r}; there are {', '.join(shipped)}")
    base = shipped[said.base]
    own = said.model_dump(exclude={"base", "tones"}, exclude_none=True)
    palette = replace(base, name=path.stem, tones={**base.tones, **said.tones}, **own)
    _check_contrast(path, palette)
    return palette


def _parse(path: Path) -> _PaletteFile:
    try:
        return _PaletteFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise ThemeError(f"{path}: {_first_problem(error)}") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ThemeError(f"{path}: {' '.join(str(error).split())}; mend or remove the file") from error


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    name = ".".join(str(part) for part in first["loc"] if part != "[key]")
    match first["type"]:
        case "extra_forbidden":
            return f"{name} is not part of a theme; there are {', '.join(_PaletteFile.model_fields)}"
        case "enum":
            return f"{name} is not a tone; the tones are {', '.join(Tone)}"
        case "string_pattern_mismatch":
            return f"{name}: {first['input']!r} is not a colour; write it as #rrggbb"
        case _:
            return f"{name}: {first['msg'][0].lower()}{first['msg'][1:]}"


def _check_contrast(path: Path, palette: Palette) -> None:
    what, text, ground = min(palette.text_pairs(), key=lambda pair: contrast(pair[1], pair[2]))
    ratio = contrast(text, ground)
    if ratio < ENOUGH:
        raise ThemeError(
            f"{path}: {what} ({text} on {ground}) has a contrast of {ratio:.1f}, which is hard to read; "
            f"text needs {ENOUGH}"
        )
