"""Help for where a person is: the focused pane in its own words, and the keys that work."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import ActiveBinding
from textual.dom import DOMNode
from textual.screen import Screen

from marketbench_tui.lines import Line, Span, line, wrap
from marketbench_tui.screens.dialogs import Dialog
from themes.tones import Tone

KEY_CELLS = 14
SIDEWAYS = frozenset({"scroll_left", "scroll_right", "page_left", "page_right"})
"""Keys that every scrolling widget has, and that do nothing where lines are folded."""


class Help(Dialog):
    """What the focused pane shows and which keys do what."""

    def __init__(self, screen: Screen[object]) -> None:
        focused = screen.focused
        bindings = sorted(screen.active_bindings.values(), key=lambda active: not active.binding.show)
        rows = [(screen.app.get_key_display(active.binding), active) for active in bindings]
        title, text = _explained(focused or screen)
        super().__init__(title, lambda width: _lines(text, rows, width))


def _explained(place: DOMNode) -> tuple[str, str]:
    """The title and the words of the nearest place that explains itself: a pane, or its screen."""
    for node in place.ancestors_with_self:
        text: str | None = getattr(node, "HELP", None)
        if text:
            return getattr(node, "PANE_TITLE", "") or type(node).__name__, text
    return "Help", ""


def _lines(text: str, rows: Iterable[tuple[str, ActiveBinding]], width: int) -> list[Line]:
    lines: list[Line] = [()]
    for paragraph in text.split("\n\n"):
        lines += [*wrap(line(paragraph), width), ()]
    lines.append(line(Span("Keys here", Tone.ACCENT, bold=True)))
    return lines + _keys(rows)


def _keys(rows: Iterable[tuple[str, ActiveBinding]]) -> list[Line]:
    """One line an action, with all of its keys."""
    keys: dict[str, list[str]] = {}
    words: dict[str, str] = {}
    for display, active in rows:
        action = active.binding.action
        if active.enabled and active.binding.description and action not in SIDEWAYS:
            keys.setdefault(action, []).append(display)
            words.setdefault(action, active.binding.tooltip or active.binding.description)
    return [
        line(
            Span(f"  {' '.join(shown):<{KEY_CELLS}} ", Tone.AWARD, bold=True), Span(words[action], Tone.SOFT)
        )
        for action, shown in keys.items()
    ]
