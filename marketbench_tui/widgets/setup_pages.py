"""Pages of Setup: a task's problem statement, whether the session can start, and its spec."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from marketbench_tui.lines import Span, line
from marketbench_tui.setup.plan import Plan
from marketbench_tui.setup.tasks import TaskIndex, TaskRow
from marketbench_tui.view import setup_start, setup_tasks
from marketbench_tui.widgets.page import Page
from runners.specfile import write_spec
from themes.tones import Tone


class Statement(Page, can_focus=True):
    """The problem statement of the chosen task."""

    PANE_TITLE = "Problem"
    HELP: ClassVar[str | None] = (
        "The problem statement of the chosen task, as workers are told it. Its text is made harmless: "
        "controls and escapes are shown or taken out. y copies it as it was written."
    )

    def __init__(self) -> None:
        super().__init__(side=1, id="setup-statement")
        self._of: tuple[TaskIndex, TaskRow] | None = None

    def follow(self, index: TaskIndex | None, row: TaskRow | None) -> None:
        """Show the statement of a task."""
        of = None if index is None or row is None else (index, row)
        if self._of == of and of is not None:
            return
        self._of = of
        self.frame(self.titled(row.shown if row else ""))
        lines = setup_tasks.statement(*of) if of else [line(Span("No task is chosen.", Tone.SOFT))]
        self.show(lambda _: lines)
        self.scroll_home(animate=False)

    def copied(self) -> str:
        """The statement as it was written."""
        if self._of is None:
            return ""
        index, row = self._of
        return index.task(row).problem


class Readiness(Page, can_focus=True):
    """What is missing, and what it will cost."""

    PANE_TITLE = "Before you start"
    HELP: ClassVar[str | None] = (
        "What is missing before the session can start, and what to know all the same. Below it what it will "
        "use: the expected figure shares attempts equally among the workers; the bounds give them all to "
        "the cheapest worker, passing at once, and to the dearest ones, failing. Figures come from "
        "calls of earlier sessions where a model has some, and from a prior range where it has none.\n\n"
        "Enter starts the session; ctrl+r does from every step."
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "screen.start", "start")]

    def __init__(self) -> None:
        super().__init__(side=1, id="setup-readiness")

    def follow(self, plan: Plan) -> None:
        """Show where a plan stands."""
        lines = setup_start.readiness(plan)
        self.frame(self.titled(""))
        self.show(lambda _: lines)


class SpecPage(Page, can_focus=True):
    """The spec as `marketbench run` takes it."""

    PANE_TITLE = "Spec"
    HELP: ClassVar[str | None] = (
        "The session as a TOML file: what Setup makes and what marketbench run takes are the same. y copies "
        "it, ctrl+s saves it, ctrl+o fills Setup in from a file."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "screen.save", "save"),
        Binding("l", "screen.load", "load"),
    ]

    def __init__(self) -> None:
        super().__init__(side=1, id="setup-spec")
        self._text = ""

    def follow(self, plan: Plan) -> None:
        """Show the spec of a plan, or why there is none."""
        self._text = write_spec(plan.spec) if plan.spec else ""
        nothing = [line(Span("There is no spec before what is missing is mended.", Tone.SOFT))]
        lines = setup_start.toml(self._text) if self._text else nothing
        self.frame(self.titled("as TOML"), (Span("y copies, s saves, l loads", Tone.FAINT),))
        self.show(lambda _: lines)

    def copied(self) -> str:
        """The spec as it stands in a file."""
        return self._text

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a spec that is there can be saved."""
        return bool(self._text) if action == "screen.save" else True
