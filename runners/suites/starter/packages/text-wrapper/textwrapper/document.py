"""Wrapping of whole documents."""

from __future__ import annotations

from .blocks import ListBlock, parse_blocks
from .lists import render_items
from .options import DEFAULTS, WrapOptions
from .wrap import fill


def reflow(text: str, options: WrapOptions = DEFAULTS) -> str:
    """Wrap every paragraph and list item of *text*.

    Blocks are separated by one blank line, however many the source has.
    """
    rendered = []
    for block in parse_blocks(text):
        if isinstance(block, ListBlock):
            rendered.append(render_items(block.items, options))
        else:
            rendered.append(fill(block.text, options))
    return "\n\n".join(rendered)
