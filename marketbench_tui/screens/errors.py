"""What went wrong since the app was opened, in one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import ClassVar

from marketbench_tui.lines import Line, Span, line
from marketbench_tui.screens.dialogs import Dialog
from marketbench_tui.text import safe
from themes.tones import Tone


@dataclass(frozen=True, slots=True)
class Mishap:
    """Something that did not work.

    Attributes:
        at: when, with a time zone.
        where: the screen that was open.
        text: one line that says what to do.
        detail: what else is known, in any number of lines.
    """

    at: datetime
    where: str
    text: str
    detail: str = ""


class Errors(Dialog):
    """Every mishap of this run of the app, the newest first, each with what is known of it."""

    HELP: ClassVar[str | None] = (
        "What went wrong since you opened the app: the time, the screen, what to do, and below it what else "
        "is known. y copies all of it, for a report."
    )

    def __init__(self, mishaps: Sequence[Mishap], zone: tzinfo | None) -> None:
        count = f"{len(mishaps)} error" + ("" if len(mishaps) == 1 else "s")
        super().__init__(f"{count} since the app was opened", lambda _: _lines(mishaps, zone))


def _lines(mishaps: Sequence[Mishap], zone: tzinfo | None) -> list[Line]:
    lines: list[Line] = [()]
    for mishap in reversed(mishaps):
        at = mishap.at.astimezone(zone)
        lines.append(line(Span(f"{at:%H:%M:%S}  ", Tone.FAINT), Span(f"on the {mishap.where}", Tone.SOFT)))
        lines += [line(Span(text, Tone.FAILED)) for text in safe(mishap.text).splitlines()]
        lines += [line(Span(f"  {text}", Tone.SOFT)) for text in safe(mishap.detail).splitlines()]
        lines.append(())
    return lines
