"""Palettes for eyes that need more: the strongest contrast, and colours safe for the colour-blind."""

from __future__ import annotations

from themes.palette import Palette, toned

HIGH_CONTRAST = Palette(
    name="high-contrast",
    dark=True,
    ground="#000000",
    surface="#000000",
    raised="#101010",
    cursor="#002f5c",
    cursor_idle="#1c1c1c",
    line="#b0b0b0",
    badge="#6a1fa8",
    tones=toned(
        ink="#ffffff",
        soft="#f0f0f0",
        faint="#dcdcdc",
        accent="#ffe14d",
        award="#ffe14d",
        passed="#6dff8c",
        failed="#ffb3ab",
        infra="#e2caff",
        running="#8fe0ff",
        added="#6dff8c",
        removed="#ffb3ab",
        badge="#ffffff",
        track="#5a5a5a",
        workers=(
            "#9fd0ff",
            "#ffc08a",
            "#7dffd6",
            "#ffb0e4",
            "#d8ff7a",
            "#d5c6ff",
            "#fff07a",
            "#7aeeff",
        ),
    ),
)
"""Everything at 7 to 1 or more on black (WCAG 2.2, level AAA)."""

COLOUR_BLIND = Palette(
    name="colour-blind",
    dark=True,
    ground="#0f1116",
    surface="#14171e",
    raised="#1c2029",
    cursor="#2b3345",
    cursor_idle="#1f242f",
    line="#434b5c",
    badge="#4a3f8f",
    tones=toned(
        ink="#ecebe6",
        soft="#bcc2cd",
        faint="#a0a8b7",
        accent="#f0e442",
        award="#f0e442",
        passed="#62bdf2",
        failed="#ff9a3d",
        infra="#e3a6cb",
        running="#c9d2e3",
        added="#62bdf2",
        removed="#ff9a3d",
        badge="#f4f1ff",
        track="#3a4254",
        workers=(
            "#62bdf2",
            "#eba520",
            "#4fd0a8",
            "#e794c4",
            "#f0e442",
            "#a3b4ff",
            "#ff8f5e",
            "#cfcfcf",
        ),
    ),
)
"""Blue for good and orange for bad, after Okabe and Ito's colours (2008), lightened for a dark ground."""
