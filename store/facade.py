"""The store as the rest of the program holds it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from market.events import SessionOpened
from store.database import Database
from store.export import Exported, export_ledger
from store.ledger import Ledger
from store.location import database_path
from store.projections import Projections
from store.sessions import Sessions
from store.trash import Trash
from store.verify import Progress, VerifyReport, verify
from store.whatifs import WhatIfs
from store.writer import SessionWriter, open_writer

if TYPE_CHECKING:
    from store.queries import Queries


class Store:
    """An open database; use it as a context manager, or close it.

    Attributes:
        database: the file and its connections.
        sessions: create, list, find, rename, tag and delete sessions.
        trash: sessions that lists leave out, and how they come back.
        whatifs: what a person saved of re-clearing a session under other rules.
        ledger: append and read events.
        projections: catch up, rebuild.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.sessions = Sessions(database)
        self.trash = Trash(database, self.sessions)
        self.whatifs = WhatIfs(database)
        self.ledger = Ledger(database)
        self.projections = Projections(database)

    @cached_property
    def queries(self) -> Queries:
        """Questions for reports and screens. The first use imports SQLModel."""
        from store.queries import Queries

        return Queries(self.database, self.projections)

    def opening(self, session_id: int) -> SessionOpened | None:
        """How a session began: its spec, tasks and workers; None where it was killed before."""
        for recorded in self.ledger.read(session_id, kinds=("session_opened",)):
            if isinstance(recorded.event, SessionOpened):
                return recorded.event
        return None

    def writer(self, session_id: int) -> AbstractContextManager[SessionWriter]:
        """Hold a session for running it; see `store.writer.open_writer`."""
        return open_writer(self.database, self.ledger, session_id)

    def verify(self, session_id: int, progress: Progress | None = None) -> VerifyReport:
        """Check a session's ledger; see `store.verify.verify`."""
        return verify(self.database, session_id, progress)

    def export(self, session_id: int, path: Path, replace: bool = False) -> Exported:
        """Write a session's ledger into a file; see `store.export.export_ledger`."""
        return export_ledger(self.database, self.ledger, session_id, path, replace)

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def open_store(path: Path | None = None) -> Store:
    """Open the database, built or migrated as needed.

    Args:
        path: the file; None looks at `MARKETBENCH_DB`, then at the platform's data folder.

    Raises:
        UnusableDatabaseError: the file or its folder can not be used; one line says why.
    """
    return Store(Database(database_path(path)))
