"""What threads tell the Auction screen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textual.message import Message

from market.welfare.knobs import WhatIf
from marketbench_tui.auction.clearing import Cleared
from marketbench_tui.auction.ports import Kept
from marketbench_tui.auctions import Repriced


class WhatIfCleared(Message):
    """A what-if was cleared."""

    def __init__(self, cleared: Cleared) -> None:
        super().__init__()
        self.cleared = cleared


class WhatIfRefused(Message):
    """A what-if cannot be cleared; the reason is one line."""

    def __init__(self, whatif: WhatIf, reason: str) -> None:
        super().__init__()
        self.whatif = whatif
        self.reason = reason


class ClearingEnded(Message):
    """The thread that clears is free."""


class SavedListed(Message):
    """The saved what-ifs, each as it clears now; None where it does not."""

    def __init__(self, saved: Sequence[Kept], cleared: Sequence[Cleared | None]) -> None:
        super().__init__()
        self.saved = saved
        self.cleared = cleared


class SavedChanged(Message):
    """A saved what-if was renamed or removed."""


class WhatIfSaved(Message):
    """The what-if is kept under this name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class WhatIfWritten(Message):
    """The what-if is in this file."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path


class PricesRead(Message):
    """A price table was read."""

    def __init__(self, path: Path, repriced: Repriced) -> None:
        super().__init__()
        self.path = path
        self.repriced = repriced


class AnswerRefused(Message):
    """What was typed at the foot does not do; `again` replaces what is there if it is given again."""

    def __init__(self, reason: str, again: str = "") -> None:
        super().__init__()
        self.reason = reason
        self.again = again
