"""The command line at the foot of the screen: every action by its name, completed as it is typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Label

from marketbench_tui.commands import Command, CommandError, completions, parse
from marketbench_tui.lines import Line, Span
from marketbench_tui.screens.over import Over
from marketbench_tui.text import safe_line
from marketbench_tui.widgets.page import Page
from themes.tones import Tone

SHOWN = 8
"""Completions that are listed at a time."""
NAME_CELLS = 26
KEY_CELLS = 10


class CommandLine(Over[tuple[Command, str]]):
    """Asks for one line; enter answers with its command and the words after it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "complete", priority=True),
        Binding("down", "choose(1)", "next", show=False, priority=True),
        Binding("up", "choose(-1)", "previous", show=False, priority=True),
    ]

    def __init__(self, commands: Mapping[str, Command]) -> None:
        super().__init__()
        self._commands = commands
        self._matches = completions("", commands)
        self._chosen = -1
        self._refused = ""

    def compose(self) -> ComposeResult:
        """Completions over the line."""
        with Vertical(id="command"):
            yield Page(side=1, folded=False, id="command-matches")
            with Horizontal(id="command-row"):
                yield Label(":", id="command-mark")
                yield Input(
                    placeholder="tab completes · enter does it · esc closes", id="command-words", compact=True
                )

    def on_mount(self) -> None:
        """List everything."""
        self._draw()
        line = self.query_one(Input)
        line.cursor_blink = False
        line.focus()

    def _draw(self) -> None:
        self.query_one(Page).show(self._lines)

    def _lines(self, width: int) -> list[Line]:
        if self._refused:
            return [(Span(f"✗ {safe_line(self._refused)}", Tone.FAILED),)]
        first = max(0, min(self._chosen - SHOWN // 2, len(self._matches) - SHOWN))
        shown = list(enumerate(self._matches))[first : first + SHOWN]
        more = len(self._matches) - len(shown)
        lines = [self._line(at == self._chosen, text, command) for at, (text, command) in shown]
        if more:
            lines[-1] = (*lines[-1], Span(f"   {more:,} more", Tone.FAINT))
        return lines or [(Span("No command here begins so.", Tone.SOFT),)]

    def _line(self, chosen: bool, text: str, command: Command) -> Line:
        tone = Tone.ACCENT if chosen else Tone.INK
        takes = f" {command.takes.upper()}" if command.takes and text == command.name else ""
        name = f"{safe_line(text)}{takes}"
        return (
            Span("▌ " if chosen else "  ", Tone.ACCENT),
            Span(f"{name:<{NAME_CELLS}} ", tone, bold=chosen),
            Span(f"{command.key:<{KEY_CELLS}} ", Tone.AWARD),
            Span(command.words, Tone.SOFT),
        )

    def action_complete(self) -> None:
        """Type the chosen completion, or the first one."""
        if self._matches:
            text, command = self._matches[max(0, self._chosen)]
            self._type(f"{text} " if command.takes and text == command.name else text)

    def action_choose(self, step: int) -> None:
        """Go through the completions."""
        if self._matches:
            at = self._chosen if self._chosen >= 0 or step > 0 else 0
            self._chosen = (at + step) % len(self._matches)
            self._refused = ""
            self._draw()

    def _type(self, text: str) -> None:
        line = self.query_one(Input)
        line.value = text
        line.cursor_position = len(text)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self._matches = completions(event.value, self._commands)
        self._chosen, self._refused = -1, ""
        self._draw()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        text = self._matches[self._chosen][0] if self._chosen >= 0 else event.value
        try:
            self.dismiss(parse(text, self._commands))
        except CommandError as error:
            self._refused = str(error)
            self._draw()
