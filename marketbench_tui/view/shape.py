"""Which layout a terminal gets."""

from __future__ import annotations

from enum import StrEnum


class Shape(StrEnum):
    """Layouts by the room there is."""

    NARROW = "narrow"
    NORMAL = "normal"
    WIDE = "wide"

    @property
    def attempts(self) -> int:
        """Execution panes side by side."""
        return {Shape.NARROW: 1, Shape.NORMAL: 2, Shape.WIDE: 4}[self]


def shape_of(width: int, height: int) -> Shape:
    """From 80x24 panes share places; from 108x30 all are in sight; from 160x44 four attempts are."""
    if width >= 160 and height >= 44:
        return Shape.WIDE
    if width >= 108 and height >= 30:
        return Shape.NORMAL
    return Shape.NARROW
