"""What-ifs that a person saved: the knobs, and the figures they gave, beside the session.

They are no part of the ledger: no event tells of them and no hash covers them. They go when
their session goes. What the knobs and figures are is the business of whoever wrote them; here
both are JSON objects, checked to be such.
"""

from __future__ import annotations

import difflib
import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from store.database import Database
from store.errors import UnknownSessionError, UnknownWhatIfError, WhatIfExistsError, WhatIfRefusedError
from store.labels import clean_name
from store.times import from_text, to_text

_COLUMNS = "SELECT id, session_id, name, created_at, knobs, figures FROM whatifs WHERE session_id = ?"
_LIST = f"{_COLUMNS} ORDER BY id"
_BY_NAME = f"{_COLUMNS} AND name = ?"
_INSERT = "INSERT INTO whatifs (session_id, name, created_at, knobs, figures) VALUES (?, ?, ?, ?, ?)"
_REPLACE = "UPDATE whatifs SET created_at = ?, knobs = ?, figures = ? WHERE session_id = ? AND name = ?"
_RENAME = "UPDATE whatifs SET name = ? WHERE session_id = ? AND name = ?"
_DELETE = "DELETE FROM whatifs WHERE session_id = ? AND name = ?"
_SESSION = "SELECT 1 FROM sessions WHERE id = ?"

KIND = "what-if"


@dataclass(frozen=True, slots=True)
class SavedWhatIf:
    """A what-if as it was saved.

    Attributes:
        name: what a person called it; each name once a session.
        created_at: when it was saved, in UTC.
        knobs: what was set, a JSON object.
        figures: the headline figures it gave when it was saved, a JSON object.
    """

    id: int
    session_id: int
    name: str
    created_at: datetime
    knobs: str
    figures: str


class WhatIfs:
    """The saved what-ifs of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(
        self,
        session_id: int,
        name: str,
        knobs: str,
        figures: str,
        replace: bool = False,
        at: datetime | None = None,
    ) -> SavedWhatIf:
        """Keep a what-if under a name.

        Args:
            session_id: the session it is about.
            name: one line of text.
            knobs, figures: JSON objects; numbers are finite.
            replace: whether a what-if of that name gives way.
            at: the time of saving; now, if not given.

        Raises:
            UnknownSessionError: no such session.
            LabelRefusedError: the text can not be a name.
            WhatIfExistsError: the name is taken.
            WhatIfRefusedError: a text is not a JSON object.
        """
        name = clean_name(name, of=KIND)
        texts = _object_text("knobs", knobs), _object_text("figures", figures)
        when = to_text(at or datetime.now(UTC))
        with self._database.transaction() as connection:
            _need_session(connection, session_id)
            if replace and connection.execute(_REPLACE, (when, *texts, session_id, name)).rowcount:
                return self.get(session_id, name, connection)
            try:
                connection.execute(_INSERT, (session_id, name, when, *texts))
            except sqlite3.IntegrityError:
                raise WhatIfExistsError(_taken(session_id, name)) from None
            return self.get(session_id, name, connection)

    def list(self, session_id: int) -> tuple[SavedWhatIf, ...]:
        """The what-ifs of a session in the order they were first saved.

        Raises:
            UnknownSessionError: no such session.
        """
        with self._database.reading() as connection:
            _need_session(connection, session_id)
            return tuple(_saved(row) for row in connection.execute(_LIST, (session_id,)))

    def get(self, session_id: int, name: str, connection: sqlite3.Connection | None = None) -> SavedWhatIf:
        """The what-if of that name.

        Raises:
            UnknownSessionError: no such session.
            UnknownWhatIfError: it has no such what-if; the message lists names that are near.
        """
        if connection is None:
            with self._database.reading() as opened:
                return self.get(session_id, name, opened)
        _need_session(connection, session_id)
        row = connection.execute(_BY_NAME, (session_id, name)).fetchone()
        if row is None:
            raise _unknown(connection, session_id, name)
        return _saved(row)

    def rename(self, session_id: int, name: str, to: str) -> str:
        """Call a what-if something else, and return the name as it is stored.

        Raises:
            UnknownSessionError: no such session.
            UnknownWhatIfError: it has no such what-if.
            LabelRefusedError: the text can not be a name.
            WhatIfExistsError: another one is called so.
        """
        to = clean_name(to, of=KIND)
        try:
            self._change(_RENAME, (to, session_id, name), session_id, name)
        except sqlite3.IntegrityError:
            raise WhatIfExistsError(_taken(session_id, to)) from None
        return to

    def delete(self, session_id: int, name: str) -> None:
        """Remove a what-if for good.

        Raises:
            UnknownSessionError: no such session.
            UnknownWhatIfError: it has no such what-if.
        """
        self._change(_DELETE, (session_id, name), session_id, name)

    def _change(self, statement: str, values: tuple[object, ...], session_id: int, name: str) -> None:
        with self._database.transaction() as connection:
            _need_session(connection, session_id)
            if not connection.execute(statement, values).rowcount:
                raise _unknown(connection, session_id, name)


def _saved(row: tuple[Any, ...]) -> SavedWhatIf:
    number, session_id, name, created_at, knobs, figures = row
    return SavedWhatIf(number, session_id, name, from_text(created_at), knobs, figures)


def _need_session(connection: sqlite3.Connection, session_id: int) -> None:
    if connection.execute(_SESSION, (session_id,)).fetchone() is None:
        raise UnknownSessionError(f"there is no session #{session_id}")


def _object_text(what: str, text: str) -> str:
    """The JSON object of a text, written in one way: without blanks, keys in their order."""
    try:
        found = json.loads(text, parse_constant=_refuse_constant)
    except ValueError as error:
        raise WhatIfRefusedError(f"the {what} of a what-if must be JSON: {error}") from None
    if not isinstance(found, dict):
        raise WhatIfRefusedError(f"the {what} of a what-if must be a JSON object, not {text[:40]}")
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no finite number")


def _taken(session_id: int, name: str) -> str:
    return f"session #{session_id} has a what-if called {name!r} already; choose another name"


def _unknown(connection: sqlite3.Connection, session_id: int, name: str) -> UnknownWhatIfError:
    names = [_saved(row).name for row in connection.execute(_LIST, (session_id,))]
    if not names:
        return UnknownWhatIfError(f"session #{session_id} has no saved what-ifs")
    near = difflib.get_close_matches(name, names, n=5, cutoff=0.4) or names[:5]
    return UnknownWhatIfError(
        f"session #{session_id} has no what-if {name!r}; did you mean {', '.join(map(repr, near))}?"
    )
