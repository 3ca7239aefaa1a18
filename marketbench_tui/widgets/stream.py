"""A log of any length: a bounded tail of lines, of which only those in sight are drawn."""

from __future__ import annotations

from collections import deque
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.selection import Selection
from textual.strip import Strip

from marketbench_tui.lines import Line, Span, clip, plain, wrap
from marketbench_tui.tail import Tail
from marketbench_tui.widgets.scrolling import Scrolling
from themes.tones import Tone

FOLD = (Span("» ", Tone.FAINT),)
"""Stands before the rest of a folded line."""
SIDE = 1
"""Blank cells left and right of the text."""


class Stream(Scrolling, can_focus=True):
    """The last lines of a tail; it stays at the end unless a person scrolls up.

    Args:
        folded: whether long lines are folded; otherwise they are clipped.
        empty: the sentence shown while there is nothing.
    """

    ALLOW_SELECT: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_up", "up", show=False),
        Binding("down,j", "scroll_down", "down", show=False),
        Binding("pageup", "page_up", "page up", show=False),
        Binding("pagedown", "page_down", "page down", show=False),
        Binding("home,g", "scroll_home", "first line kept", show=False),
        Binding("end,G", "scroll_end", "to the end, and stay there", show=False),
    ]

    def __init__(self, *, folded: bool, empty: str = "", id: str | None = None) -> None:
        super().__init__(id=id)
        self._folded = folded
        self._empty = empty
        self._tail = Tail()
        self._seen = (-1, 0)
        self._rows: deque[Line] = deque()
        self._heights: deque[int] = deque()
        self._next = 0
        self._open_rows = 0
        self._at_end = True
        self._own_scroll = False

    # --- what it shows ----------------------------------------------------------------

    def follow(self, tail: Tail, empty: str = "") -> None:
        """Show the end of this tail from now on, and what is new in it since the last call."""
        if empty and empty != self._empty:
            self._empty = empty
            self.refresh()
        if tail is not self._tail:
            self._tail = tail
            self._restart()
            self._at_end = True
        self.flush()

    def flush(self) -> None:
        """Take over what the tail has gained; does nothing if that is nothing."""
        seen = (self._tail.version, self._text_width)
        if seen == self._seen:
            return
        if seen[1] != self._seen[1]:
            self._restart()
        self._seen = seen
        dropped = self._take()
        self.set_extent(len(self._rows))
        if self._at_end:
            self._put(self.max_scroll_y)
        elif dropped:
            self._put(max(0, self.scroll_offset.y - dropped))
        self.refresh()

    def _put(self, y: float) -> None:
        """Scroll without taking it for a person's wish."""
        self._own_scroll = True
        self.put(y)
        self._own_scroll = False

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """A person who scrolls up stays there; at the end the text goes on."""
        super().watch_scroll_y(old_value, new_value)
        if not self._own_scroll:
            self._at_end = new_value >= self.max_scroll_y

    @property
    def notice(self) -> str:
        """Says so where older lines were dropped."""
        total = self._tail.count
        return f"showing the last {len(self._tail):,} of {total:,}" if total > len(self._tail) else ""

    @property
    def _text_width(self) -> int:
        return max(1, self.scrollable_content_region.width - 2 * SIDE)

    def _restart(self) -> None:
        self._rows.clear()
        self._heights.clear()
        self._next, self._open_rows = 0, 0
        self._seen = (-1, 0)

    def _take(self) -> int:
        """Rows for the new lines; returns how many rows fell off the top."""
        for _ in range(self._open_rows):
            self._rows.pop()
        for line in self._tail.since(self._next):
            rows = self._fold(line)
            self._rows.extend(rows)
            self._heights.append(len(rows))
        self._next = self._tail.count
        dropped = 0
        while len(self._heights) > len(self._tail):
            for _ in range(self._heights.popleft()):
                self._rows.popleft()
                dropped += 1
        rows = self._fold(self._tail.open) if self._tail.open else []
        self._rows.extend(rows)
        self._open_rows = len(rows)
        return dropped

    def _fold(self, line: Line) -> list[Line]:
        return wrap(line, self._text_width, FOLD) if self._folded else [clip(line, self._text_width)]

    # --- drawing ----------------------------------------------------------------------

    def on_resize(self) -> None:
        """Fold everything again where the width has changed."""
        self.flush()
        if self._at_end:
            self._put(self.max_scroll_y)

    def render_line(self, y: int) -> Strip:
        """One row of text."""
        width = self.line_width
        if not self._rows:
            return self._render_empty(y, width)
        index = self.scroll_offset.y + y
        row = self._rows[index] if index < len(self._rows) else ()
        strip = self.paint((Span(" " * SIDE), *row), width)
        return self._selected(strip, index).apply_offsets(0, index)

    def _render_empty(self, y: int, width: int) -> Strip:
        lines = wrap((Span(self._empty, Tone.SOFT),), max(10, width - 4))
        if 1 <= y <= len(lines):
            return self.paint((Span("  "), *lines[y - 1]), width)
        return self.paint((), width)

    def _selected(self, strip: Strip, index: int) -> Strip:
        selection = self.text_selection
        span = selection.get_span(index) if selection else None
        if span is None:
            return strip
        start, end = span
        end = strip.cell_length if end == -1 else min(end, strip.cell_length)
        style = self.screen.get_component_rich_style("screen--selection")
        middle = Strip(strip.crop(start, end)).apply_style(style)
        return Strip.join([strip.crop(0, start), middle, strip.crop(end, strip.cell_length)])

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text, as it stands on the screen."""
        text = "\n".join(" " * SIDE + plain(row) for row in self._rows)
        return selection.extract(text), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw the selection."""
        self.refresh()
