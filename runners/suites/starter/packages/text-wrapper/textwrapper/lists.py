"""Formatting of bulleted and numbered lists."""

from __future__ import annotations

from collections.abc import Iterable

from .blocks import ListItem
from .options import DEFAULTS, WrapOptions
from .width import display_width
from .wrap import fill

_BULLETS = frozenset("-*+")
_DEFAULT_BULLET = "-"


def format_list(items: Iterable[str], options: WrapOptions = DEFAULTS) -> str:
    """Format strings as a bulleted list, one item below the other."""
    return render_items((ListItem(_DEFAULT_BULLET, item) for item in items), options)


def render_items(items: Iterable[ListItem], options: WrapOptions) -> str:
    """Wrap the items of a list, each with its text in line after the marker."""
    return "\n".join(_render_item(item, options) for item in items)


def _render_item(item: ListItem, options: WrapOptions) -> str:
    lead = f"{_shown_marker(item, options)} "
    hanging = " " * display_width(lead)
    return fill(item.text, options.indented(lead, hanging))


def _shown_marker(item: ListItem, options: WrapOptions) -> str:
    """Return the marker to print: bullets may be replaced, numbers are kept."""
    if options.bullet is not None and item.marker in _BULLETS:
        return options.bullet
    return item.marker
