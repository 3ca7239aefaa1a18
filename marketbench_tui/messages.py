"""What threads and screens tell the app. Threads never touch a widget; they post one of these."""

from __future__ import annotations

from collections.abc import Sequence

from textual.message import Message

from marketbench_tui.ports import Opened, SessionCard


class SessionReady(Message):
    """A session was opened, started or resumed, and can be shown on the Floor."""

    def __init__(self, opened: Opened) -> None:
        super().__init__()
        self.opened = opened


class SessionsListed(Message):
    """The sessions of the store, the newest first."""

    def __init__(self, cards: Sequence[SessionCard]) -> None:
        super().__init__()
        self.cards = cards


class Trouble(Message):
    """Something a person can mend; the text is one line that says how."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class OpenAsked(Message):
    """Show a session on the Floor as it stands in the ledger."""

    def __init__(self, session: int) -> None:
        super().__init__()
        self.session = session


class ResumeAsked(Message):
    """Go on with a session."""

    def __init__(self, session: int) -> None:
        super().__init__()
        self.session = session


class DeleteAsked(Message):
    """Remove a session; the person has confirmed it."""

    def __init__(self, session: int) -> None:
        super().__init__()
        self.session = session


class DemoAsked(Message):
    """Start the demo."""


class ListAsked(Message):
    """Read the list of sessions again."""


class FloorAsked(Message):
    """Go back to the session that runs."""


class FloorLeft(Message):
    """Go to the Desk."""
