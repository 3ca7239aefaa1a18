"""The app: owns the screens, the running session and the way to the backend."""

from __future__ import annotations

import gc
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import ClassVar

from textual import on, work
from textual.app import App
from textual.binding import Binding, BindingType

from market.errors import MarketBenchError
from marketbench_tui import messages as said
from marketbench_tui.commands import Actions
from marketbench_tui.ports import Backend, Opened
from marketbench_tui.screens.desk import Desk
from marketbench_tui.screens.dialogs import Confirm
from marketbench_tui.screens.floor import Floor
from marketbench_tui.screens.help import Help
from marketbench_tui.watch import Watch
from themes import DARK, PALETTES, STYLE_SHEETS, theme_of

Start = Callable[[], Opened] | None
"""Where the app begins: on the Floor of the session that this opens, or on the Desk."""
LEAVE_SECONDS = 0.1
"""How often a leaving app looks whether the engine has stored its last event."""


class MarketBenchApp(App[None]):
    """The workbench.

    Args:
        backend: sessions to list, open, start and delete.
        start: opens the session to begin with; None begins on the Desk.
        now: the clock, injected so that tests can freeze it.
        zone: the reader's time zone; None is the machine's own.
        theme: name of the theme to begin with.
    """

    TITLE = "MarketBench"
    CSS_PATH: ClassVar = list(STYLE_SHEETS)
    COMMANDS: ClassVar = {Actions}
    ENABLE_COMMAND_PALETTE: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "next_theme", "theme", show=False, tooltip="change the theme: dark or light"),
        Binding("question_mark", "help", "help", key_display="?"),
        Binding("ctrl+p", "command_palette", "commands", key_display="^p", priority=True),
        Binding("q", "leave", "quit"),
        Binding("ctrl+q", "leave", "quit", show=False, priority=True),
    ]

    def __init__(
        self,
        backend: Backend,
        start: Start = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        zone: tzinfo | None = None,
        theme: str = DARK.name,
    ) -> None:
        super().__init__()
        for name in list(self.available_themes):
            self.unregister_theme(name)
        for palette in PALETTES.values():
            self.register_theme(theme_of(palette))
        self.theme = theme
        self.animation_level = "none"  # text that arrives while a scroll is animated would fight it
        self.watching: Watch | None = None
        self._backend = backend
        self._start = start
        self._now = now
        self._zone = zone

    def get_default_screen(self) -> Desk:
        """The Desk is always underneath."""
        return Desk(self._now, self._zone, lambda: self.running)

    def on_mount(self) -> None:
        """Read the sessions, and open what was asked for."""
        self.call_after_refresh(self.list_sessions)
        if self._start:
            self.open_session(self._start)

    @property
    def running(self) -> bool:
        """Whether the session that was begun here still runs."""
        return self.watching is not None and self.watching.live

    @property
    def desk(self) -> Desk:
        """The screen underneath."""
        desk = self.screen_stack[0]
        assert isinstance(desk, Desk)
        return desk

    # --- the backend, in threads ------------------------------------------------------

    @work(thread=True, group="open", exclusive=True)
    def open_session(self, make: Callable[[], Opened]) -> None:
        """Ask for a session; the Floor opens when it is ready."""
        try:
            self.post_message(said.SessionReady(make()))
        except MarketBenchError as error:
            self.post_message(said.Trouble(str(error)))

    @work(thread=True, group="list", exclusive=True)
    def list_sessions(self) -> None:
        """Read the sessions for the Desk."""
        try:
            self.post_message(said.SessionsListed(self._backend.sessions()))
        except MarketBenchError as error:
            self.post_message(said.Trouble(str(error)))

    @work(thread=True, group="delete")
    def delete_session(self, session: int) -> None:
        """Remove a session and read the list again."""
        try:
            self._backend.delete(session)
            self.post_message(said.SessionsListed(self._backend.sessions()))
        except MarketBenchError as error:
            self.post_message(said.Trouble(str(error)))

    # --- what threads and screens say -------------------------------------------------

    @on(said.SessionReady)
    def _session_ready(self, message: said.SessionReady) -> None:
        watch = Watch(message.opened, self._zone)
        if watch.live or not self.running:
            self.watching = watch
        self._show_floor(watch)

    @on(said.SessionsListed)
    def _listed(self, message: said.SessionsListed) -> None:
        if self.screen_stack:  # none are left while the app is leaving
            self.desk.fill(message.cards)

    @on(said.Trouble)
    def _trouble(self, message: said.Trouble) -> None:
        self.notify(message.text, title="That did not work", severity="error", markup=False, timeout=12)

    @on(said.OpenAsked)
    def _open_asked(self, message: said.OpenAsked) -> None:
        if self.running and self.watching and self.watching.number == message.session:
            self._show_floor(self.watching)
        else:
            self.open_session(lambda: self._backend.open(message.session))

    @on(said.ResumeAsked)
    def _resume_asked(self, message: said.ResumeAsked) -> None:
        self._begin(lambda: self._backend.resume(message.session))

    @on(said.DemoAsked)
    def _demo_asked(self) -> None:
        self._begin(self._backend.start_demo)

    @on(said.DeleteAsked)
    def _delete_asked(self, message: said.DeleteAsked) -> None:
        self.delete_session(message.session)

    @on(said.ListAsked)
    def _list_asked(self) -> None:
        self.list_sessions()

    @on(said.FloorAsked)
    def _floor_asked(self) -> None:
        if self.watching:
            self._show_floor(self.watching)

    @on(said.FloorLeft)
    def _floor_left(self) -> None:
        if isinstance(self.screen, Floor):
            self.pop_screen()
        self.list_sessions()

    def _begin(self, make: Callable[[], Opened]) -> None:
        if self.running:
            self.post_message(said.Trouble("A session is running here; stop it first (f goes back to it)."))
        else:
            self.open_session(make)

    def _show_floor(self, watch: Watch) -> None:
        # What is loaded by now stays: without it a full garbage collection takes a third of the time.
        gc.freeze()
        floor = Floor(watch, self._now)
        if isinstance(self.screen, Floor):
            self.switch_screen(floor)
        else:
            self.push_screen(floor)

    # --- what keys do -----------------------------------------------------------------

    def action_help(self) -> None:
        """Explain the focused pane, and list the keys that work."""
        screen = self.screen
        if not screen.is_modal:
            self.push_screen(Help(screen))

    def action_next_theme(self) -> None:
        """Change the theme."""
        names = list(self.available_themes)
        self.theme = names[(names.index(self.theme) + 1) % len(names)]

    def action_leave(self) -> None:
        """Quit; a session that runs is stopped first, if the person means it."""
        if not self.running:
            self.exit()
            return
        question = Confirm(
            "A session is running. Quit?",
            [
                "It is stopped, and everything it has so far is kept.",
                "From the Desk, r goes on with it later.",
            ],
            yes="Stop and quit",
            no="Stay",
        )
        self.push_screen(question, lambda sure: self._stop_and_exit() if sure else None)

    def _stop_and_exit(self) -> None:
        if self.watching:
            self.watching.stop()
        self.notify("Stopping: the last events are being stored.", markup=False)
        self.set_interval(LEAVE_SECONDS, lambda: None if self.running else self.exit())
