"""The right to run a session: its lock and its head, held together."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager

from market.events import Recorded
from store import heads
from store.chain import Head
from store.database import Database
from store.ledger import Ledger, Stamped
from store.locks import session_lock
from store.trash import refuse_trashed


class SessionWriter:
    """Appends to one session while nobody else may.

    Attributes:
        session_id: the session.
        head: the last event stored.
        elapsed_us: microseconds of running time at that event; a resumed run goes on from it.
    """

    def __init__(self, ledger: Ledger, session_id: int, head: Head, elapsed_us: int) -> None:
        self.session_id = session_id
        self.head = head
        self.elapsed_us = elapsed_us
        self._ledger = ledger

    def append(self, batch: Sequence[Stamped]) -> list[Recorded]:
        """Store events in one transaction; see `Ledger.append` for what it raises."""
        appended = self._ledger.append(self.session_id, batch, after=self.head)
        self.head = appended.head
        if appended.recorded:
            self.elapsed_us = appended.recorded[-1].offset_us
        return list(appended.recorded)


@contextmanager
def open_writer(database: Database, ledger: Ledger, session_id: int) -> Generator[SessionWriter]:
    """Hold a session for running it, until the block ends or the process dies.

    Raises:
        SessionBusyError: somebody else holds it.
        TrashedSessionError: it is in the trash.
        UnknownSessionError: no such session.
    """
    with session_lock(database.path, session_id):
        with database.reading() as connection:
            refuse_trashed(connection, session_id)
            at = heads.load(connection, session_id)
        yield SessionWriter(ledger, session_id, at.head, at.elapsed_us)
