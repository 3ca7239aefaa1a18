"""The tabs over panes that share a place: every pane by its key, those in sight or unread marked."""

from __future__ import annotations

from collections.abc import Mapping

from textual.strip import Strip

from marketbench_tui.lines import Span
from marketbench_tui.widgets.paint import Painted
from themes.tones import Tone

PANES = {"tasks": "Tasks", "book": "Book", "standings": "Standings", "execution": "Execution", "tape": "Tape"}

ROOMY, TIGHT = 5, 3
"""Cells behind the name of a pane, for its mark."""


class PaneTabs(Painted):
    """One line that names the panes; a click or a digit brings one to the front.

    Args:
        panes: what each pane is called, by its name, in the order of the digits.
    """

    def __init__(self, panes: Mapping[str, str] = PANES) -> None:
        super().__init__(id="tabs")
        self._panes = panes
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
        spans, after = [Span(" ")], self._space()
        for place, (name, title) in enumerate(self._panes.items(), 1):
            marked, unread = name in self._marked, name in self._unread
            glyph = f" {'●' if marked else '+' if unread else ' '}".ljust(after)
            action = f"screen.go('{name}')"
            spans += [
                Span(f"{place} ", Tone.ACCENT, bold=True, action=action),
                Span(f"{title}", Tone.INK if marked else Tone.FAINT, bold=marked, action=action),
                Span(glyph, Tone.ACCENT if marked else Tone.AWARD, bold=unread),
            ]
        return self.paint(tuple(spans), self.size.width)

    def _space(self) -> int:
        """Cells behind a name: fewer where the names need them."""
        named = 1 + sum(len(title) + 2 for title in self._panes.values())
        return ROOMY if named + ROOMY * len(self._panes) <= self.size.width else TIGHT
