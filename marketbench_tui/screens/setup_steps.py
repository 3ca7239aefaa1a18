"""The four steps of Setup: what panes each has, and how they hang together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Container

from marketbench_tui.setup import draft as drafts
from marketbench_tui.setup import fields
from marketbench_tui.setup.messages import Edited
from marketbench_tui.setup.paths import worker_path
from marketbench_tui.setup.plan import Plan, Step
from marketbench_tui.widgets.form import Form
from marketbench_tui.widgets.mechanisms import Example, MechanismTable
from marketbench_tui.widgets.setup_pages import Readiness, SpecPage, Statement
from marketbench_tui.widgets.table import Table
from marketbench_tui.widgets.task_table import TaskTable
from marketbench_tui.widgets.worker_table import WorkerTable


class StepPanes(Container):
    """The panes of one step."""

    STEP: ClassVar[Step]

    def __init__(self) -> None:
        super().__init__(id=self.STEP.value, classes="step")

    def follow(self, plan: Plan) -> None:
        """Show a plan; only called while the step is in front."""
        raise NotImplementedError

    def enter(self) -> None:
        """Take the keyboard, where a person begins."""
        raise NotImplementedError


class TasksStep(StepPanes):
    """The task list beside the statement of the chosen task."""

    STEP = Step.TASKS

    def compose(self) -> ComposeResult:
        """List and statement."""
        yield TaskTable()
        yield Statement()

    def follow(self, plan: Plan) -> None:
        """Show the suite and its marks."""
        self.query_one(TaskTable).follow(plan)
        self._state(plan)

    def narrow(self, words: str, plan: Plan) -> None:
        """Keep the tasks that match these words."""
        self.query_one(TaskTable).narrow(words)
        self._state(plan)

    def enter(self) -> None:
        """Into the list."""
        self.query_one(TaskTable).focus()

    def _state(self, plan: Plan) -> None:
        self.query_one(Statement).follow(plan.known.index, self.query_one(TaskTable).chosen)

    @on(Table.Moved, "#setup-tasks")
    def _chosen(self, event: Table.Moved) -> None:
        event.stop()
        table = self.query_one(TaskTable)
        self.query_one(Statement).follow(table.suite, table.chosen)


class WorkersStep(StepPanes):
    """The workers over a form for the chosen one."""

    STEP = Step.WORKERS

    def __init__(self) -> None:
        super().__init__()
        self._plan: Plan | None = None

    def compose(self) -> ComposeResult:
        """List and form."""
        yield WorkerTable()
        yield Form("Settings", id="setup-worker")

    def follow(self, plan: Plan) -> None:
        """Show the workers."""
        self._plan = plan
        self.query_one(WorkerTable).follow(plan)
        self._fill()

    def enter(self) -> None:
        """Into the list."""
        self.query_one(WorkerTable).focus()

    def choose(self, at: int) -> None:
        """Choose the worker at this place."""
        self.query_one(WorkerTable).choose(str(at))
        self._fill()

    @property
    def at(self) -> int | None:
        """The place of the chosen worker."""
        chosen = self.query_one(WorkerTable).chosen
        return chosen.at if chosen else None

    def _fill(self) -> None:
        plan, at, form = self._plan, self.at, self.query_one(Form)
        form.display = at is not None
        if plan is not None and at is not None:
            worker = plan.draft.workers[at]
            texts: Mapping[str, str] = asdict(worker)
            form.show(
                fields.worker(plan.known.scaffolds),
                texts,
                lambda name: plan.fault(worker_path(at, name)),
                about=f"of {worker.name}",
            )

    @on(Table.Moved, "#setup-workers")
    def _chosen(self, event: Table.Moved) -> None:
        event.stop()
        self._fill()

    @on(Table.Opened, "#setup-workers")
    def _opened(self, event: Table.Opened) -> None:
        event.stop()
        self.query_one(Form).enter()

    @on(Form.Typed)
    def _typed(self, event: Form.Typed) -> None:
        event.stop()
        at = self.at
        if at is not None:
            self.post_message(
                Edited(lambda draft: drafts.with_worker_text(draft, at, event.path, event.text))
            )


class MarketStep(StepPanes):
    """The mechanisms, the knobs of the chosen one, and a bid worked through it."""

    STEP = Step.MARKET

    def compose(self) -> ComposeResult:
        """List, form, example."""
        with Container(id="setup-settings"):
            yield MechanismTable()
            yield Form("Knobs", id="setup-knobs")
        yield Example()

    def follow(self, plan: Plan) -> None:
        """Show the market."""
        self.query_one(MechanismTable).follow(plan)
        self.query_one(Form).show(
            (*fields.knobs(plan.draft), *fields.ELICITATION),
            plan.draft.texts,
            plan.fault,
            about="and elicitation",
        )
        self.query_one(Example).follow(plan)

    def enter(self) -> None:
        """Into the list."""
        self.query_one(MechanismTable).focus()

    @on(Form.Typed)
    def _typed(self, event: Form.Typed) -> None:
        event.stop()
        self.post_message(Edited(lambda draft: drafts.with_text(draft, event.path, event.text)))


class StartStep(StepPanes):
    """What the session may use, what it will cost, and its spec."""

    STEP = Step.START

    def compose(self) -> ComposeResult:
        """Readiness, form, spec."""
        yield Readiness()
        yield SpecPage()
        yield Form("Session", id="setup-session")

    def follow(self, plan: Plan) -> None:
        """Show where the plan stands."""
        self.query_one(Readiness).follow(plan)
        self.query_one(SpecPage).follow(plan)
        self.query_one(Form).show(fields.SESSION, plan.draft.texts, plan.fault)

    def enter(self) -> None:
        """To where enter starts."""
        self.query_one(Readiness).focus()

    @on(Form.Typed)
    def _typed(self, event: Form.Typed) -> None:
        event.stop()
        self.post_message(Edited(lambda draft: drafts.with_text(draft, event.path, event.text)))
