"""A what-if of a case, cleared: at once what its own mechanism gives, and then everything else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from market.welfare.contrast import Contrast, contrast
from market.welfare.knobs import Allocator, WhatIf
from market.welfare.outcome import Outcome
from market.whatif import Prepared, Recleared, prepare, reclear, recorded
from marketbench_tui.auction.ports import Case

SMALL = 2_000
"""Forecasts up to which the screen may wait for its own mechanism to clear: a few milliseconds."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """What a what-if gives.

    Attributes:
        complete: whether every other allocator was cleared as well.
        recorded: the awards of the session in the accounts of the what-if; None where it made none.
        changed: the what-if less the recorded run; None where there is none, or not complete.
        rival: the allocator that `rivalry` is with.
        rivalry: the what-if less the rival; None before it is complete.
    """

    recleared: Recleared
    complete: bool
    recorded: Outcome | None
    changed: Contrast | None = None
    rival: Allocator | None = None
    rivalry: Contrast | None = None

    @property
    def whatif(self) -> WhatIf:
        """The knobs."""
        return self.recleared.whatif

    @property
    def outcome(self) -> Outcome:
        """Of the what-if's own mechanism."""
        return self.recleared.outcome


class Bench:
    """A case, ready to be cleared many times; its methods may be called in any thread."""

    def __init__(self, case: Case) -> None:
        self.case = case

    @cached_property
    def prepared(self) -> Prepared:
        """What no knob changes."""
        return prepare(self.case.observations)

    @property
    def small(self) -> bool:
        """Whether the screen may wait for `at_once`."""
        return len(self.case.observations) <= SMALL

    def at_once(self, whatif: WhatIf) -> Cleared:
        """The what-if's own mechanism, and the recorded awards beside it.

        Raises:
            WhatIfError: a worker it names is unknown, or none is left.
        """
        recleared = reclear(self.prepared, whatif, compare=False)
        return Cleared(recleared, False, self._recorded(recleared))

    def complete(self, whatif: WhatIf, rival: Allocator) -> Cleared:
        """Every allocator, and how sure the differences are.

        Raises:
            WhatIfError: a worker it names is unknown, or none is left.
        """
        recleared = reclear(self.prepared, whatif)
        kept = self._recorded(recleared)
        return Cleared(
            recleared=recleared,
            complete=True,
            recorded=kept,
            changed=contrast(recleared.outcome, kept) if kept else None,
            rival=rival,
            rivalry=contrast(recleared.outcome, recleared.compared[rival]),
        )

    def _recorded(self, recleared: Recleared) -> Outcome | None:
        return recorded(recleared, self.case.awards) if self.case.awards else None
