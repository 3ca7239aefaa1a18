"""The hash chain: what each event's hash covers, and what the first one follows.

The hash leaves out which session an event belongs to, so that an exported ledger has the
same head wherever it is imported.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

GENESIS = hashlib.sha256(b"marketbench ledger 1").hexdigest()
"""What the first event of every ledger names as its predecessor."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last event of a ledger: its position and its hash."""

    seq: int = 0
    hash: str = GENESIS


def link(prev_hash: bytes, seq: int, at_utc: bytes, offset_us: int, kind: bytes, payload: bytes) -> str:
    """The hash of an event, as 64 hexadecimal digits.

    Variable parts carry their length in bytes, so that no two events encode alike.
    """
    head = b"%b %d %d %d:%b %d:%b %d:" % (
        prev_hash,
        seq,
        offset_us,
        len(at_utc),
        at_utc,
        len(kind),
        kind,
        len(payload),
    )
    digest = hashlib.sha256(head)
    digest.update(payload)
    return digest.hexdigest()
