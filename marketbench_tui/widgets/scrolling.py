"""What tables, logs and pages share: they draw line by line, and only the lines in sight."""

from __future__ import annotations

from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from marketbench_tui.widgets.paint import Painted


class Scrolling(ScrollView, Painted, can_focus=False):  # pyright: ignore[reportIncompatibleMethodOverride]
    """A pane of lines that scrolls up and down.

    ScrollView comes first: Textual takes default styles from the first base alone.

    Attributes:
        line_width: cells of a line, without the scrollbar; right while lines are drawn.
    """

    # The scrollbar always has its column: lines must not be folded again when it appears.
    DEFAULT_CSS = "Scrolling { overflow: hidden scroll; scrollbar-size-vertical: 1; }"

    line_width = 0

    def render_lines(self, crop: Region) -> list[Strip]:
        """Look up what all lines of a paint have in common, once."""
        self.line_width = self.scrollable_content_region.width
        return super().render_lines(crop)

    def with_selection(self, strip: Strip, index: int) -> Strip:
        """A drawn line with its selected part marked, and told where it stands: the mouse selects by that."""
        selection = self.text_selection
        span = selection.get_span(index) if selection else None
        if span is not None:
            start, end = span
            end = strip.cell_length if end == -1 else min(end, strip.cell_length)
            style = self.screen.get_component_rich_style("screen--selection")
            middle = Strip(strip.crop(start, end)).apply_style(style)
            strip = Strip.join([strip.crop(0, start), middle, strip.crop(end, strip.cell_length)])
        return strip.apply_offsets(0, index)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text, as it stands on the screen."""
        drawn = (self.render_line(y) for y in range(self.scrollable_content_region.height))
        return selection.extract("\n".join(strip.text.rstrip() for strip in drawn)), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw the selection."""
        self.refresh()

    def set_extent(self, lines: int) -> None:
        """Make so many lines scrollable.

        Assigning `virtual_size` lays out the whole screen, about 10 ms, though a log that grows
        moves nothing but its own scrollbar. The layout still happens when a scrollbar comes or goes.
        """
        size = Size(self.scrollable_content_region.width, lines)
        if size != self.virtual_size:
            self.set_reactive(Widget.virtual_size, size)  # pyright: ignore[reportArgumentType]
            self._scroll_update(size)

    def put(self, y: float) -> None:
        """Scroll to a line at once.

        Forced, for whether there is a scrollbar is only known after the next layout.
        """
        self.scroll_to(y=y, animate=False, immediate=True, force=True)
