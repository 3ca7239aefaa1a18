"""Tones: what a colour means. Panes speak of tones, themes decide what each looks like."""

from __future__ import annotations

from enum import StrEnum


class Tone(StrEnum):
    """The meaning of a piece of text. A glyph or a word always says the same without colour."""

    INK = "ink"
    SOFT = "soft"
    FAINT = "faint"
    ACCENT = "accent"
    AWARD = "award"
    PASSED = "passed"
    FAILED = "failed"
    INFRA = "infra"
    RUNNING = "running"
    ADDED = "added"
    REMOVED = "removed"
    BADGE = "badge"
    TRACK = "track"
    WORKER_1 = "worker-1"
    WORKER_2 = "worker-2"
    WORKER_3 = "worker-3"
    WORKER_4 = "worker-4"
    WORKER_5 = "worker-5"
    WORKER_6 = "worker-6"
    WORKER_7 = "worker-7"
    WORKER_8 = "worker-8"


WORKER_TONES = tuple(tone for tone in Tone if tone.name.startswith("WORKER_"))
"""Worker colours in the order workers appear in a session; they repeat after the last."""
