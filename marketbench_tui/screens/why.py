"""Explanations over the Floor: why a bid won, and what went wrong with a worker."""

from __future__ import annotations

from market.state import SessionState, TaskState
from marketbench_tui.screens.dialogs import Dialog
from marketbench_tui.text import safe_line
from marketbench_tui.view.why import answer, question
from marketbench_tui.view.worker import about


class Why(Dialog):
    """The parts of a bid's score as a sum, and what decided."""

    def __init__(self, state: SessionState, task: TaskState, worker: str) -> None:
        super().__init__(question(state, task, worker), lambda _: [(), *answer(state, task, worker)])


class AboutWorker(Dialog):
    """A worker: its model and price, and everything that went wrong with it."""

    def __init__(self, state: SessionState, worker: str) -> None:
        super().__init__(safe_line(worker), lambda _: [(), *about(state, worker)])
