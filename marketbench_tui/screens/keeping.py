"""What a person does with a what-if: keep it, go back to a kept one, write it, price it anew."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from market.errors import MarketBenchError
from market.welfare.knobs import WhatIf
from marketbench_tui.auction.clearing import Bench, Cleared
from marketbench_tui.auction.files import FileExistsAlreadyError, document, write
from marketbench_tui.auction.knobs import PRICES, Knobs, Reading, knobs_of, prices_text, read, told, with_text
from marketbench_tui.auction.messages import AnswerRefused, PricesRead, WhatIfSaved, WhatIfWritten
from marketbench_tui.auction.ports import AuctionBackend, Case, Headline
from marketbench_tui.charts.shares import shares_chart
from marketbench_tui.charts.spec import Chart
from marketbench_tui.screens.charting import Charting
from marketbench_tui.screens.whatifs import SavedWhatIfs
from marketbench_tui.text import safe_line
from marketbench_tui.widgets.chart import ChartPane
from marketbench_tui.widgets.prompt import Prompt, Topic
from store.errors import WhatIfExistsError

LONGEST_OFFER = 60
"""Characters of the name that is offered for a what-if."""


class Keeping(Charting):
    """A screen that shows a what-if of a case.

    Args:
        case: the session.
        backend: where what-ifs are kept.

    Attributes:
        bench: clears the case.
        knobs: what is typed.
        reading: what that says.
        cleared: the last what-if that could be cleared.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "save", "save", tooltip="keep this what-if under a name"),
        Binding("l", "saved", "saved", tooltip="the what-ifs that were kept: load and compare"),
        Binding("e", "export", "export", tooltip="write the what-if as TOML or JSON"),
        Binding("p", "prices", "prices", show=False, tooltip="take the prices of a table (.csv)"),
    ]

    def __init__(self, case: Case, backend: AuctionBackend) -> None:
        super().__init__()
        self.case = case
        self.backend = backend
        self.bench = Bench(case)
        self.knobs: Knobs = knobs_of(case.whatif)
        self.reading: Reading = read(self.knobs, case.observations.workers)
        self.cleared: Cleared | None = None
        self._replaceable = ""

    def apply(self, knobs: Knobs) -> None:
        """Turn the knobs so, and clear again if that makes another what-if."""
        raise NotImplementedError

    def leave_prompt(self) -> None:
        """Give the keyboard to a pane."""
        raise NotImplementedError

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what was cleared can be kept and written."""
        if action in ("save", "export"):
            return self.cleared is not None and self.reading.whatif is not None
        return super().check_action(action, parameters)

    def action_save(self) -> None:
        """Keep the what-if under a name."""
        self._replaceable = ""
        whatif = self.reading.whatif
        name = safe_line(told(whatif, self.case.whatif))[:LONGEST_OFFER] if whatif else ""
        self.query_one(Prompt).ask(Topic.SAVE, name, "a name", label="save the what-if as")

    def action_export(self) -> None:
        """Write the what-if into a file."""
        self._replaceable = ""
        path = Path.cwd() / f"whatif-{self.case.number}.toml"
        self.query_one(Prompt).ask(Topic.EXPORT, str(path), "file.toml or file.json", label="what-if to")

    def action_export_shares(self) -> None:
        """Export the win shares as a chart."""
        if self.cleared is not None:
            everyone = self.case.observations.workers
            chart = shares_chart(
                [name for name in everyone if name not in self.cleared.whatif.excluded],
                everyone,
                self.cleared.outcome,
                self.cleared.recorded,
            )
            self.post_message(ChartPane.ExportAsked(chart))

    def action_saved(self) -> None:
        """List what was kept, to load and to compare."""
        self.app.push_screen(SavedWhatIfs(self.bench, self.backend, self.cleared), self._load)

    def _load(self, whatif: WhatIf | None) -> None:
        if whatif is not None:
            self.apply(knobs_of(whatif))

    def action_prices(self) -> None:
        """Take the prices of a table."""
        hint = "a .csv file with blended prices by model"
        self.query_one(Prompt).ask(Topic.LOAD, "", hint, label="price table")

    def file_stem(self, chart: Chart) -> str:
        """The session and what the chart shows."""
        return f"session-{self.case.number}-{chart.name}"

    @on(Prompt.Answered)
    def _answered(self, event: Prompt.Answered) -> None:
        text, cleared = event.text.strip(), self.cleared
        if cleared is None:
            return
        if event.topic is Topic.SAVE:
            self._save(text, cleared, replace=self._replaceable == text)
        elif event.topic is Topic.EXPORT and text:
            self._write_file(Path(text).expanduser(), cleared, replace=self._replaceable == text)
        elif event.topic is Topic.LOAD and text:
            self._read_prices(Path(text).expanduser())

    @on(Prompt.Cancelled)
    def _cancelled(self, event: Prompt.Cancelled) -> None:
        if event.topic is not Topic.CHART:
            self._close_prompt()

    @work(thread=True, group="keep", exclusive=True)
    def _save(self, name: str, cleared: Cleared, replace: bool) -> None:
        try:
            kept = self.backend.save(
                self.case.number, name, cleared.whatif, Headline.of(cleared.outcome), replace
            )
            self.post_message(WhatIfSaved(kept))
        except WhatIfExistsError as error:
            self.post_message(AnswerRefused(f"{error}; enter again replaces it", name))
        except MarketBenchError as error:
            self.post_message(AnswerRefused(str(error)))

    @work(thread=True, group="keep", exclusive=True)
    def _write_file(self, path: Path, cleared: Cleared, replace: bool) -> None:
        try:
            write(path, document(self.case, path.stem, cleared.whatif, cleared.outcome), replace)
            self.post_message(WhatIfWritten(path))
        except FileExistsAlreadyError as error:
            self.post_message(AnswerRefused(str(error), str(path)))
        except MarketBenchError as error:
            self.post_message(AnswerRefused(str(error)))

    @work(thread=True, group="keep", exclusive=True)
    def _read_prices(self, path: Path) -> None:
        try:
            self.post_message(PricesRead(path, self.backend.prices(self.case.number, path)))
        except MarketBenchError as error:
            self.post_message(AnswerRefused(str(error)))

    @on(PricesRead)
    def _prices_read(self, message: PricesRead) -> None:
        self._close_prompt()
        self.apply(with_text(self.knobs, PRICES, prices_text(message.repriced.prices)))
        missing = ", ".join(safe_line(name) for name in message.repriced.missing)
        besides = f" It has none for {missing}: the recorded price stands." if missing else ""
        self.notify(f"Prices are those of {message.path.name}.{besides}", markup=False)

    @on(WhatIfSaved)
    def _is_saved(self, message: WhatIfSaved) -> None:
        self._close_prompt()
        self.notify(f"Kept as {safe_line(message.name)}. l lists what was kept.", markup=False)

    @on(WhatIfWritten)
    def _is_written(self, message: WhatIfWritten) -> None:
        self._close_prompt()
        self.notify(f"The what-if is in {message.path}.", markup=False)

    @on(AnswerRefused)
    def _answer_refused(self, message: AnswerRefused) -> None:
        self._replaceable = message.again
        self.query_one(Prompt).refuse(message.reason)

    def _close_prompt(self) -> None:
        self.query_one(Prompt).close()
        self.leave_prompt()
