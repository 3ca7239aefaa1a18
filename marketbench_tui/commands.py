"""The command palette: every action of the place a person is in, found by its words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.binding import ActiveBinding
from textual.command import DiscoveryHit, Hit, Hits, Provider

from themes import PALETTES


class Actions(Provider):
    """The keys that work here, by description, and the themes."""

    async def discover(self) -> Hits:
        """Everything, before a word is typed."""
        for name, keys, run in self._entries():
            yield DiscoveryHit(name, run, help=keys)

    async def search(self, query: str) -> Hits:
        """What the words match, best first."""
        matcher = self.matcher(query)
        for name, keys, run in self._entries():
            score = matcher.match(name)
            if score > 0:
                yield Hit(score, matcher.highlight(name), run, help=keys)

    def _entries(self) -> Iterator[tuple[str, str, partial[object]]]:
        seen: set[str] = set()
        offered = sorted(self.screen.active_bindings.values(), key=lambda active: not active.binding.show)
        for active in offered:
            action = active.binding.action
            if action not in seen and self._offered(active):
                seen.add(action)
                yield self._name(active), self._key(active), partial(self._run, active)
        for name in PALETTES:
            yield f"Theme: {name.replace('-', ' ')}", "change the colours", partial(self._theme, name)

    def _offered(self, active: ActiveBinding) -> bool:
        """Moving about in a pane is for keys alone."""
        binding = active.binding
        moves = binding.action.startswith(("scroll_", "page_", "move"))
        return active.enabled and bool(binding.description) and not moves and "palette" not in binding.action

    def _name(self, active: ActiveBinding) -> str:
        description = active.binding.tooltip or active.binding.description
        return description[:1].upper() + description[1:]

    def _key(self, active: ActiveBinding) -> str:
        return f"key: {self.app.get_key_display(active.binding)}"

    async def _run(self, active: ActiveBinding) -> None:
        await self.app.run_action(active.binding.action, active.node)

    def _theme(self, name: str) -> None:
        self.app.theme = name
