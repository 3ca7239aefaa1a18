"""A few lines that are made anew for the width they get: headers, summaries, cards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.geometry import Size
from textual.strip import Strip

from marketbench_tui.lines import Line, Span, clip, plain, wrap
from marketbench_tui.widgets.scrolling import Scrolling

Make = Callable[[int], Sequence[Line]]
"""Lines for a width in cells."""


class Page(Scrolling):
    """Lines under each other; those too long are folded.

    Args:
        side: blank cells left and right.
        folded: whether long lines are folded; otherwise they are clipped.
    """

    ALLOW_SELECT: ClassVar[bool] = True

    def __init__(self, *, side: int = 2, folded: bool = True, id: str | None = None) -> None:
        super().__init__(id=id)
        self._side = side
        self._folded = folded
        self._make: Make | None = None
        self._lines: list[Line] = []

    def show(self, make: Make) -> None:
        """Show what this makes; draws nothing where that is what is shown already."""
        self._make = make
        lines = self._lay_out()
        if lines != self._lines:
            self._lines = lines
            self.virtual_size = Size(self.scrollable_content_region.width, len(lines))
            self.refresh()

    def _lay_out(self) -> list[Line]:
        width = self.scrollable_content_region.width - 2 * self._side
        if self._make is None or width <= 0:
            return []
        made = self._make(width)
        if not self._folded:
            return [clip(line, width) for line in made]
        return [row for line in made for row in wrap(line, width)]

    def on_resize(self) -> None:
        """Make the lines for the new width."""
        if self._make is not None:
            self.show(self._make)

    def render_line(self, y: int) -> Strip:
        """One line."""
        index = self.scroll_offset.y + y
        line = self._lines[index] if index < len(self._lines) else ()
        return self.with_selection(self.paint((Span(" " * self._side), *line), self.line_width), y)

    def copied(self) -> str:
        """All of it."""
        return "\n".join(plain(line).rstrip() for line in self._lines).strip("\n")


class HeaderLine(Page):
    """The line on top of every screen."""

    ALLOW_SELECT: ClassVar[bool] = False
    DEFAULT_CSS = "HeaderLine { overflow: hidden hidden; }"

    def __init__(self) -> None:
        super().__init__(side=0, folded=False, id="header")
