"""Palettes: every colour of the app, by what it is for. A theme is made from one palette."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from themes.tones import WORKER_TONES, Tone


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as `#rrggbb`.

    Attributes:
        ground: behind everything.
        surface: the inside of panes.
        raised: header, footer and dialogs.
        cursor, cursor_idle: the chosen row of the focused pane, and of the others.
        line: borders of panes without focus; no text is drawn in it.
        track: the empty part of a bar; no text is drawn in it.
        badge: the ground under the SIM badge, whose text has the tone BADGE.
        tones: the colour of each tone of text.
    """

    name: str
    dark: bool
    ground: str
    surface: str
    raised: str
    cursor: str
    cursor_idle: str
    line: str
    badge: str
    tones: Mapping[Tone, str]

    def text_pairs(self) -> Iterator[tuple[str, str, str]]:
        """Every pair of (what, text colour, ground colour) that text is shown in."""
        grounds = {
            "ground": self.ground,
            "surface": self.surface,
            "raised": self.raised,
            "cursor": self.cursor,
            "cursor_idle": self.cursor_idle,
        }
        for tone, colour in self.tones.items():
            if tone is Tone.BADGE:
                yield "badge", colour, self.badge
            elif tone is not Tone.TRACK:
                yield from ((f"{tone} on {name}", colour, ground) for name, ground in grounds.items())


def toned(workers: tuple[str, ...], **named: str) -> Mapping[Tone, str]:
    """The colour of each tone by its name, and those of the workers in order."""
    tones = {Tone[name.upper()]: colour for name, colour in named.items()}
    return tones | dict(zip(WORKER_TONES, workers, strict=True))


DARK = Palette(
    name="trading-floor",
    dark=True,
    ground="#0d1017",
    surface="#12161f",
    raised="#1a202c",
    cursor="#29344a",
    cursor_idle="#1c2331",
    line="#39445a",
    badge="#5a3a8a",
    tones=toned(
        ink="#e9e5da",
        soft="#b3bac8",
        faint="#97a1b5",
        accent="#ecb651",
        award="#f2c66d",
        passed="#84d993",
        failed="#ff9088",
        infra="#cbb0fa",
        running="#7ec3ff",
        added="#8ade9c",
        removed="#ff9d95",
        badge="#f6efff",
        track="#343e52",
        workers=(
            "#7db8ff",
            "#ffa66b",
            "#6edab8",
            "#f49ac8",
            "#bddc74",
            "#bfa8ff",
            "#ebcf79",
            "#62d5ee",
        ),
    ),
)
"""Warm ink on a night-blue floor, brass for what is chosen and what is awarded."""

LIGHT = Palette(
    name="paper",
    dark=False,
    ground="#efeae0",
    surface="#fbf9f4",
    raised="#e6dfd1",
    cursor="#dfd8c6",
    cursor_idle="#efeadf",
    line="#b6ac98",
    badge="#5a3a8a",
    tones=toned(
        ink="#1f232b",
        soft="#474e5c",
        faint="#535a67",
        accent="#7a4b00",
        award="#7d4a00",
        passed="#125c2e",
        failed="#a01c16",
        infra="#5d35a3",
        running="#0a4f97",
        added="#125c2e",
        removed="#a01c16",
        badge="#f6efff",
        track="#cfc7b5",
        workers=(
            "#0a4f97",
            "#96400a",
            "#0b5b4b",
            "#95195f",
            "#465a00",
            "#5230a8",
            "#6e5000",
            "#005a70",
        ),
    ),
)
"""Dark ink on paper."""
