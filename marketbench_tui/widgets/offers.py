"""Words that may be put into an answer with a click."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import RenderResult
from textual.message import Message
from textual.strip import Strip

from marketbench_tui.lines import Line, Span, width_of
from marketbench_tui.text import safe_line
from marketbench_tui.widgets.paint import Painted
from themes.tones import Tone


class Offers(Painted):
    """One row of words, as many as fit; where several may be in the answer, those that are have a mark."""

    class Taken(Message):
        """A word was clicked; this is the answer now."""

        def __init__(self, answer: str) -> None:
            super().__init__()
            self.answer = answer

    def __init__(self) -> None:
        super().__init__(id="prompt-offers")
        self._offered: Sequence[str] = ()
        self._several = False
        self._typed = ""
        self.display = False

    def render(self) -> RenderResult:
        """Drawn line by line instead."""
        return ""

    def offer(self, words: Sequence[str], typed: str, several: bool) -> None:
        """Show these words over an answer as it stands; nothing where there are none."""
        self._offered, self._several = words, several
        self.display = bool(words)
        self.mark(typed)

    def mark(self, typed: str) -> None:
        """The answer is this now."""
        self._typed = typed
        self.refresh()

    def action_take(self, at: int) -> None:
        """Put a word into the answer, or take it out."""
        word = self._offered[at]
        self.post_message(self.Taken(with_word(self._typed, word) if self._several else word))

    def render_line(self, y: int) -> Strip:
        """The words in one line."""
        width = self.size.width
        shown: list[Span] = []
        for at, word in enumerate(self._offered):
            offered = self._word(at, word)
            if width_of(shown) + width_of(offered) > width:
                break
            shown += offered
        return self.paint(tuple(shown), width)

    def _word(self, at: int, word: str) -> Line:
        chosen = word in self._typed.split()
        tone = Tone.ACCENT if chosen else Tone.SOFT
        mark = ("■ " if chosen else "□ ") if self._several else ""
        return (Span(f" {mark}{safe_line(word)} ", tone, bold=chosen, action=f"take({at})"),)


def with_word(typed: str, word: str) -> str:
    """What was typed with a word in it, or without it where it was in; a field has one value at a time."""
    words = typed.split()
    if word in words:
        return " ".join(other for other in words if other != word)
    field, colon, _ = word.partition(":")
    kept = [other for other in words if not (colon and other.startswith(f"{field}:"))]
    return " ".join((*kept, word))
