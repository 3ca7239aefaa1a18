"""Advisory file locks: one runner a session, one migration a database.

They are `flock`s on files in `<database>.locks/`, which the operating system releases
when their holder dies, `kill -9` included: nothing is ever left to clean up.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from store.errors import SessionBusyError, UnusableDatabaseError

_TRIES = 5
_BETWEEN_TRIES_S = 0.02


def lock_folder(database: Path) -> Path:
    """The folder of a database's lock files, beside it."""
    return Path(f"{database}.locks")


@contextmanager
def schema_lock(database: Path) -> Generator[None]:
    """Wait until nobody else builds or migrates this database, and keep others from it.

    Raises:
        UnusableDatabaseError: the folder of the database can not be written.
    """
    handle = _open(lock_folder(database) / "schema")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def session_lock(database: Path, session_id: int) -> Generator[None]:
    """Keep every other process, and every other run in this one, off a session.

    Raises:
        SessionBusyError: somebody holds it; the message names the process.
        UnusableDatabaseError: the folder of the database can not be written.
    """
    handle = _open(_session_file(database, session_id))
    try:
        if not _acquired(handle):
            holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip() or "unknown"
            raise SessionBusyError(
                f"session #{session_id} is being run by process {holder}; stop it there first"
            )
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)


def is_locked(database: Path, session_id: int) -> bool:
    """Whether somebody is running the session now."""
    try:
        handle = os.open(_session_file(database, session_id), os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def remove_session_lock(database: Path, session_id: int) -> None:
    """Remove the lock file of a deleted session, if it has one."""
    _session_file(database, session_id).unlink(missing_ok=True)


def _session_file(database: Path, session_id: int) -> Path:
    return lock_folder(database) / str(session_id)


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise UnusableDatabaseError(
            f"cannot write in {path.parent} ({error.strerror}); choose another file with --db"
        ) from error


def _acquired(handle: int) -> bool:
    """Try a few times: `is_locked` in another process holds a lock for an instant."""
    for left in reversed(range(_TRIES)):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if left:
                time.sleep(_BETWEEN_TRIES_S)
        else:
            return True
    return False
