"""The tabs of the narrow layout: every pane by its key, those in sight marked."""

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

    def mark(self, names: frozenset[str]) -> None:
        """Mark the panes that are in sight."""
        if self._marked != names:
            self._marked = names
            self.refresh()

    def render(self) -> str:
        """Drawn line by line instead."""
        return ""

    def render_line(self, y: int) -> Strip:
        """The tabs."""
        spans = [Span(" ")]
        for place, (name, title) in enumerate(PANES.items(), 1):
            marked = name in self._marked
            action = f"screen.go('{name}')"
            spans += [
                Span(f"{place} ", Tone.ACCENT, bold=True, action=action),
                Span(f"{title}", Tone.INK if marked else Tone.FAINT, bold=marked, action=action),
                Span(" ●   " if marked else "     ", Tone.ACCENT if marked else Tone.FAINT),
            ]
        return self.paint(tuple(spans), self.size.width)
