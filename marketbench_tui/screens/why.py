"""Why did this bid win? The score of one bid, part by part."""

from __future__ import annotations

from market.state import SessionState, TaskState
from marketbench_tui.screens.dialogs import Dialog
from marketbench_tui.view.why import answer, question


class Why(Dialog):
    """The parts of a bid's score as a sum, and what decided."""

    def __init__(self, state: SessionState, task: TaskState, worker: str) -> None:
        super().__init__(question(state, task, worker), lambda _: [(), *answer(state, task, worker)])
