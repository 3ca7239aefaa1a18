"""What screens with charts share: `e` on a chart asks for a path, and writes its files."""

from __future__ import annotations

from pathlib import Path

from textual import on, work
from textual.widget import Widget

from marketbench_tui.charts.export import ChartExistsError, ChartRefusedError, export, suffixes
from marketbench_tui.charts.spec import Chart
from marketbench_tui.messages import ChartRefused, ChartWritten
from marketbench_tui.screens.place import Place
from marketbench_tui.widgets.chart import ChartPane
from marketbench_tui.widgets.prompt import Prompt, Topic

HINT = "a path; .png, .svg or .csv at its end writes that one alone"


class Charting(Place):
    """A screen with charts and a `Prompt`. Its panes of charts need nothing more than to be there.

    A screen that asks for other things too handles the topics of its own, and leaves `Topic.CHART`.
    """

    _asked: tuple[Chart, Widget | None] | None = None
    _existing = ""

    def file_stem(self, chart: Chart) -> str:
        """The name without suffix that is offered for a chart."""
        return chart.name

    @on(ChartPane.ExportAsked)
    def _ask_for_path(self, event: ChartPane.ExportAsked) -> None:
        self._asked, self._existing = (event.chart, self.focused), ""
        path = str(Path.cwd() / self.file_stem(event.chart))
        self.query_one(Prompt).ask(Topic.CHART, path, HINT, label="PNG, SVG and CSV as")

    @on(Prompt.Answered)
    def _path_given(self, event: Prompt.Answered) -> None:
        if event.topic is not Topic.CHART or self._asked is None:
            return
        text = event.text.strip()
        if text:
            path = Path(text).expanduser()
            self._write(self._asked[0], path, replace=self._existing == str(path))
        else:
            self.query_one(Prompt).refuse("give the name of a file, as in chart.png")

    @on(Prompt.Cancelled)
    def _path_withheld(self, event: Prompt.Cancelled) -> None:
        if event.topic is Topic.CHART:
            self._back_to_chart()

    @work(thread=True, group="chart", exclusive=True)
    def _write(self, chart: Chart, path: Path, replace: bool) -> None:
        try:
            self.post_message(ChartWritten(export(chart, path, replace)))
        except ChartExistsError as error:
            self.post_message(ChartRefused(f"{error}; enter again replaces", again=str(path)))
        except ChartRefusedError as error:
            self.post_message(ChartRefused(str(error)))

    @on(ChartWritten)
    def _written(self, message: ChartWritten) -> None:
        self._back_to_chart()
        folder = message.paths[0].parent
        self.notify(f"{message.paths[0].stem}: {suffixes(message.paths)} in {folder}.", markup=False)

    @on(ChartRefused)
    def _refused(self, message: ChartRefused) -> None:
        self._existing = message.again
        self.query_one(Prompt).refuse(message.reason)

    def _back_to_chart(self) -> None:
        self.query_one(Prompt).close()
        pane = self._asked[1] if self._asked else None
        if pane is not None:
            pane.focus()
