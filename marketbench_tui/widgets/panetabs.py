"""The tabs over panes that share a place: every pane by its key, those in sight or unread marked."""

from __future__ import annotations

from textual.strip import Strip

from marketbench_tui.lines import Span
from marketbench_tui.widgets.paint import Painted
from themes.tones import Tone

PANES = {"tasks": "Tasks", "book": "Book", "standings": "Standings", "execution": "Execution", "tape": "Tape"}


class PaneTabs(Painted):
    """One line that names the panes; a click or a digit brings one to the front."""

    def __init__(self) -> None:
        super().__init__(id="tabs")
        self._marked: frozenset[str] = frozenset()
        self._unread: frozenset[str] = frozenset()

    def mark(self, names: frozenset[str], unread: frozenset[str]) -> None:
        """Mark the panes that are in sight, and those where something arrived while they were not."""
        if (self._marked, self._unread) != (names, unread):
            self._marked, self._unread = names, unread
            self.refresh()

    def render(self) -> str:
        """Drawn line by line instead."""
        return ""

    def render_line(self, y: int) -> Strip:
        """The tabs."""
        spans = [Span(" ")]
        for place, (name, title) in enumerate(PANES.items(), 1):
            marked, unread = name in self._marked, name in self._unread
            glyph = " ●   " if marked else " +   " if unread else "     "
            action = f"screen.go('{name}')"
            spans += [
                Span(f"{place} ", Tone.ACCENT, bold=True, action=action),
                Span(f"{title}", Tone.INK if marked else Tone.FAINT, bold=marked, action=action),
                Span(glyph, Tone.ACCENT if marked else Tone.AWARD, bold=unread),
            ]
        return self.paint(tuple(spans), self.size.width)
