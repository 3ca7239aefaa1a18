"""Workers along an axis: by name where there is room for names, else by number, with a key."""

from __future__ import annotations

import re
from collections.abc import Sequence

from marketbench_tui.lines import Span, clip, plain
from marketbench_tui.text import safe_line

FEW = 4
"""Up to so many workers stand along an axis by name."""
CELLS = 10
"""Cells of a name under its place."""
_PROVIDER = re.compile(r"^.*[/:](?=.)")


def ticks(names: Sequence[str], among: Sequence[str]) -> tuple[tuple[float, str], ...]:
    """A label at 0, 1, 2 ... for each name: the name if they are few, else its number.

    Args:
        names: who stands along the axis.
        among: all workers of the session; the first of them is number 1.
    """
    if len(names) <= FEW:
        return tuple((float(at), short(name, CELLS)) for at, name in enumerate(names))
    return tuple((float(at), str(among.index(name) + 1)) for at, name in enumerate(names))


def key(names: Sequence[str], among: Sequence[str]) -> str:
    """What the numbers under an axis stand for; empty where names stand there themselves."""
    if len(names) <= FEW:
        return ""
    return ", ".join(f"{among.index(name) + 1} {safe_line(name)}" for name in names) + "."


def short(name: str, cells: int) -> str:
    """A name in at most so many cells, without its provider."""
    return plain(clip((Span(_PROVIDER.sub("", safe_line(name))),), cells))
