"""Sessions from start to end: a spec and a store in, a running engine out.

The engine is made inside `begin` or `carry_on`, which hold the session's lock for as long
as it runs, so that no two processes ever write one ledger.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from market.errors import MarketBenchError
from market.events import Event, Recorded, SessionOpened, WorkerCard
from market.mechanisms import build
from market.spec import SessionSpec
from market.state import SessionState, Status, fold
from runners.bidding import Cards, no_cards
from runners.engine import Engine, Tools
from runners.graders.local import LocalGrader
from runners.models.base import Gateway
from runners.models.gateway import LiteLLMGateway
from runners.models.simulated import is_simulated
from runners.recorder import Recorder
from runners.scaffolds.one_shot import OneShot
from runners.settings import Settings
from runners.suites.loading import load_suite, select
from runners.suites.task import Suite, Task
from store import Store

ENGINE = "1"
"""The engine's behaviour, kept with each session; it changes when equal specs would run differently."""


class SessionError(MarketBenchError):
    """A session that cannot be started or resumed."""


@dataclass(frozen=True, slots=True)
class Permissions:
    """What a person allowed for this run; never part of a spec that others may share."""

    unsandboxed: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """A session that is ready to run. `history` is what earlier runs of it recorded."""

    session: int
    engine: Engine
    history: Sequence[Recorded] = ()


@dataclass(frozen=True, slots=True)
class Workshop:
    """What every session here is made with."""

    store: Store
    settings: Settings
    permissions: Permissions = Permissions()

    @asynccontextmanager
    async def begin(self, spec: SessionSpec) -> AsyncIterator[Prepared]:
        """A new session for this spec, ready to run.

        Raises:
            SessionError, SuiteError: the spec names something that is not there or cannot be run.
        """
        suite = load_suite(spec.suite)
        tasks = gradable(suite, spec)
        gateway = self._gateway(suite)
        opened = describe(spec, tasks, gateway)
        session = self.store.sessions.create(spec.name)
        with self.store.writer(session) as writer:
            yield Prepared(session, Engine(opened, tasks, self._tools(gateway), Recorder(writer.append)))

    @asynccontextmanager
    async def carry_on(self, reference: int | str) -> AsyncIterator[Prepared]:
        """A session that was stopped or killed, ready to go on where it was.

        Raises:
            SessionError: the session has ended, was imported, or its suite has changed.
        """
        session = self.store.sessions.get(reference).id
        with self.store.writer(session) as writer:
            history = tuple(self.store.ledger.read(session))
            events = [recorded.event for recorded in history]
            state = fold(events)
            opened = _resumable(session, state, events)
            suite = load_suite(opened.spec.suite if opened.spec else "")
            tasks = select(suite, [card.id for card in opened.tasks])
            recorder = Recorder(writer.append, state, writer.elapsed_us)
            engine = Engine(opened, tasks, self._tools(self._gateway(suite)), recorder)
            yield Prepared(session, engine, history)

    def _gateway(self, suite: Suite) -> Gateway:
        return LiteLLMGateway(self.settings, suite)

    def _tools(self, gateway: Gateway, cards: Cards = no_cards) -> Tools:
        return Tools(
            gateway=gateway,
            scaffolds={OneShot.name: OneShot()},
            grader=LocalGrader(allow_unsandboxed=self.permissions.unsandboxed),
            cards=cards,
        )


def gradable(suite: Suite, spec: SessionSpec) -> tuple[Task, ...]:
    """The spec's tasks in its order, all of them gradable.

    Raises:
        SuiteError: a task is not in the suite.
        SessionError: grading a task would need what the suite lacks.
    """
    tasks = select(suite, spec.tasks)
    lacking = [task for task in tasks if not task.gradable]
    if lacking:
        raise SessionError(
            f"{len(lacking)} of {len(tasks)} tasks cannot be graded: {lacking[0].id} lacks "
            f"{', '.join(lacking[0].missing)}; choose other tasks (`marketbench tasks list` says which)"
        )
    return tasks


def describe(spec: SessionSpec, tasks: Sequence[Task], gateway: Gateway) -> SessionOpened:
    """The first event of a session.

    Raises:
        SessionError: a worker names a scaffold that is not there.
    """
    build(spec.mechanism)
    for worker in spec.workers:
        if worker.scaffold != OneShot.name:
            raise SessionError(
                f"worker {worker.name}: no scaffold {worker.scaffold}; there is {OneShot.name}"
            )
    return SessionOpened(
        spec=spec,
        simulated=any(is_simulated(worker.model) for worker in spec.workers),
        tasks=tuple(task.card() for task in tasks),
        workers=tuple(
            WorkerCard(
                name=worker.name,
                model=worker.model,
                scaffold=worker.scaffold,
                price=gateway.price(worker.model),
                simulated=is_simulated(worker.model),
            )
            for worker in spec.workers
        ),
        version=ENGINE,
    )


def _resumable(session: int, state: SessionState, events: Sequence[Event]) -> SessionOpened:
    if not events or not isinstance(events[0], SessionOpened):
        raise SessionError(f"session #{session} was killed before it began; start it again")
    if events[0].spec is None:
        raise SessionError(f"session #{session} was imported; it can be read, not run")
    if state.status is Status.FINISHED:
        raise SessionError(f"session #{session} is finished; there is nothing left to do")
    return events[0]
