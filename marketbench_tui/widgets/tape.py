"""The tape of events."""

from __future__ import annotations

from typing import ClassVar

from marketbench_tui.lines import Span
from marketbench_tui.watch import Watch
from marketbench_tui.widgets.stream import Stream
from themes.tones import Tone


class Tape(Stream):
    """What happened, one sentence an event."""

    PANE_TITLE = "Tape"
    DIGIT = "5"
    HELP: ClassVar[str | None] = (
        "What happened, one line an event, at your local time: rounds, awards, verdicts, settlements, "
        "bounties that rose, calls that failed. Single forecasts, bids and model output are left to the "
        "other panes. Scrolling up stops the tape; the end key goes on with it."
    )

    def __init__(self) -> None:
        super().__init__(folded=False, empty="Nothing has happened yet.", id="tape")

    def show(self, watch: Watch) -> None:
        """Show the end of the tape."""
        self.follow(watch.tape)
        self.frame(self.titled(""), (Span(self.notice, Tone.FAINT),) if self.notice else ())
