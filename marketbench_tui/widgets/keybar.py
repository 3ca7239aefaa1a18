"""The footer: the keys that do something here and now, as many as fit."""

from __future__ import annotations

from collections.abc import Iterator

from textual.app import RenderResult
from textual.binding import ActiveBinding
from textual.strip import Strip

from marketbench_tui.lines import Line, Span, width_of
from marketbench_tui.widgets.paint import Painted
from themes.tones import Tone

PINNED = frozenset({"errors", "back", "help", "command_palette", "leave"})
"""Actions whose keys are always shown, at the right end."""


class KeyBar(Painted):
    """Keys of the focused pane first, then of the screen; a click does what the key does."""

    def on_mount(self) -> None:
        """Hear when other keys come to apply."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.refresh())

    def render(self) -> RenderResult:
        """Drawn line by line instead."""
        return ""

    def render_line(self, y: int) -> Strip:
        """The keys in one line."""
        width = self.size.width
        last = list(self._keys(pinned=True))
        room = width - sum(width_of(key) for key in last)
        shown: list[Span] = []
        for key in self._keys(pinned=False):
            if width_of(key) > room:
                break
            room -= width_of(key)
            shown += key
        gap = Span(" " * max(0, room))
        return self.paint((*shown, gap, *(span for key in last for span in key)), width)

    def _keys(self, pinned: bool) -> Iterator[Line]:
        seen: set[str] = set()
        for active in self._active():
            action = active.binding.action
            if action in seen or (action.removeprefix("app.") in PINNED) is not pinned:
                continue
            seen.add(action)
            yield self._key(active)

    def _active(self) -> list[ActiveBinding]:
        """The focused pane's own keys come first, the app's last."""
        bindings = self.screen.active_bindings.values()
        return [active for active in bindings if active.binding.show and active.enabled]

    def _key(self, active: ActiveBinding) -> Line:
        binding = active.binding
        display = self.app.get_key_display(binding)
        action = f"app.simulate_key('{binding.key}')"
        if binding.action == "errors":
            return (Span(f" {display} {self._errors()} ", Tone.FAILED, bold=True, action=action),)
        return (
            Span(f" {display}", Tone.ACCENT, bold=True, action=action),
            Span(f" {binding.description} ", Tone.SOFT, action=action),
        )

    def _errors(self) -> str:
        count = len(getattr(self.app, "mishaps", ()))
        return f"{count} error" if count == 1 else f"{count} errors"
