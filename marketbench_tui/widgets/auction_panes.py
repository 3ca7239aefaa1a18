"""The panes of the Auction together: which are in sight, and what each is handed."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widget import Widget

from marketbench_tui.auction.clearing import Cleared
from marketbench_tui.auction.ports import Case
from marketbench_tui.charts.pareto import pareto_chart
from marketbench_tui.charts.profit import profit_chart
from marketbench_tui.charts.spec import Axis, Chart
from marketbench_tui.view import auction as view
from marketbench_tui.view.auction_difference import difference
from marketbench_tui.view.shape import Shape
from marketbench_tui.widgets.auction import (
    NO_FORECASTS,
    AllocationTable,
    AllocatorTable,
    Difference,
    ParetoPane,
    ProfitPane,
    WorkerShares,
)
from marketbench_tui.widgets.form import Form
from marketbench_tui.widgets.grid import Grid

PANES = {
    "knobs": "Knobs",
    "profit": "Profit",
    "shares": "Shares",
    "allocation": "Matrix",
    "pareto": "Cost",
    "allocators": "Allocators",
    "difference": "Versus",
}
"""What each pane is called, in the order of the digits."""
SHARED: dict[Shape, tuple[frozenset[str], ...]] = {
    Shape.NARROW: (frozenset(PANES) - {"knobs"},),
    Shape.NORMAL: (frozenset({"allocators", "difference"}),),
    Shape.WIDE: (),
}
"""Panes that share a place, by name."""
WAITING = "The forecasts are being cleared."


class AuctionPanes(Grid):
    """Arranges the panes and brings those in sight up to date.

    Attributes:
        shape: the layout.
        front: names of the panes in front where several share a place.
    """

    def __init__(self) -> None:
        super().__init__(id="auction")
        self.shape = Shape.NORMAL
        self.front: dict[Shape, str] = {Shape.NARROW: "allocators", Shape.NORMAL: "allocators"}
        self.form = Form("Knobs", id="knobs")
        self.profit = ProfitPane()
        self.shares = WorkerShares()
        self.allocation = AllocationTable()
        self.pareto = ParetoPane()
        self.allocators = AllocatorTable()
        self.difference = Difference()

    def compose(self) -> ComposeResult:
        """All panes; `show_in_sight` shows those there is room for."""
        yield from (
            self.form,
            self.profit,
            self.pareto,
            self.shares,
            self.allocation,
            self.difference,
            self.allocators,
        )

    def named(self, name: str) -> Widget:
        """A pane by its name."""
        return self.form if name == "knobs" else getattr(self, name)

    def zoomable(self) -> list[Widget]:
        """The panes that can have the whole screen."""
        return [self.named(name) for name in PANES if name != "knobs"]

    def first_in_sight(self) -> Widget:
        """The pane that takes the keyboard when the form lets go of it."""
        return next(pane for pane in self.zoomable() if pane.display)

    def bring(self, name: str) -> None:
        """Put a pane in front of those that share its place."""
        for group in SHARED[self.shape]:
            if name in group:
                self.front[self.shape] = name

    def show_in_sight(self) -> None:
        """Show the panes there is room for."""
        behind = {
            name for group in SHARED[self.shape] for name in group if name != self.front.get(self.shape)
        }
        for name in PANES:
            self.named(name).display = name not in behind

    def in_sight(self, zoomed: Widget | None) -> frozenset[str]:
        """Names of the panes that can be seen."""
        return frozenset(name for name in PANES if self._in_sight(name, zoomed))

    def _in_sight(self, name: str, zoomed: Widget | None) -> bool:
        pane = self.named(name)
        return pane is zoomed if zoomed is not None else pane.display

    def draw(
        self,
        case: Case,
        cleared: Cleared | None,
        refusal: str,
        excluded: frozenset[str],
        zoomed: Widget | None,
    ) -> None:
        """Bring the panes in sight up to date; the last figures stay while the knobs have faults.

        Args:
            case: the session.
            cleared: the last what-if that could be cleared.
            refusal: why the knobs as they are cannot be.
            excluded: workers that the knobs leave out.
            zoomed: the pane that has the whole screen.
        """
        sight = self.in_sight(zoomed)
        about = refusal or ("" if cleared else WAITING)
        if not len(case.observations):
            cleared = None
        if "shares" in sight:
            outcome, kept = (cleared.outcome, cleared.recorded) if cleared else (None, None)
            rows = view.worker_lines(case.observations.workers, excluded, outcome, kept, case.unit)
            self.shares.fill(rows, about)
        if cleared is None:
            self._draw_empty(about if len(case.observations) else NO_FORECASTS)
            return
        if "profit" in sight:
            auction = cleared.recleared.reserve
            self.profit.show(profit_chart(auction, case.observations.workers, case.unit))
        if "allocation" in sight:
            self.allocation.fill(
                cleared.outcome, frozenset(cleared.whatif.excluded), case.unit, str(cleared.whatif.mechanism)
            )
        if "difference" in sight:
            self.difference.show(lambda _: difference(cleared, case.retried, case.unit))
        if cleared.complete:
            self._draw_complete(case, cleared, about, sight)

    def _draw_complete(self, case: Case, cleared: Cleared, about: str, sight: frozenset[str]) -> None:
        compared, chosen = cleared.recleared.compared, cleared.whatif.mechanism
        if "pareto" in sight:
            self.pareto.show(pareto_chart(compared, chosen, cleared.recorded, case.unit))
        if "allocators" in sight:
            rows = view.allocator_lines(compared, chosen, cleared.recorded, case.unit)
            amounts = f"{case.unit}, sums over {cleared.outcome.tasks} tasks"
            self.allocators.fill(rows, about or amounts)

    def _draw_empty(self, why: str) -> None:
        for pane in (self.profit, self.pareto):
            pane.show(Chart("", "", Axis(""), Axis(""), empty=why))
        self.allocation.clear(why)
        self.allocators.clear(why)
        self.difference.show(lambda _: [view.sentence(why)])
