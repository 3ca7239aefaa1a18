"""Every text can be read in every theme, and style sheets know every colour they use."""

from __future__ import annotations

import itertools
import re

import pytest
from textual.color import Color

from themes import PALETTES, STYLE_SHEETS, theme_of
from themes.contrast import ENOUGH, contrast
from themes.palette import Palette
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
