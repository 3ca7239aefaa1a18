"""The steps of Setup in one line: where a person is, what each holds, and where something is missing."""

from __future__ import annotations

from collections.abc import Sequence

from textual.strip import Strip

from marketbench_tui.lines import Line, Span, width_of
from marketbench_tui.view.setup_steps import StepTab
from marketbench_tui.widgets.paint import Painted
from themes.tones import Tone


class Steps(Painted):
    """Tabs; a click or the digit before the name goes there."""

    def __init__(self) -> None:
        super().__init__(id="steps")
        self._tabs: Sequence[StepTab] = ()
        self._at = ""

    def show(self, tabs: Sequence[StepTab], at: str) -> None:
        """Show these tabs, one of them in front."""
        if (tabs, at) != (self._tabs, self._at):
            self._tabs, self._at = tabs, at
            self.refresh()

    def render(self) -> str:
        """Drawn line by line instead."""
        return ""

    def render_line(self, y: int) -> Strip:
        """The tabs, with a word about each where there is room."""
        full = self._line(words=True)
        line = full if width_of(full) <= self.size.width else self._line(words=False)
        return self.paint(line, self.size.width)

    def _line(self, words: bool) -> Line:
        return tuple(span for tab in self._tabs for span in self._tab(tab, words))

    def _tab(self, tab: StepTab, words: bool) -> Line:
        front = tab.step == self._at
        go = f"screen.go('{tab.step}')"
        ground = Tone.ACCENT if front else Tone.FAINT
        spans = [
            Span("▌" if front else " ", ground),
            Span(f"{tab.digit} ", Tone.ACCENT, True, go),
            Span(tab.title, Tone.INK if front else Tone.SOFT, front, go),
        ]
        if words and tab.word:
            spans.append(Span(f" {tab.word}", Tone.SOFT if front else Tone.FAINT, False, go))
        spans += [Span(" "), tab.mark._replace(action=go), Span("   ")]
        return tuple(spans)
