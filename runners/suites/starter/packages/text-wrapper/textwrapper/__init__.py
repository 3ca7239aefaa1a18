"""Wrap plain text to a number of terminal columns."""

from .document import reflow
from .lists import format_list
from .options import WrapOptions
from .width import char_width, display_width
from .wrap import fill, wrap

__all__ = [
    "WrapOptions",
    "char_width",
    "display_width",
    "fill",
    "format_list",
    "reflow",
    "wrap",
]
