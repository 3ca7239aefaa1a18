"""The closing summary in place of the execution panes."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from marketbench_tui.lines import Line, Span
from marketbench_tui.view.summary import summary
from marketbench_tui.watch import Watch
from marketbench_tui.widgets.page import Page
from themes.tones import Tone


class Summary(Page, can_focus=True):
    """How the session ended."""

    PANE_TITLE = "How it ended"
    DIGIT = "4"
    HELP: ClassVar[str | None] = (
        "How the session ended: tasks solved, time and money, and for each worker what it said it would "
        "solve beside what it solved, over the same tasks. The bar goes right of the middle where it "
        "promised more than it did, left where it promised less.\n\n"
        "x or [ and ] show the attempts instead, enter on a task those of that task."
    )

    def __init__(self) -> None:
        super().__init__(id="summary")

    def follow(self, watch: Watch, now: datetime) -> None:
        """Show how the session ended."""
        elapsed = watch.elapsed_us(now)

        def make(width: int) -> list[Line]:
            return summary(watch.state, elapsed, watch.tones, width, watch.error)

        self.show(make)
        hint = "x shows the attempts" if watch.attempts else ""
        self.frame(self.titled(""), (Span(hint, Tone.FAINT),) if hint else ())
