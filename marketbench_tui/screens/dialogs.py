"""Dialogs over a screen: a question to confirm, help, and the explanation of a bid."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button

from marketbench_tui.lines import Line, Span
from marketbench_tui.screens.over import CLOSES, Over
from marketbench_tui.widgets.page import Page
from themes.tones import Tone


class Dialog(Over[bool]):
    """A box in the middle; closing it says no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "dismiss(None)", "close", show=False),
        Binding("y", "app.copy", "copy", id="copy"),
    ]

    def __init__(self, title: str, make: Callable[[int], Sequence[Line]]) -> None:
        super().__init__()
        self._title = title
        self._make = make

    def compose(self) -> ComposeResult:
        """The text in a frame."""
        with Vertical(id="dialog"):
            yield Page(side=1, id="dialog-text")

    def on_mount(self) -> None:
        """Fill the frame."""
        self.fill()

    def fill(self) -> None:
        """Write the text, and take the keyboard for scrolling it."""
        page = self.query_one(Page)
        page.can_focus = True
        page.frame(
            (Span(self._title, Tone.ACCENT, bold=True),), (Span("esc closes", Tone.FAINT, action=CLOSES),)
        )
        page.show(self._make)
        page.focus()


class Confirm(Dialog):
    """A question with two answers; enter takes the focused one, y and n answer at once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "dismiss(True)", "yes"),
        Binding("n", "dismiss(False)", "no"),
        Binding("left,right", "app.focus_next", show=False),
    ]

    def __init__(self, title: str, sentences: Sequence[str], yes: str, no: str) -> None:
        heading = (Span(title, Tone.AWARD, bold=True),)
        super().__init__(title, lambda _: [heading, (), *((Span(sentence),) for sentence in sentences)])
        self._yes = yes
        self._no = no

    def compose(self) -> ComposeResult:
        """The question and its two answers."""
        with Vertical(id="dialog", classes="question"):
            yield Page(side=1, id="dialog-text")
            with Horizontal(id="answers"):
                yield Button(f"{self._no} (n)", id="no")
                yield Button(f"{self._yes} (y)", id="yes", variant="error")

    def fill(self) -> None:
        """Write the question; the careful answer has the focus."""
        self.query_one(Page).show(self._make)
        self.query_one("#no", Button).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer."""
        self.dismiss(event.button.id == "yes")
