"""The filter line: words that tasks must match, typed at the foot of the screen."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Label


class FilterLine(Horizontal):
    """Opens on demand; every keystroke filters, enter keeps the filter, escape clears it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "clear", "clear filter")]

    class Changed(Message):
        """Other words are wanted."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    class Left(Message):
        """The person is done typing."""

    def compose(self) -> ComposeResult:
        """A label and an input."""
        yield Label("/", id="filter-label")
        yield Input(placeholder="task, worker, state or repository", id="filter-words", compact=True)

    def on_mount(self) -> None:
        """Closed until asked for."""
        self.display = False

    @property
    def words(self) -> str:
        """The words typed so far."""
        return self.query_one(Input).value

    def open(self) -> None:
        """Show the line and take the keyboard."""
        self.display = True
        self.call_after_refresh(self.query_one(Input).focus)

    def action_clear(self) -> None:
        """Forget the words and close."""
        self.query_one(Input).value = ""
        self.display = False
        self.post_message(self.Left())

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.display = bool(event.value)
        self.post_message(self.Left())
