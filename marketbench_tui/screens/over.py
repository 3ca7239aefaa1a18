"""What every screen over another shares: escape closes it, and so does a click beside it."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual import events
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

Answer = TypeVar("Answer")

CLOSES = "screen.dismiss(None)"
"""What a click on the words that say so does."""


class Over(ModalScreen[Answer | None]):
    """Answers with None where it is closed without an answer."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "close")]

    def on_click(self, event: events.Click) -> None:
        """Beside what lies in the middle there is only the screen itself."""
        if event.widget is self:
            self.dismiss(None)
