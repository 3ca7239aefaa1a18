"""What can go wrong between the program and its database, each as one clear line.

Every message says what to do; whoever catches a `StoreError` shows it as it is.
"""

from __future__ import annotations

from market.errors import MarketBenchError


class StoreError(MarketBenchError):
    """Something about the database that a person can act on."""


class UnusableDatabaseError(StoreError):
    """The file can not be opened, is not ours, or is newer than this program."""


class UnknownSessionError(StoreError):
    """No session answers to that id or name."""


class SessionBusyError(StoreError):
    """Another process is running the session."""


class HeadMovedError(StoreError):
    """Somebody else appended to the session's ledger since its head was read."""


class BrokenLedgerError(StoreError):
    """A stored event can not be read or contradicts those before it."""


class TrashedSessionError(StoreError):
    """The session is in the trash, and must be restored before it is run."""


class LabelRefusedError(StoreError):
    """A text can not be a name or a tag."""


class UnknownWhatIfError(StoreError):
    """The session has no saved what-if of that name."""


class WhatIfRefusedError(StoreError):
    """A what-if cannot be saved so: its name is taken, or it is no JSON object."""


class WhatIfExistsError(WhatIfRefusedError):
    """The session has a what-if of that name already."""


class ExportRefusedError(StoreError):
    """The file can not be written, or is there already."""


class ImportRefusedError(StoreError):
    """The file can not be imported; nothing of it was stored."""
