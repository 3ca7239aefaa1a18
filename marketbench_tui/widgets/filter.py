"""The line at the foot of the Floor: words that tasks or the tape must match, or a budget."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Label


class Wanted(StrEnum):
    """What the line asks for, as its label says it."""

    TASKS = "tasks /"
    TAPE = "tape /"
    BUDGET = "budget in all, $"


HINTS = {
    Wanted.TASKS: "task, worker, state or repository",
    Wanted.TAPE: "words, kind:award, worker:atlas, task:money",
    Wanted.BUDGET: "an amount, like 7.50",
}


class FilterLine(Horizontal):
    """Opens on demand; every keystroke filters, enter keeps the filter, escape clears it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear", "close", tooltip="clear the filter and close")
    ]

    class Said(Message):
        """Something was typed."""

        def __init__(self, wanted: Wanted, words: str) -> None:
            super().__init__()
            self.wanted = wanted
            self.words = words

    class Changed(Said):
        """Other words are wanted."""

    class Answered(Said):
        """Enter: an amount is given."""

    class Left(Message):
        """The person is done typing."""

        def __init__(self, wanted: Wanted) -> None:
            super().__init__()
            self.wanted = wanted

    def __init__(self) -> None:
        super().__init__()
        self.wanted = Wanted.TASKS
        self._words = dict.fromkeys(Wanted, "")
        self._label = Label("", id="filter-label", markup=False)
        self._input = Input(id="filter-words", compact=True, select_on_focus=False)
        self._note = Label("", id="filter-note", markup=False)

    def compose(self) -> ComposeResult:
        """What is asked, the answer, and what is wrong with it."""
        yield self._label
        yield self._input
        yield self._note

    def on_mount(self) -> None:
        """Closed until asked for."""
        self.display = False

    def open(self, wanted: Wanted) -> None:
        """Show the line and take the keyboard."""
        self.wanted = wanted
        self._label.update(wanted.value)
        self.refuse("")
        with self._input.prevent(Input.Changed):
            self._input.value = self._words[wanted]
        self._input.placeholder = HINTS[wanted]
        self._input.cursor_position = len(self._input.value)
        self.display = True
        self.call_after_refresh(self._input.focus)

    def refuse(self, reason: str) -> None:
        """Say why the answer does not do, and go on asking."""
        self._note.update(f"✗ {reason}" if reason else "")
        self._note.display = bool(reason)

    def close(self) -> None:
        """Forget what was typed, and put the line away."""
        self._words[self.wanted] = ""
        with self._input.prevent(Input.Changed):
            self._input.value = ""
        self.display = False
        self.post_message(self.Left(self.wanted))

    def action_clear(self) -> None:
        """Forget the words and close."""
        if self.wanted is not Wanted.BUDGET:
            self.post_message(self.Changed(self.wanted, ""))
        self.close()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.refuse("")
        if self.wanted is not Wanted.BUDGET:
            self._words[self.wanted] = event.value
            self.post_message(self.Changed(self.wanted, event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self.wanted is Wanted.BUDGET:
            self.post_message(self.Answered(self.wanted, event.value))
            return
        self.display = bool(event.value)
        self.post_message(self.Left(self.wanted))
