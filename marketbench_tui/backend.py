"""The app's way to everything outside the screen: the store below it and the runners."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from marketbench_tui.feed import LiveFeed, RecordedFeed
from marketbench_tui.ports import Opened, SessionCard
from store import SessionInfo, Store, open_store

if TYPE_CHECKING:
    from market.report import ReportRow
    from market.spec import SessionSpec
    from runners.session import Workshop


class StoreBackend:
    """Sessions of one database.

    Args:
        path: the database file; None for the usual place.
        allow_unsandboxed: whether code of models may run without a sandbox.
    """

    def __init__(self, path: Path | None = None, allow_unsandboxed: bool = False) -> None:
        self._store: Store = open_store(path)
        self._allow_unsandboxed = allow_unsandboxed
        self._figures: dict[tuple[int, int], ReportRow] = {}

    def sessions(self) -> Sequence[SessionCard]:
        """All sessions, the newest first."""
        return [self._card(info) for info in self._store.sessions.list()]

    def open(self, session: int) -> Opened:
        """A session as it stands in the ledger; nothing runs."""
        info = self._store.sessions.get(session)
        return Opened(info.id, info.name, RecordedFeed(self._store.ledger.read(info.id)))

    def start(self, spec: SessionSpec) -> Opened:
        """A new session, running."""
        return self._running(None, spec.name, LiveFeed(lambda: self._workshop().begin(spec)))

    def start_demo(self) -> Opened:
        """A new offline session of simulated workers, running at a pace that can be watched."""
        from runners.demo import demo_spec

        return self.start(demo_spec(pace=1.0))

    def resume(self, session: int) -> Opened:
        """Go on with a session that was stopped; what it recorded comes first."""
        info = self._store.sessions.get(session)
        return self._running(info.id, info.name, LiveFeed(lambda: self._workshop().carry_on(info.id)))

    def delete(self, session: int) -> None:
        """Remove a session and its ledger."""
        self._store.sessions.delete(session)

    def _running(self, session: int | None, name: str, feed: LiveFeed) -> Opened:
        feed.start()
        return Opened(session, name, feed)

    def _workshop(self) -> Workshop:
        from runners.session import Permissions, Workshop
        from runners.settings import load_settings

        return Workshop(self._store, load_settings(), Permissions(self._allow_unsandboxed))

    def _card(self, info: SessionInfo) -> SessionCard:
        row = self._pooled(info)
        return SessionCard(
            id=info.id,
            name=info.name,
            status=info.status,
            suite=info.suite or info.origin,
            mechanism=info.mechanism,
            simulated=info.simulated,
            created_at=info.created_at,
            tasks=info.tasks,
            closed=info.tasks_closed,
            solved=info.tasks_solved,
            spent_usd_nano=info.spent_usd_nano,
            workers=info.workers,
            mean_p=row.mean_p if row else None,
            pass_rate=row.pass_rate if row else None,
            gap=row.gap if row else None,
        )

    def _pooled(self, info: SessionInfo) -> ReportRow | None:
        """The pooled figures of a session, derived once for each length of its ledger."""
        if not (info.passes + info.fails and info.forecasts) or info.live:
            return None
        key = (info.id, info.head_seq)
        if key not in self._figures:
            from marketbench_tui.reports import report_of

            self._figures[key] = report_of(self._store, info.id).pooled
        return self._figures[key]
