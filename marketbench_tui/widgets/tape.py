"""The tape of events."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from marketbench_tui.lines import Span
from marketbench_tui.watch import Watch
from marketbench_tui.widgets.stream import Stream
from themes.tones import Tone

EMPTY = "Nothing has happened yet."


class Tape(Stream):
    """What happened, one sentence an event."""

    PANE_TITLE = "Tape"
    DIGIT = "5"
    HELP: ClassVar[str | None] = (
        "What happened, one line an event, at your local time: rounds, awards, verdicts, settlements, "
        "bounties that rose, calls that failed. Single forecasts, bids and model output are left to the "
        "other panes. Scrolling up stops the tape; the end key goes on with it.\n\n"
        "/ filters: every word must occur in a line. kind: asks for the kind of thing (award, verdict, "
        "fail, settled, call, error), worker: and task: for whom and what it is about; "
        "kind:fail worker:atlas keeps the failures of atlas."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "screen.filter", "filter", key_display="/"),
    ]

    def __init__(self) -> None:
        super().__init__(folded=False, empty=EMPTY, id="tape")

    def show(self, watch: Watch) -> None:
        """Show the end of the tape."""
        tape = watch.tape
        nothing = (
            f"Nothing matches “{tape.words}”. Escape in the filter line clears it." if tape.words else EMPTY
        )
        self.follow(tape.tail, nothing)
        about = f"{tape.tail.count:,} of {tape.count:,} match {tape.words}" if tape.words else ""
        self.frame(self.titled(about), (Span(self.notice, Tone.FAINT),) if self.notice else ())
