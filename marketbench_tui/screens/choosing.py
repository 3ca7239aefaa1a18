"""Dialogs of Setup in which one thing is chosen: a suite, or a model for a further worker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Label

from market.errors import MarketBenchError
from marketbench_tui.lines import Span
from marketbench_tui.screens.over import Over
from marketbench_tui.setup.ports import SetupBackend
from marketbench_tui.view.setup_workers import model_lines, typed_name
from marketbench_tui.widgets.columns import Column
from marketbench_tui.widgets.table import Table
from marketbench_tui.widgets.worker_table import ModelTable
from runners.models.catalogue import ModelEntry
from themes.tones import Tone


class KnownSuite(NamedTuple):
    """A suite that can be asked for by name."""

    name: str
    title: str
    about: str


SUITES = (
    KnownSuite("starter", "starter", "ships with MarketBench, all gradable here"),
    KnownSuite("SWE-bench/SWE-bench_Lite", "SWE-bench Lite", "300 tasks, from Hugging Face"),
    KnownSuite("SWE-bench/SWE-bench_Verified", "SWE-bench Verified", "500 tasks, from Hugging Face"),
)


class SuiteTable(Table[KnownSuite]):
    """Suites by name."""

    PANE_TITLE = "Suites"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "open", "open")]

    def __init__(self) -> None:
        columns: tuple[Column[KnownSuite], ...] = (
            Column("suite", lambda row: (Span(row.title),), 18, keep=9),
            Column("", lambda row: (Span(row.about, Tone.SOFT),), 30, 1, keep=2),
        )
        super().__init__(columns, key=lambda row: row.name, empty="", id="suites")


class ChooseSuite(Over[str]):
    """A suite by name, or one of a person's own by path; None where nothing was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    def __init__(self, current: str) -> None:
        super().__init__()
        self._current = current

    def compose(self) -> ComposeResult:
        """The named suites over a line for a path."""
        with Vertical(id="choosing"):
            yield Label("Open a suite", classes="heading")
            yield SuiteTable()
            yield Label("or a task-repo folder, a .jsonl, .json or .parquet file, or owner/name:")
            yield Input(id="path", placeholder="path or dataset", compact=True, select_on_focus=False)

    def on_mount(self) -> None:
        """Begin at the suite in use."""
        table = self.query_one(SuiteTable)
        table.show(SUITES)
        table.frame(table.titled(""))
        if any(suite.name == self._current for suite in SUITES):
            table.choose(self._current)
        else:
            self.query_one(Input).value = self._current
        table.focus()

    @on(Table.Opened)
    def _named(self) -> None:
        chosen = self.query_one(SuiteTable).chosen
        self.dismiss(chosen.name if chosen else None)

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip() or None)


class Search(NamedTuple):
    """Words of a model's name, and the base URL of a server of one's own."""

    words: str
    api_base: str


class ModelChoice(NamedTuple):
    """A model for a worker, and the server it is on if that is not the provider's own."""

    model: str
    api_base: str = ""


class ChooseModel(Over[ModelChoice]):
    """A model found by words, or one that is not listed; None where nothing was chosen.

    Args:
        backend: looks models up, in a thread.
        heading: what the model is for.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "down", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    class Found(Message):
        """What a search found, and what its words are as a name."""

        def __init__(self, search: Search, entries: Sequence[ModelEntry], typed: ModelEntry | None) -> None:
            super().__init__()
            self.search = search
            self.entries = entries
            self.typed = typed

    class Failed(Message):
        """Models cannot be listed."""

        def __init__(self, reason: str) -> None:
            super().__init__()
            self.reason = reason

    def __init__(self, backend: SetupBackend, heading: str = "Add a worker") -> None:
        super().__init__()
        self._backend = backend
        self._heading = heading

    def compose(self) -> ComposeResult:
        """Words over what they find; below, a server of one's own."""
        with Vertical(id="choosing", classes="-tall"):
            yield Label(self._heading, classes="heading")
            yield Input(
                id="words",
                placeholder="words of a model's name, as gpt-5 mini; or all of it, as ollama/qwen3:8b",
                compact=True,
                select_on_focus=False,
            )
            yield ModelTable()
            yield Label("Base URL of an OpenAI-compatible server, for models of your own:")
            yield Input(
                id="base", placeholder="http://localhost:8000/v1", compact=True, select_on_focus=False
            )

    def on_mount(self) -> None:
        """Begin with what is configured and simulated."""
        self._look_up(self.search)
        self.query_one("#words").focus()

    @property
    def search(self) -> Search:
        """What is typed."""
        return Search(self.query_one("#words", Input).value, self.query_one("#base", Input).value.strip())

    @work(thread=True, exclusive=True)
    def _look_up(self, search: Search) -> None:
        name = typed_name(*search)
        try:
            entries = self._backend.models(search.words)
            typed = self._backend.describe([name])[0] if name else None
        except MarketBenchError as error:
            self.post_message(self.Failed(str(error)))
        else:
            self.post_message(self.Found(search, entries, typed))

    @on(Found)
    def _found(self, message: Found) -> None:
        if message.search == self.search:
            named = "/" in message.search.words or bool(message.search.api_base)
            self.query_one(ModelTable).fill(model_lines(message.entries, message.typed, first=named))

    @on(Failed)
    def _failed(self, message: Failed) -> None:
        self.notify(message.reason, title="Models cannot be listed", severity="error", markup=False)

    @on(Input.Changed)
    def _typed(self) -> None:
        self._look_up(self.search)

    @on(Input.Submitted)
    @on(Table.Opened)
    def _take(self) -> None:
        chosen = self.query_one(ModelTable).chosen
        if chosen is not None:
            self.dismiss(ModelChoice(chosen.model, self.search.api_base))

    def action_down(self) -> None:
        """From the words into the list."""
        self.query_one(ModelTable).focus()
