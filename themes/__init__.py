"""Floor 1, the looks: palettes, the Textual themes made from them, and the style sheets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from textual.theme import Theme

from themes.accessible import COLOUR_BLIND, HIGH_CONTRAST
from themes.palette import DARK, LIGHT, Palette
from themes.tones import WORKER_TONES, Tone

PALETTES: Mapping[str, Palette] = {
    palette.name: palette for palette in (DARK, LIGHT, HIGH_CONTRAST, COLOUR_BLIND)
}
"""The palettes that come with the app, the first by default."""

_HERE = Path(__file__).parent
STYLE_SHEETS = tuple(
    _HERE / f"{name}.tcss" for name in ("marketbench", "desk", "floor", "charts", "dialogs", "overlays")
)
"""The app's looks, in the order they apply."""

__all__ = [
    "COLOUR_BLIND",
    "DARK",
    "HIGH_CONTRAST",
    "LIGHT",
    "PALETTES",
    "STYLE_SHEETS",
    "WORKER_TONES",
    "Palette",
    "Tone",
    "theme_of",
]


def theme_of(palette: Palette) -> Theme:
    """The Textual theme of a palette; style sheets find its tones as `$tone-<name>`."""
    tones = palette.tones
    return Theme(
        name=palette.name,
        dark=palette.dark,
        primary=tones[Tone.ACCENT],
        secondary=tones[Tone.RUNNING],
        accent=tones[Tone.ACCENT],
        success=tones[Tone.PASSED],
        warning=tones[Tone.AWARD],
        error=tones[Tone.FAILED],
        foreground=tones[Tone.INK],
        background=palette.ground,
        surface=palette.surface,
        panel=palette.raised,
        variables=_variables(palette),
    )


def _variables(palette: Palette) -> dict[str, str]:
    tones = palette.tones
    return {f"tone-{tone}": colour for tone, colour in tones.items()} | {
        "cursor-ground": palette.cursor,
        "cursor-idle-ground": palette.cursor_idle,
        "badge-ground": palette.badge,
        "line": palette.line,
        "text": tones[Tone.INK],
        "text-muted": tones[Tone.FAINT],
        "text-disabled": tones[Tone.FAINT],
        "foreground-muted": tones[Tone.FAINT],
        "border": tones[Tone.ACCENT],
        "border-blurred": palette.line,
        "block-cursor-background": palette.cursor,
        "block-cursor-foreground": tones[Tone.INK],
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": palette.cursor_idle,
        "block-cursor-blurred-foreground": tones[Tone.INK],
        "block-hover-background": palette.cursor_idle,
        "scrollbar": palette.line,
        "scrollbar-hover": tones[Tone.FAINT],
        "scrollbar-active": tones[Tone.ACCENT],
        "scrollbar-background": palette.surface,
        "scrollbar-background-hover": palette.surface,
        "scrollbar-background-active": palette.surface,
        "scrollbar-corner-color": palette.surface,
        "input-cursor-background": tones[Tone.ACCENT],
        "input-cursor-foreground": palette.ground,
        "input-selection-background": palette.cursor,
        "screen-selection-background": palette.badge,
        "screen-selection-foreground": tones[Tone.BADGE],
        "button-foreground": tones[Tone.INK],
        "button-color-foreground": palette.ground,
        "button-focus-text-style": "bold reverse",
    }
