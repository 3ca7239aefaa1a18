"""Jump mode: a letter over every pane; pressing it goes there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Label

LETTERS = "asdfghjklqwertyuiopzxcvbnm"
"""In the order they are handed out: those under the fingers first."""


class Jump(ModalScreen[Widget | None]):
    """Answers with the widget whose letter was pressed or clicked; any other key closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "close")]

    def __init__(self, screen: Widget) -> None:
        super().__init__()
        self._targets = lettered(targets(screen))

    def compose(self) -> ComposeResult:
        """A letter at the corner of each."""
        for letter, widget in self._targets.items():
            label = Label(f"[b]{letter}[/]", classes="letter", id=f"letter-{letter}")
            label.styles.offset = (widget.region.x, widget.region.y)
            yield label
        yield Label("Press the letter of a pane to go there. Any other key closes this.", id="jump-hint")

    def on_key(self, event: events.Key) -> None:
        """Go there, or nowhere."""
        event.stop()
        self.dismiss(self._targets.get(event.character or ""))

    def on_click(self, event: events.Click) -> None:
        """The same with the mouse."""
        name = (event.widget.id or "") if event.widget else ""
        self.dismiss(self._targets.get(name.removeprefix("letter-")))


def targets(screen: Widget) -> list[Widget]:
    """What can take the keyboard and is in sight, from top left."""
    found = [widget for widget in screen.query(Widget) if widget.focusable and widget.region.area]
    return sorted(found, key=lambda widget: (widget.region.y, widget.region.x))


def lettered(widgets: Iterable[Widget]) -> Mapping[str, Widget]:
    """A letter for each of them, as far as letters go."""
    return dict(zip(LETTERS, widgets, strict=False))
