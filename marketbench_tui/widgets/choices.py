"""One of a few words, chosen with the arrow keys or a click."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from marketbench_tui.lines import Line, Span, clip, plain, width_of
from marketbench_tui.text import safe_line
from marketbench_tui.widgets.paint import Painted
from themes.tones import Tone


class Choices(Painted, can_focus=True):
    """All words in a line, the chosen one marked; only that one where there is no room for all."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space,enter", "step(1)", "next choice", key_display="← →"),
        Binding("left", "step(-1)", "previous choice", show=False),
    ]

    class Changed(Message):
        """Another word was chosen, by a person."""

        def __init__(self, choices: Choices, value: str) -> None:
            super().__init__()
            self.choices = choices
            self.value = value

        @property
        def control(self) -> Choices:
            """Where it happened."""
            return self.choices

    def __init__(self, words: tuple[str, ...], value: str) -> None:
        super().__init__()
        self._words = words
        self._value = value

    @property
    def value(self) -> str:
        """The chosen word."""
        return self._value

    def put(self, value: str) -> None:
        """Show this word as chosen, without telling anybody."""
        if value != self._value:
            self._value = value
            self.refresh()

    def render(self) -> str:
        """Drawn line by line instead."""
        return ""

    def render_line(self, y: int) -> Strip:
        """The words."""
        ground = self.variable("cursor-ground") if self.has_focus else ""
        full = self._all()
        line = full if width_of(full) <= self.size.width else self._one()
        return self.paint(line, self.size.width, ground)

    def _all(self) -> Line:
        spans: list[Span] = []
        for at, word in enumerate(self._words):
            chosen = word == self._value
            text = f"‹{safe_line(word)}›" if chosen else f" {safe_line(word)} "
            spans.append(Span(text, Tone.ACCENT if chosen else Tone.SOFT, chosen, f"pick({at})"))
        return tuple(spans)

    def _one(self) -> Line:
        shown = safe_line(self._value) or "none chosen"
        fits = clip((Span(shown),), self.size.width - 2)
        return (Span(f"‹{plain(fits)}›", Tone.ACCENT, True, "step(1)"),)

    def on_focus(self) -> None:
        """Show that the arrow keys are heard here."""
        self.refresh()

    def on_blur(self) -> None:
        """Show that they are not."""
        self.refresh()

    def action_step(self, step: int) -> None:
        """Choose the next or the previous word, around the end."""
        if self._words:
            at = self._words.index(self._value) if self._value in self._words else -step
            self.action_pick((at + step) % len(self._words))

    def action_pick(self, at: int) -> None:
        """Choose a word by its place."""
        if self._words[at] != self._value:
            self._value = self._words[at]
            self.refresh()
            self.post_message(self.Changed(self, self._value))
