"""The workers of a session in Setup, and the models that further ones can be made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from marketbench_tui.lines import Line, Span
from marketbench_tui.setup import draft as drafts
from marketbench_tui.setup.messages import Edited
from marketbench_tui.setup.plan import Plan
from marketbench_tui.view import setup_workers as view
from marketbench_tui.view.setup_workers import ModelLine, WorkerLine
from marketbench_tui.widgets.columns import Column
from marketbench_tui.widgets.table import Table
from themes.tones import Tone

FAULTY = Span("✗", Tone.FAILED, bold=True)


def _named(row: WorkerLine) -> Line:
    return (FAULTY, Span(f" {row.name}", row.tone)) if row.faulty else (Span(row.name, row.tone),)


WORKERS: tuple[Column[WorkerLine], ...] = (
    Column("worker", _named, 12, 2, 24, keep=9),
    Column("", lambda row: view.badge(row.simulated), 5, keep=9),
    Column("model", lambda row: (Span(row.model),), 16, 3, 44, keep=9),
    Column("scaffold", lambda row: (Span(row.scaffold, Tone.SOFT),), 9, 1, 16, keep=4),
    Column("in $/M", lambda row: (Span(row.given),), 6, keep=6, right=True),
    Column("out $/M", lambda row: (Span(row.made),), 7, keep=6, right=True),
    Column("price from", lambda row: (Span(row.source, Tone.FAINT),), 15, 1, 28, keep=3),
    Column("key", lambda row: (row.key,), 12, keep=5),
    Column("settings", lambda row: (Span(row.settings, Tone.SOFT),), 10, 2, 40, keep=1),
)

MODELS: tuple[Column[ModelLine], ...] = (
    Column("model", lambda row: (Span(row.shown),), 24, 4, 60, keep=9),
    Column("", lambda row: view.badge(row.simulated), 5, keep=5),
    Column("listed by", lambda row: (Span(row.origin, Tone.SOFT),), 11, keep=4),
    Column("in $/M", lambda row: (Span(row.given),), 6, keep=7, right=True),
    Column("out $/M", lambda row: (Span(row.made),), 7, keep=7, right=True),
    Column("price from", lambda row: (Span(row.source, Tone.FAINT),), 15, 1, 28, keep=2),
    Column("key", lambda row: (row.key,), 12, keep=6),
)


class WorkerTable(Table[WorkerLine]):
    """Who bids."""

    PANE_TITLE = "Workers"
    HELP: ClassVar[str | None] = (
        "Who bids. A worker is a model with a scaffold and settings; several may share one model. a adds "
        "one, enter changes the chosen one in the form, d makes another like it, del takes it away.\n\n"
        "Prices are USD per million tokens, with who says so. A key is looked for in the environment and in "
        "a .env of this folder; a worker whose key is missing is left out of the session. SIM marks "
        "simulated workers, whose money is not real."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "screen.add_worker", "add"),
        Binding("enter", "open", "change", tooltip="change the chosen worker"),
        Binding("d", "twin", "duplicate"),
        Binding("delete,backspace", "remove", "remove", key_display="del"),
    ]

    def __init__(self) -> None:
        super().__init__(
            WORKERS,
            key=lambda row: str(row.at),
            empty="No worker yet. a adds one: simulated, of a provider, or on a server of your own.",
            id="setup-workers",
        )

    def follow(self, plan: Plan) -> None:
        """Show the workers of a plan."""
        self.show(view.worker_lines(plan))
        self.frame(self.titled(view.about(plan)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a worker that is there can be changed."""
        return bool(self.rows) if action in ("open", "twin", "remove") else True

    def action_twin(self) -> None:
        """Another worker like the chosen one."""
        chosen = self.chosen
        if chosen is not None:
            self.post_message(Edited(lambda draft: drafts.with_twin(draft, chosen.at)))

    def action_remove(self) -> None:
        """Take the chosen worker away."""
        chosen = self.chosen
        if chosen is not None:
            self.post_message(Edited(lambda draft: drafts.without_worker(draft, chosen.at)))


class ModelTable(Table[ModelLine]):
    """Models to choose from."""

    PANE_TITLE = "Models"
    HELP: ClassVar[str | None] = (
        "Models that can be workers: those of your configuration, simulated profiles, and whatever the words "
        "above find among all models that litellm knows a price of. A name that is not listed works as "
        "well: it stands in the last row."
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "open", "add this model")]

    def __init__(self) -> None:
        super().__init__(
            MODELS,
            key=lambda row: row.model,
            empty="No model matches. Type a name as litellm writes it, provider/model, to use it anyway.",
            id="models",
        )

    def fill(self, rows: Sequence[ModelLine]) -> None:
        """Show these models."""
        self.show(rows)
        self.frame(self.titled(f"{len(rows):,}"))
