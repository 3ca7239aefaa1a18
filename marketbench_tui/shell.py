"""What works everywhere in the app: themes, keys, the command line, jumping, copying, help and errors.

It knows no sessions; `marketbench_tui.app` adds those.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from typing import ClassVar

from textual import on
from textual.app import App
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget

from market.errors import MarketBenchError
from marketbench_tui import messages as said
from marketbench_tui.commands import Actions, Command, CommandError, commands_of
from marketbench_tui.config import ConfigError, Ui
from marketbench_tui.keys import Bound, bound, clashes, named
from marketbench_tui.lines import Span, clip, plain
from marketbench_tui.screens.command import CommandLine
from marketbench_tui.screens.errors import Errors, Mishap
from marketbench_tui.screens.help import Help
from marketbench_tui.screens.jump import Jump
from marketbench_tui.screens.place import Place
from marketbench_tui.text import safe_line
from marketbench_tui.widgets.paint import Painted
from themes import DARK, PALETTES, STYLE_SHEETS, Palette, theme_of
from themes.files import Shelf

COPIED_CELLS = 60
"""Cells of what was copied that are shown."""
SHIPPED = Shelf(PALETTES)


class Shell(App[None]):
    """An app of panes.

    Args:
        now: the clock, injected so that tests can freeze it.
        zone: the reader's time zone; None is the machine's own.
        theme: name of the theme to begin with.
        ui: keys and caps that a person set.
        shelf: the themes there are.
        remember: keeps the name of a theme for the next time.

    Attributes:
        mishaps: what went wrong since the app was opened.
    """

    CSS_PATH: ClassVar = list(STYLE_SHEETS)
    COMMANDS: ClassVar = {Actions}
    ENABLE_COMMAND_PALETTE: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = named(
        [
            Binding("y", "copy", "copy", tooltip="copy the chosen line or row, or what the mouse selected"),
            Binding("g,ctrl+g", "jump", "jump", tooltip="go to a pane by its letter"),
            Binding("colon", "command", "command", key_display=":", show=False, tooltip="type a command"),
            Binding("t", "next_theme", "theme", show=False, tooltip="the next theme"),
            Binding("exclamation_mark", "errors", "errors", key_display="!", tooltip="what went wrong"),
            Binding("question_mark", "help", "help", key_display="?"),
            Binding("ctrl+p", "command_palette", "commands", key_display="^p", priority=True, id="palette"),
        ]
    )

    def __init__(
        self,
        now: Callable[[], datetime],
        zone: tzinfo | None,
        theme: str,
        ui: Ui | None,
        shelf: Shelf,
        remember: Callable[[str], None],
    ) -> None:
        super().__init__()
        for name in list(self.available_themes):
            self.unregister_theme(name)
        for palette in shelf.palettes.values():
            self.register_theme(theme_of(palette))
        self.mishaps: list[Mishap] = []
        self._now = now
        self._zone = zone
        self._ui = ui or Ui()
        self._shelf = shelf
        self._remember = remember
        self.theme = theme
        self.animation_level = "none"  # text that arrives while a scroll is animated would fight it

    def on_mount(self) -> None:
        """Give the keys that a person set, and say what is wrong with own themes."""
        self.set_keymap(self._ui.keys)
        for problem in (*clashes(self.places(), self._ui.keys), *self._shelf.problems):
            self.post_message(said.Trouble(problem))

    @property
    def palette(self) -> Palette:
        """The colours of the theme in use."""
        return self._shelf.palettes.get(self.theme, DARK)

    def commands(self, screen: Screen[object]) -> dict[str, Command]:
        """What can be done on a screen as it stands, by name."""
        return commands_of(self, screen)

    @staticmethod
    def places() -> tuple[type[DOMNode], ...]:
        """Where keys can be given to actions: the app, its screens and its panes."""
        return (Shell, Place, Painted)

    @classmethod
    def actions(cls) -> Mapping[str, Bound]:
        """Every action that keys can be given to, by name."""
        return bound(cls.places())

    @on(said.Trouble)
    def _trouble(self, message: said.Trouble) -> None:
        place = next((screen for screen in reversed(self.screen_stack) if isinstance(screen, Place)), None)
        where = type(place).__name__ if place else "Desk"
        self.mishaps.append(Mishap(self._now(), where, message.text, message.detail))
        self.notify(message.text, title="That did not work", severity="error", markup=False, timeout=12)
        for screen in self.screen_stack:
            screen.refresh_bindings()

    # --- what keys do -----------------------------------------------------------------

    def action_help(self) -> None:
        """Explain the focused pane, and list the keys that work."""
        screen = self.screen
        if not screen.is_modal:
            self.push_screen(Help(screen))

    def action_next_theme(self) -> None:
        """Change the theme."""
        names = list(self.available_themes)
        self.choose_theme(names[(names.index(self.theme) + 1) % len(names)])

    def choose_theme(self, name: str) -> None:
        """Use a theme, now and the next time."""
        if name not in self.available_themes:
            names = ", ".join(self.available_themes)
            raise CommandError(f"there is no theme {name!r}; there are {names}")
        self.theme = name
        try:
            self._remember(name)
        except ConfigError as error:
            self.post_message(trouble_of(error))

    def action_copy(self) -> None:
        """Copy what the mouse selected, or the chosen line or row of the focused pane."""
        focused = self.focused
        text = self.screen.get_selected_text() or (focused.copied() if isinstance(focused, Painted) else "")
        if not text.strip():
            self.notify(
                "There is nothing to copy here: choose a line, or select with the mouse.", markup=False
            )
            return
        self.copy_to_clipboard(text)
        self.screen.clear_selection()
        lines = text.count("\n") + 1
        shown = clip((Span(safe_line(text)),), COPIED_CELLS)
        self.notify(plain(shown), title="Copied" if lines == 1 else f"Copied {lines} lines", markup=False)

    def action_jump(self) -> None:
        """Show a letter over every pane."""
        self.push_screen(Jump(self.screen), self._jump)

    def _jump(self, widget: Widget | None) -> None:
        if widget is not None:
            widget.focus()

    def action_command(self) -> None:
        """Open the command line."""
        self.push_screen(CommandLine(self.commands(self.screen)), self._answered)

    async def _answered(self, answer: tuple[Command, str] | None) -> None:
        if answer is not None:
            await self.run_command(*answer)

    async def run_command(self, command: Command, argument: str) -> None:
        """Do what a command says; what is wrong with it is an error like any other."""
        try:
            done = command.run(argument)
            if done is not None:
                await done
        except CommandError as error:
            self.post_message(trouble_of(error))

    def action_errors(self) -> None:
        """Show what went wrong."""
        self.push_screen(Errors(self.mishaps, self._zone))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only keys that would do something are offered."""
        match action:
            case "errors":
                return bool(self.mishaps) and not isinstance(self.screen, Errors)
            case "jump" | "command":
                return not self.screen.is_modal
            case _:
                return True


def trouble_of(error: MarketBenchError) -> said.Trouble:
    """An error with what caused it."""
    cause = error.__cause__
    return said.Trouble(str(error), f"{type(cause).__name__}: {cause}" if cause else "")
