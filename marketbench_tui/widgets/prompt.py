"""A line at the foot of the screen that asks for a word: a filter, a number, a file."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Label


class Topic(StrEnum):
    """What is asked for."""

    FILTER = "filter"
    SAMPLE = "sample"
    SAVE = "save as"
    LOAD = "load"
    NAME = "name"
    TAGS = "tags"
    EXPORT = "export to"


class Prompt(Horizontal):
    """Opens on demand; enter answers, escape closes. What is wrong with an answer is said beside it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "close")]

    class Said(Message):
        """Something was typed or answered."""

        def __init__(self, topic: Topic, text: str) -> None:
            super().__init__()
            self.topic = topic
            self.text = text

    class Changed(Said):
        """A keystroke."""

    class Answered(Said):
        """Enter."""

    class Cancelled(Said):
        """Escape."""

    def __init__(self) -> None:
        super().__init__(id="prompt")
        self.topic = Topic.FILTER
        self._refused = ""
        self._label = Label("", id="prompt-label", markup=False)
        self._note = Label("", id="prompt-note", markup=False)
        self._input = Input(id="prompt-input", compact=True, select_on_focus=False)

    def compose(self) -> ComposeResult:
        """What is asked, the answer, and a note on it."""
        yield self._label
        yield self._input
        yield self._note

    def on_mount(self) -> None:
        """Closed until asked for."""
        self.display = self._note.display = False

    def ask(self, topic: Topic, value: str = "", placeholder: str = "", label: str = "") -> None:
        """Open the line for a topic and take the keyboard."""
        self.topic = topic
        self._label.update(label or topic.value)
        self.refuse("")
        with self._input.prevent(Input.Changed):
            self._input.value = value
        self._input.placeholder = placeholder
        self._input.cursor_position = len(value)
        self.display = True
        self._input.focus()

    def refuse(self, reason: str) -> None:
        """Say why the answer does not do, and go on asking; nothing is drawn where that is said."""
        if reason != self._refused:
            self._refused = reason
            self._note.update(f"✗ {reason}" if reason else "")
            self._note.display = bool(reason)

    def close(self) -> None:
        """Put the line away."""
        self.display = False

    def action_cancel(self) -> None:
        """Close without an answer."""
        self.close()
        self.post_message(self.Cancelled(self.topic, self._input.value))

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.refuse("")
        self.post_message(self.Changed(self.topic, event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Answered(self.topic, event.value))
