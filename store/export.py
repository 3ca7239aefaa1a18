"""Writes a session's ledger into a file of its own: JSON lines, one an event, with the hashes.

A line holds the event's place, time and hashes, and as `payload` the event itself, byte for
byte as it was hashed. So whoever has the file alone can check the chain (see `store.chain`):
the payload is what stands between `"payload":` and the last brace of its line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from store.database import Database
from store.errors import BrokenLedgerError, ExportRefusedError
from store.ledger import Ledger, LedgerRow
from store.verify import verify


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written: how many events it has, and the hash of the last."""

    path: Path
    events: int
    head_hash: str


def export_ledger(
    database: Database, ledger: Ledger, session_id: int, path: Path, replace: bool = False
) -> Exported:
    """Write the events of a session, which are verified first; of a running one those up to now.

    Args:
        database: where the session is.
        ledger: reads it.
        session_id: the session.
        path: the file; its folder exists.
        replace: whether a file that is there already may be replaced.

    Raises:
        UnknownSessionError: no such session.
        BrokenLedgerError: the ledger does not verify; nothing is written.
        ExportRefusedError: the file exists, or cannot be written.
    """
    found = verify(database, session_id)
    if found.broken:
        raise BrokenLedgerError(f"session #{session_id} does not verify: {found.broken.message}")
    if path.exists() and not replace:
        raise ExportRefusedError(f"{path} exists; choose another file or have it replaced")
    _write(path, (_line(row) for row in _rows(ledger, session_id, found.head_seq)))
    return Exported(path, found.events, found.head_hash)


def _rows(ledger: Ledger, session_id: int, head_seq: int) -> Iterator[LedgerRow]:
    seq = 1
    while seq <= head_seq and (page := ledger.page(session_id, seq)):
        yield from (row for row in page if row.seq <= head_seq)
        seq = page[-1].seq + 1


def _line(row: LedgerRow) -> str:
    place = {
        "seq": row.seq,
        "at_utc": row.at_utc,
        "offset_us": row.offset_us,
        "kind": row.kind,
        "prev_hash": row.prev_hash,
        "hash": row.hash,
    }
    return f'{json.dumps(place)[:-1]}, "payload":{row.payload}}}\n'


def _write(path: Path, lines: Iterator[str]) -> None:
    """Write beside the file and move it there, so that the name never stands for half a ledger."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(lines)
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise ExportRefusedError(
            f"cannot write {path} ({error.strerror or error}); choose another file"
        ) from error
