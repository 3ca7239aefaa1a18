"""Every text can be read in every theme, and style sheets know every colour they use."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from textual.color import Color

from themes import COLOUR_BLIND, HIGH_CONTRAST, PALETTES, STYLE_SHEETS, theme_of
from themes.contrast import ENOUGH, contrast
from themes.files import ThemeError, read_folder, read_palette
from themes.palette import DARK, Palette
from themes.tones import WORKER_TONES, Tone

EVERY = pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES.keys())


@EVERY
def test_every_text_stands_out_from_its_ground(palette: Palette):
    faint = [
        f"{what}: {contrast(text, ground):.2f}"
        for what, text, ground in palette.text_pairs()
        if contrast(text, ground) < ENOUGH
    ]
    assert faint == []


@EVERY
def test_every_tone_has_a_colour(palette: Palette):
    assert set(palette.tones) == set(Tone)


@EVERY
def test_workers_can_be_told_apart(palette: Palette):
    colours = [Color.parse(palette.tones[tone]) for tone in WORKER_TONES]
    for one, other in itertools.combinations(colours, 2):
        assert max(abs(one.r - other.r), abs(one.g - other.g), abs(one.b - other.b)) >= 28, (
            one.hex,
            other.hex,
        )


@EVERY
def test_keys_and_buttons_can_be_read(palette: Palette):
    assert contrast(palette.tones[Tone.ACCENT], palette.ground) >= ENOUGH


def test_the_ratio_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@EVERY
def test_style_sheets_use_only_colours_that_the_theme_has(palette: Palette):
    known = theme_of(palette).to_color_system().generate() | theme_of(palette).variables
    for sheet in STYLE_SHEETS:
        used = re.findall(r"\$([\w-]+)", sheet.read_text(encoding="utf-8"))
        assert [name for name in used if name not in known] == []


def test_there_are_dark_light_high_contrast_and_colour_blind_themes():
    assert {palette.dark for palette in PALETTES.values()} == {True, False}
    assert {HIGH_CONTRAST.name, COLOUR_BLIND.name} <= set(PALETTES)


def test_high_contrast_is_that_of_the_strictest_level():
    assert min(contrast(text, ground) for _, text, ground in HIGH_CONTRAST.text_pairs()) >= 7


# Machado, Oliveira, Fernandes (2009): what is left of linear RGB where one kind of cone is missing.
BLINDNESS = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
}


def seen(colour: str, kind: str) -> tuple[float, ...]:
    """A colour as CIE Lab, to an eye that lacks one kind of cone."""
    channels = [channel / 255 for channel in Color.parse(colour).rgb]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    left = (sum(part * c for part, c in zip(row, linear, strict=True)) for row in BLINDNESS[kind])
    red, green, blue = (min(1.0, max(0.0, c)) for c in left)
    xyz = (
        (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505,
        0.2126 * red + 0.7152 * green + 0.0722 * blue,
        (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089,
    )
    x, y, z = (c ** (1 / 3) if c > 0.008856 else 7.787 * c + 16 / 116 for c in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def apart(one: str, other: str, kind: str) -> float:
    """How different two colours look (CIE 1976; 2 is just noticeable)."""
    pairs = zip(seen(one, kind), seen(other, kind), strict=True)
    return sum((a - b) ** 2 for a, b in pairs) ** 0.5


@pytest.mark.parametrize("kind", BLINDNESS)
def test_good_and_bad_stay_apart_for_colour_blind_eyes(kind: str):
    tones = COLOUR_BLIND.tones
    for good, bad in ((Tone.PASSED, Tone.FAILED), (Tone.ADDED, Tone.REMOVED), (Tone.PASSED, Tone.AWARD)):
        assert apart(tones[good], tones[bad], kind) >= 40
    assert apart(tones[Tone.PASSED], tones[Tone.FAILED], kind) > apart(
        DARK.tones[Tone.PASSED], DARK.tones[Tone.FAILED], kind
    )


# --- a person's own themes ---------------------------------------------------------------


def test_a_theme_of_ones_own_changes_what_it_says_and_no_more(tmp_path: Path):
    file = tmp_path / "dusk.toml"
    file.write_text('base = "paper"\n[tones]\naccent = "#5A2D00"\n')
    palette = read_palette(file, PALETTES)
    assert (palette.name, palette.dark) == ("dusk", False)
    assert palette.tones[Tone.ACCENT] == "#5a2d00"
    assert palette.tones[Tone.INK] == PALETTES["paper"].tones[Tone.INK]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('ground = "red"', "ground: 'red' is not a colour; write it as #rrggbb"),
        ('glow = "#ffffff"', "glow is not part of a theme"),
        ('[tones]\nshine = "#ffffff"', "shine is not a tone; the tones are ink"),
        ('[tones]\nink = "#333333"', "has a contrast of"),
        ('base = "night"', "no theme 'night'; there are trading-floor"),
        ("ground = ", "mend or remove the file"),
    ],
)
def test_a_wrong_theme_is_refused_in_one_line_and_the_others_work(tmp_path: Path, text: str, says: str):
    (tmp_path / "good.toml").write_text("")
    (tmp_path / "wrong.toml").write_text(text)
    shelf = read_folder(tmp_path, PALETTES)
    assert set(shelf.palettes) == {*PALETTES, "good"}
    (problem,) = shelf.problems
    assert says in problem
    assert "wrong.toml" in problem
    assert "\n" not in problem


def test_a_theme_cannot_take_the_name_of_one_that_ships(tmp_path: Path):
    (tmp_path / "paper.toml").write_text("")
    with pytest.raises(ThemeError, match="give the file another name"):
        read_palette(tmp_path / "paper.toml", PALETTES)
