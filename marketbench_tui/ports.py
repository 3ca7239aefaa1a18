"""What the app asks of the rest of the program: sessions to list, open, start and delete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from market.state import Status

if TYPE_CHECKING:
    from marketbench_tui.feed import Feed


@dataclass(frozen=True, slots=True)
class SessionCard:
    """A session as the Desk lists it.

    Attributes:
        created_at: when it was opened, with a time zone.
        mean_p, pass_rate, gap: over the forecasts that have an outcome, in [0, 1]; None
            where there is none. `gap = mean_p - pass_rate`: above zero is overconfident.
    """

    id: int
    name: str
    status: Status
    suite: str
    mechanism: str
    simulated: bool
    created_at: datetime
    tasks: int
    closed: int
    solved: int
    spent_usd_nano: int
    workers: int = 0
    mean_p: float | None = None
    pass_rate: float | None = None
    gap: float | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A session to show on the Floor.

    Attributes:
        session: its number in the store; None where it is not known yet.
        name: what the header calls it until its first event says more.
    """

    session: int | None
    name: str
    feed: Feed


class Backend(Protocol):
    """Everything outside the screen, called from threads of its own.

    Every method raises `market.errors.MarketBenchError` for what a person can mend.
    """

    def sessions(self) -> Sequence[SessionCard]:
        """All sessions, the newest first."""
        ...

    def open(self, session: int) -> Opened:
        """A session as it stands in the ledger; nothing runs."""
        ...

    def start_demo(self) -> Opened:
        """A new offline session of simulated workers, running."""
        ...

    def resume(self, session: int) -> Opened:
        """Go on with a session that was stopped; what it recorded comes first."""
        ...

    def delete(self, session: int) -> None:
        """Remove a session and its ledger."""
        ...
