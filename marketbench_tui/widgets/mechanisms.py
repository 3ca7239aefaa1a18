"""The mechanisms of Setup, and one bid worked through the chosen one."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType

from market.mechanisms import Mechanism, MechanismError
from market.spec import Unit
from marketbench_tui.lines import Line, Span, line
from marketbench_tui.setup import draft as drafts
from marketbench_tui.setup.example import P, work
from marketbench_tui.setup.messages import Edited
from marketbench_tui.setup.plan import Plan
from marketbench_tui.view import setup_market as view
from marketbench_tui.widgets.columns import Column
from marketbench_tui.widgets.page import Page
from marketbench_tui.widgets.table import Table
from themes.tones import Tone

STEP = 0.02
LEAST_P = 0.02


class MechanismTable(Table[type[Mechanism]]):
    """Who gets a task, and what it is paid."""

    PANE_TITLE = "Mechanism"
    HELP: ClassVar[str | None] = (
        "Who gets a task, and what it is paid or charged. Moving the choice chooses; the knobs of each "
        "keep what you typed for them. The pane beside shows the rule as bidders are told it, and one bid "
        "worked through it."
    )

    def __init__(self) -> None:
        columns: tuple[Column[type[Mechanism]], ...] = (
            Column("mechanism", lambda kind: (Span(kind.name),), 16, keep=9),
            Column("what it does", lambda kind: (Span(kind.summary, Tone.SOFT),), 72, 1, keep=1),
        )
        super().__init__(columns, key=lambda kind: kind.name, empty="", id="setup-mechanisms")

    def follow(self, plan: Plan) -> None:
        """Show the mechanism of a plan as chosen."""
        self.show(view.mechanisms())
        self.choose(plan.draft.mechanism)
        self.frame(self.titled(""))

    @on(Table.Moved)
    def _moved(self, event: Table.Moved) -> None:
        event.stop()
        chosen = self.chosen
        if chosen is not None:
            self.post_message(Edited(lambda draft: drafts.with_mechanism(draft, chosen.name)))


class Example(Page, can_focus=True):
    """One bid, worked through the mechanism as it is set."""

    PANE_TITLE = "What a bid is worth"
    HELP: ClassVar[str | None] = (
        "The payment rule as bidders are told it, and one bid worked through it with the knobs as they are: "
        "the score as a sum, what it pays, and the ask at which the bid expects nothing. ← and → change "
        "the probability that the bid states. At the published bounty of 90 and p 0.62 this is the worked "
        "bid of the published live market."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "change(-1)", "p", key_display="← →", tooltip="a lower probability"),
        Binding("right", "change(1)", "a higher probability", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(id="setup-example")
        self._p = P
        self._plan: Plan | None = None

    def follow(self, plan: Plan) -> None:
        """Work the bid through the plan's mechanism."""
        self._plan = plan
        self.frame(self.titled(plan.draft.mechanism))
        self.show(lambda width: self._worked(plan, width))

    def _worked(self, plan: Plan, width: int) -> list[Line]:
        composed = plan.composed
        if composed.mechanism is None:
            return [line(Span("The knobs have to be mended first.", Tone.SOFT))]
        seed = plan.spec.seed if plan.spec else 0
        unit = plan.spec.unit if plan.spec else Unit.USD
        try:
            bid = work(composed.mechanism, composed.elicitation, self._p, seed)
        except MechanismError as error:
            return [line(Span(str(error), Tone.FAILED))]
        return view.worked(bid, unit, composed.mechanism.name, width)

    def action_change(self, step: int) -> None:
        """State another probability."""
        self._p = min(1.0, max(LEAST_P, round(self._p + step * STEP, 2)))
        if self._plan is not None:
            self.follow(self._plan)
