"""The one database file: connections for reading, one for writing, and an engine for SQLModel."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Generator
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from store.errors import StoreError
from store.schema import connect, explain, prepare

if TYPE_CHECKING:
    from sqlalchemy import Engine


class Database:
    """An open database, safe to use from several threads.

    The driver is used directly where it is many times faster (the ledger, the list of
    sessions) and through SQLModel elsewhere; SQLModel is imported on first use.

    Raises:
        UnusableDatabaseError: see `store.schema.prepare`.
    """

    def __init__(self, path: Path) -> None:
        prepare(path)
        self.path = path
        self._writer = connect(path)
        self._writing = threading.RLock()

    @contextmanager
    def transaction(self) -> Generator[sqlite3.Connection]:
        """A transaction that may write; within another of the same thread it joins that one.

        Raises:
            StoreError: SQLite refused (locked for too long, disk full, damaged).
        """
        with self._writing:
            if self._writer.in_transaction:
                yield self._writer
                return
            with self._explained():
                try:
                    self._writer.execute("BEGIN IMMEDIATE")
                    yield self._writer
                    self._writer.execute("COMMIT")
                finally:
                    if self._writer.in_transaction:
                        self._writer.execute("ROLLBACK")

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """A connection of one's own for reading, closed afterwards.

        Raises:
            StoreError: SQLite refused.
        """
        with self._explained(), closing(connect(self.path)) as connection:
            yield connection

    @cached_property
    def engine(self) -> Engine:
        """SQLAlchemy's view of the same file, for SQLModel queries."""
        from sqlalchemy import NullPool, create_engine

        return create_engine("sqlite://", creator=lambda: connect(self.path), poolclass=NullPool)

    @contextmanager
    def _explained(self) -> Generator[None]:
        """Turn what SQLite says of the file into one clear line; our own mistakes stay as they are."""
        try:
            yield
        except (sqlite3.ProgrammingError, sqlite3.IntegrityError):
            raise
        except sqlite3.DatabaseError as error:
            raise StoreError(explain(self.path, error)) from error

    def close(self) -> None:
        """Close the writing connection; reading ones are never kept."""
        self._writer.close()
