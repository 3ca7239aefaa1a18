"""The trash: sessions that lists leave out, until they are restored or removed for good.

A session in the trash keeps its ledger, can be read, and cannot be run.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

from store.database import Database
from store.errors import TrashedSessionError, UnknownSessionError
from store.locks import session_lock
from store.sessions import Sessions
from store.times import to_text

_PUT = "UPDATE sessions SET trashed_at = coalesce(trashed_at, ?) WHERE id = ?"
_RESTORE = "UPDATE sessions SET trashed_at = NULL WHERE id = ?"
_LOOK = "SELECT trashed_at FROM sessions WHERE id = ?"


class Trash:
    """The trash of a database."""

    def __init__(self, database: Database, sessions: Sessions) -> None:
        self._database = database
        self._sessions = sessions

    def put(self, session_id: int, at: datetime | None = None) -> None:
        """Put a session in the trash; one that is there stays as it is.

        Raises:
            UnknownSessionError: no such session.
            SessionBusyError: it is being run.
        """
        self._sessions.get(session_id)
        with session_lock(self._database.path, session_id):
            self._update(_PUT, (to_text(at or datetime.now(UTC)), session_id), session_id)

    def restore(self, session_id: int) -> None:
        """Take a session out of the trash; one that is not there stays as it is.

        Raises:
            UnknownSessionError: no such session.
        """
        self._update(_RESTORE, (session_id,), session_id)

    def empty(self) -> int:
        """Remove what is in the trash for good.

        Returns:
            How many sessions were removed.
        """
        found = self._sessions.list(trashed=True)
        for info in found:
            self._sessions.delete(info.id)
        return len(found)

    def _update(self, statement: str, values: tuple[object, ...], session_id: int) -> None:
        with self._database.transaction() as connection:
            if not connection.execute(statement, values).rowcount:
                raise UnknownSessionError(f"there is no session #{session_id}")


def refuse_trashed(connection: sqlite3.Connection, session_id: int) -> None:
    """Keep a session in the trash from being run.

    Raises:
        TrashedSessionError: it is there.
    """
    row = connection.execute(_LOOK, (session_id,)).fetchone()
    if row is not None and row[0] is not None:
        raise TrashedSessionError(
            f"session #{session_id} is in the trash; `marketbench trash restore {session_id}` brings it back"
        )
