"""The Desk: where sessions are found, opened, resumed and begun."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from marketbench_tui.lines import Line, Span
from marketbench_tui.messages import DeleteAsked, DemoAsked, FloorAsked, ListAsked, OpenAsked, ResumeAsked
from marketbench_tui.ports import SessionCard
from marketbench_tui.screens.dialogs import Confirm
from marketbench_tui.text import safe_line
from marketbench_tui.view.desk import about, can_resume, desk_header
from marketbench_tui.view.shape import Shape, shape_of
from marketbench_tui.view.welcome import welcome
from marketbench_tui.widgets.keybar import KeyBar
from marketbench_tui.widgets.page import HeaderLine, Page
from marketbench_tui.widgets.sessions import Sessions
from marketbench_tui.widgets.table import Table


class Desk(Screen[None]):
    """Sessions, and what the workbench is for where there are none."""

    HELP: ClassVar[str | None] = (
        "The Desk lists your sessions. Begin with the demo (d), or start a session from the command line "
        "with marketbench run SPEC.toml; it appears here."
    )
    AUTO_FOCUS: ClassVar[str | None] = "#sessions"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "demo", "start the demo"),
        Binding("f", "floor", "back to the running session"),
        Binding("ctrl+r", "reload", "read the list again", show=False),
    ]

    def __init__(self, now: Callable[[], datetime], zone: tzinfo | None, running: Callable[[], bool]) -> None:
        super().__init__()
        self._now = now
        self._zone = zone
        self._is_running = running
        self._cards: Sequence[SessionCard] | None = None

    def compose(self) -> ComposeResult:
        """The list over a card of the chosen session, or a welcome."""
        yield HeaderLine()
        yield Sessions(self._now)
        yield Page(id="about")
        yield Page(id="welcome")
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin with an empty list; the app reads the sessions."""
        self.query_one("#welcome").display = False
        self._draw()
        self.set_interval(2.0, self._refresh_running)

    def on_resize(self, event: events.Resize) -> None:
        """Choose the layout for the new size."""
        shape = shape_of(event.size.width, event.size.height)
        for each in Shape:
            self.set_class(each is shape, f"-{each}")

    def fill(self, cards: Sequence[SessionCard]) -> None:
        """Show these sessions."""
        self._cards = cards
        self._draw()
        self.refresh_bindings()

    def _refresh_running(self) -> None:
        if self._is_running() and self.is_current:
            self.action_reload()

    def _draw(self) -> None:
        cards = self._cards
        empty = cards is not None and not cards
        self.query_one(HeaderLine).show(lambda _: [desk_header(cards)])
        sessions = self.query_one(Sessions)
        if cards is not None:
            sessions.fill(cards)
        sessions.display = self.query_one("#about").display = not empty
        page = self.query_one("#welcome", Page)
        page.display = empty
        if empty:
            page.show(welcome)
        elif cards and self.focused is None:
            self.call_after_refresh(sessions.focus)
        self._draw_about()

    def _draw_about(self) -> None:
        card = self.query_one(Sessions).chosen
        page = self.query_one("#about", Page)
        page.frame((Span("The chosen session", bold=True),))
        page.show(lambda width: self._about(card, width))

    def _about(self, card: SessionCard | None, width: int) -> list[Line]:
        return about(card, self._now(), self._zone, width) if card else []

    # --- what keys do -----------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only keys that would do something are offered."""
        card = self.query_one(Sessions).chosen if self.is_mounted else None
        match action:
            case "floor":
                return self._is_running()
            case "demo":
                return not self._is_running()
            case "resume":
                return card is not None and can_resume(card) and not self._is_running()
            case "delete":
                return card is not None
            case _:
                return True

    def action_demo(self) -> None:
        """Start the demo and show it."""
        self.post_message(DemoAsked())

    def action_floor(self) -> None:
        """Go back to the session that runs."""
        self.post_message(FloorAsked())

    def action_reload(self) -> None:
        """Read the list again."""
        self.post_message(ListAsked())

    def action_resume(self) -> None:
        """Go on with the chosen session."""
        card = self.query_one(Sessions).chosen
        if card is not None:
            self.post_message(ResumeAsked(card.id))

    def action_delete(self) -> None:
        """Remove the chosen session, if the person means it."""
        card = self.query_one(Sessions).chosen
        if card is None:
            return
        question = Confirm(
            "Delete this session?",
            [f"#{card.id} {safe_line(card.name)}: its ledger goes with it, for good."],
            yes="Delete",
            no="Keep",
        )

        def answered(sure: bool | None) -> None:
            if sure:
                self.post_message(DeleteAsked(card.id))

        self.app.push_screen(question, answered)

    @on(Table.Moved, "#sessions")
    def _session_chosen(self) -> None:
        self._draw_about()
        self.refresh_bindings()

    @on(Table.Opened, "#sessions")
    def _session_opened(self) -> None:
        card = self.query_one(Sessions).chosen
        if card is not None:
            self.post_message(OpenAsked(card.id))
