"""Options shared by all the wrapping functions."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .width import display_width


@dataclass(frozen=True)
class WrapOptions:
    """How to wrap.

    width: the most columns a line may take, indent included.
    initial_indent: put before the first line of a paragraph or list item.
    subsequent_indent: put before its other lines.
    break_long_words: chop words that do not fit on a line of their own;
        otherwise they are left whole and overflow.
    bullet: used for the items of unnumbered lists; None keeps the bullets of
        the source, or "-" where there is none.
    """

    width: int = 72
    initial_indent: str = ""
    subsequent_indent: str = ""
    break_long_words: bool = True
    bullet: str | None = None

    def __post_init__(self) -> None:
        for indent in (self.initial_indent, self.subsequent_indent):
            if display_width(indent) >= self.width:
                raise ValueError(f"no room for text in {self.width} columns")

    def indented(self, initial: str, subsequent: str) -> WrapOptions:
        """Return these options with more indent after the present one."""
        return replace(
            self,
            initial_indent=self.initial_indent + initial,
            subsequent_indent=self.subsequent_indent + subsequent,
        )


DEFAULTS = WrapOptions()
