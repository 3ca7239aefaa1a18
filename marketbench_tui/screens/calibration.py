"""Calibration: what was said against what happened, drawn, and in figures with intervals.

The screen owns which groups are drawn and what is asked; a thread reads and analyses, first
without intervals, which takes no time, then with them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.message import Message
from textual.widget import Widget
from textual.worker import get_current_worker

import themes
from market.calibration import POOLED, Analysis
from market.errors import MarketBenchError
from market.observations import Observations
from marketbench_tui.charts.reliability import reliability
from marketbench_tui.charts.series import Series, against, series_of
from marketbench_tui.charts.sharpness import sharpness
from marketbench_tui.charts.spec import Chart
from marketbench_tui.charts.tokens import tokens
from marketbench_tui.messages import Trouble
from marketbench_tui.ports import Backend, SessionCard
from marketbench_tui.screens.charting import Charting
from marketbench_tui.screens.choose_session import ChooseSession
from marketbench_tui.study import LEVEL, By, Question, answer
from marketbench_tui.view import calibration as view
from marketbench_tui.view.shape import Shape, shape_of
from marketbench_tui.widgets.calibration_charts import ReliabilityPane, SharpnessPane, TokensPane
from marketbench_tui.widgets.chart import ChartPane
from marketbench_tui.widgets.groups import Figures, Groups
from marketbench_tui.widgets.keybar import KeyBar
from marketbench_tui.widgets.page import HeaderLine, Page
from marketbench_tui.widgets.panetabs import PaneTabs
from marketbench_tui.widgets.prompt import Prompt
from marketbench_tui.widgets.table import Table

SHEET = Path(themes.__file__).parent / "calibration.tcss"
PANES = {
    "groups": "Workers",
    "reliability": "Reliability",
    "sharpness": "Sharpness",
    "tokens": "Tokens",
    "figures": "Figures",
}
SHARING = ("reliability", "sharpness", "tokens", "figures")
"""Panes that share one place in a narrow terminal."""


class Calibration(Charting):
    """One session's calibration, or that of two against each other.

    Args:
        backend: reads sessions, in a thread.
        session: the number of the session.
    """

    CSS_PATH: ClassVar = [SHEET]
    HELP: ClassVar[str | None] = (
        "Calibration sets what workers said against what happened: as a reliability diagram, a histogram of "
        "what was said, the ratio of estimated to actual tokens, and in figures with intervals. Nothing here "
        "is changed, and nothing is spent."
    )
    ALLOW_IN_MAXIMIZED_VIEW: ClassVar[str | None] = "HeaderLine, KeyBar, Prompt"
    AUTO_FOCUS: ClassVar[str | None] = "#groups"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "by", "by part", tooltip="by worker, by difficulty, by repository"),
        Binding("v", "compare", "compare", tooltip="compare with another session"),
        Binding("z", "zoom", "zoom"),
        Binding("ctrl+r", "reload", "read again", show=False, tooltip="read the session again"),
        Binding("1", "go('groups')", "groups", show=False),
        Binding("2", "go('reliability')", "reliability", show=False),
        Binding("3", "go('sharpness')", "sharpness", show=False),
        Binding("4", "go('tokens')", "tokens", show=False),
        Binding("5", "go('figures')", "figures", show=False),
        Binding("escape", "back", "back"),
    ]

    class Read(Message):
        """The sessions there are, and the forecasts of those that were asked for."""

        def __init__(self, cards: Sequence[SessionCard], observed: Mapping[int, Observations]) -> None:
            super().__init__()
            self.cards = cards
            self.observed = observed

    class Analysed(Message):
        """The answer to a question about a session; one with intervals takes the place of one without."""

        def __init__(self, session: int, question: Question, analysis: Analysis) -> None:
            super().__init__()
            self.session = session
            self.question = question
            self.analysis = analysis

    def __init__(self, backend: Backend, session: int) -> None:
        super().__init__()
        self._backend = backend
        self._session = session
        self._other: int | None = None
        self._cards: Mapping[int, SessionCard] = {}
        self._observed: dict[int, Observations] = {}
        self._answers: dict[tuple[int, Question], Analysis] = {}
        self._question = Question()
        self._hidden: set[str] = {POOLED}
        self._front = "reliability"

    def compose(self) -> ComposeResult:
        """Groups and figures on the left, charts on the right; one behind another where it is narrow."""
        yield HeaderLine()
        yield PaneTabs(PANES)
        with Container(id="calibration"):
            yield Groups()
            yield ReliabilityPane()
            with Vertical(id="figures-pane"):
                yield Figures()
                yield Page(side=1, id="about-figure")
            yield SharpnessPane()
            yield TokensPane()
        yield Prompt()
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the session."""
        self._draw()
        self._read((self._session,))

    def on_resize(self, event: events.Resize) -> None:
        """Choose the layout for the new size."""
        shape = shape_of(event.size.width, event.size.height)
        for each in Shape:
            self.set_class(each is shape, f"-{each}")
        self._arrange()
        self.call_after_refresh(self._draw)

    # --- threads, and what they say ---------------------------------------------------

    @work(thread=True, group="read", exclusive=True)
    def _read(self, sessions: Sequence[int]) -> None:
        try:
            cards = self._backend.sessions()
            observed = {session: self._backend.observations(session) for session in sessions}
        except MarketBenchError as error:
            self.post_message(Trouble(str(error)))
            return
        self.post_message(self.Read(cards, observed))

    @work(thread=True, group="analyse", exclusive=True)
    def _analyse(self, wanted: Sequence[tuple[int, Observations]], question: Question) -> None:
        """Without intervals for all first, then with them."""
        worker = get_current_worker()
        for asked in (replace(question, resamples=0), question):
            for session, observations in wanted:
                found = answer(observations, asked)
                if worker.is_cancelled:
                    return
                self.post_message(self.Analysed(session, question, found))

    @on(Read)
    def _was_read(self, message: Read) -> None:
        self._cards = {card.id: card for card in message.cards}
        self._observed |= message.observed
        for session in message.observed:
            self._answers = {key: found for key, found in self._answers.items() if key[0] != session}
        self._ask()

    @on(Analysed)
    def _was_analysed(self, message: Analysed) -> None:
        self._answers[message.session, message.question] = message.analysis
        self._draw()

    def _ask(self) -> None:
        """Analyse what is not analysed yet."""
        sessions = [self._session, *([self._other] if self._other is not None else [])]
        missing = [
            (session, self._observed[session])
            for session in sessions
            if session in self._observed and not self._is_whole(session)
        ]
        if missing:
            self._analyse(missing, self._question)
        self._draw()

    def _is_whole(self, session: int) -> bool:
        found = self._answers.get((session, self._question))
        return found is not None and found.resamples > 0

    # --- what is shown ----------------------------------------------------------------

    @property
    def analysis(self) -> Analysis | None:
        """What is known of the session, put together as asked."""
        return self._answers.get((self._session, self._question))

    @property
    def _against(self) -> Analysis | None:
        return None if self._other is None else self._answers.get((self._other, self._question))

    @property
    def _groups(self) -> tuple[Series, ...]:
        found = self.analysis
        return series_of(found.workers, found.pooled, short=True) if found and found.pooled.n else ()

    @property
    def _waiting(self) -> str:
        """Why there are no groups of forecasts that have outcomes; empty where there are some."""
        if self._groups:
            return ""
        return view.ALL_UNKNOWN if self.analysis else view.COUNTING

    def _other_of(self, series: Series) -> Series | None:
        other = self._against
        return against(series, (*other.workers, other.pooled), f"#{self._other}") if other else None

    def _draw(self) -> None:
        groups = self._groups
        nothing = view.nothing(self._observed.get(self._session)) or self._waiting
        table = self.query_one(Groups)
        rows = view.group_lines(groups, self._hidden)
        table.show(rows, empty=nothing)
        table.frame(view.groups_title(self._question.by, sum(row.shown for row in rows), len(rows)))
        card, other = self._cards.get(self._session), self._cards.get(self._other or -1)
        self.query_one(HeaderLine).show(lambda width: [view.header(card, other, self.analysis, width)])
        self._draw_charts(groups)
        self._draw_figures()
        self.refresh_bindings()

    def _chosen_of(self, groups: Sequence[Series]) -> Series | None:
        row = self.query_one(Groups).chosen
        return next((series for series in groups if row and series.name == row.key), None)

    def _others(self) -> set[str]:
        """The names of all groups but the chosen."""
        row = self.query_one(Groups).chosen
        return {series.name for series in self._groups} - {row.key if row else ""}

    def _draw_charts(self, groups: Sequence[Series]) -> None:
        chosen = self._chosen_of(groups)
        shown: list[Series] = []
        for series in (series for series in groups if series.name not in self._hidden):
            other = self._other_of(series)
            shown += [series, *([other] if other else [])]
        hint = view.ALL_HIDDEN if groups and not shown else "" if self.analysis else view.COUNTING
        for pane, chart in (
            ("reliability", reliability(shown, chosen)),
            ("sharpness", sharpness(shown)),
            ("tokens", tokens(shown)),
        ):
            place = self.query_one(f"#{pane}", ChartPane)
            place.brief = self._other is None  # capital letters stand in no row
            place.show(replace(chart, empty=hint or chart.empty))

    def _draw_figures(self) -> None:
        chosen = self._chosen_of(self._groups)
        other = self._other_of(chosen) if chosen else None
        table = self.query_one(Figures)
        table.compare(self._session, self._other)
        analysis = other.analysis if other else None
        empty = view.NO_FIGURES if self.analysis else view.COUNTING
        table.show(view.figure_lines(chosen.analysis, analysis) if chosen else (), empty=empty)
        table.frame(view.figures_title(chosen))
        self._draw_about()

    def _draw_about(self) -> None:
        row, page = self.query_one(Figures).chosen, self.query_one("#about-figure", Page)
        page.display = row is not None
        missing = self._against is not None and row is not None and not row.other
        against = view.not_there(self._other) if missing else ""
        page.show(lambda _: view.about_figure(row, LEVEL, self._is_whole(self._session), against))

    def _arrange(self) -> None:
        """In a narrow terminal one of the panes that share a place is in front."""
        narrow = self.has_class(f"-{Shape.NARROW}")
        for name in SHARING:
            self._place(name).display = not narrow or name == self._front
        tabs = self.query_one(PaneTabs)
        tabs.display = narrow
        tabs.mark(frozenset({"groups", self._front}), frozenset())

    def _place(self, name: str) -> Widget:
        """What holds a pane."""
        return self.query_one("#figures-pane" if name == "figures" else f"#{name}")

    def file_stem(self, chart: Chart) -> str:
        """The name that is offered for a chart's files."""
        against = f"-{self._other}" if self._other is not None else ""
        return f"calibration-{self._session}{against}-{chart.name}"

    # --- what keys do -----------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only keys that would do something are offered."""
        if action == "by":
            return not view.nothing(self._observed.get(self._session))
        if action == "compare":
            return bool(self._groups)
        return super().check_action(action, parameters)

    def action_by(self) -> None:
        """Put forecasts together by worker, by difficulty, by repository: those of the workers drawn."""
        drawn = [series for series in self._groups if series.name not in self._hidden]
        if self._question.by is By.WORKER:
            pooled = any(series.name == POOLED for series in drawn)
            every = pooled or len(drawn) == len(self._groups) - 1
            asked = () if every else tuple(series.analysis.worker for series in drawn)
            self._question = replace(self._question, workers=asked)
        self._question = replace(self._question, by=self._question.by.following)
        if self._question.by is By.WORKER:
            self._question = replace(self._question, workers=())
        self._hidden = {POOLED}
        self._ask()

    def action_compare(self) -> None:
        """Choose another session to compare with."""
        cards = view.comparable(list(self._cards.values()), self._session)
        self.app.push_screen(ChooseSession(f"Compare #{self._session} with", cards), self._compare)

    def _compare(self, other: int | None) -> None:
        if other is None:
            return
        self._hidden = self._others()
        self._other = other
        if other in self._observed:
            self._ask()
        else:
            self._read((other,))

    def action_zoom(self) -> None:
        """Give the focused pane the whole screen, or give the others their place back."""
        if self.maximized is not None:
            self.minimize()
        elif self.focused is not None:
            self.maximize(self.focused, container=False)

    def action_reload(self) -> None:
        """Read what has been recorded by now."""
        self._read(tuple(self._observed) or (self._session,))

    def action_go(self, name: str) -> None:
        """Go to a pane, one behind another too."""
        if name in SHARING:
            self._front = name
            self._arrange()
        self.call_after_refresh(self.query_one(f"#{name}").focus)
        self.call_after_refresh(self._draw)

    def action_back(self) -> None:
        """Give a zoomed pane its place back, end a comparison, or leave."""
        if self.maximized is not None:
            self.minimize()
        elif self._other is not None:
            self._other = None
            self._hidden = {POOLED}
            self._draw()
        else:
            self.dismiss()

    # --- what panes say ---------------------------------------------------------------

    @on(Table.Moved, "#groups")
    def _group_chosen(self) -> None:
        self._draw()

    @on(Groups.Toggled)
    def _toggled(self, event: Groups.Toggled) -> None:
        self._hidden ^= {event.row.key}
        self._draw()

    @on(Table.Opened, "#groups")
    def _alone(self) -> None:
        others = self._others()
        self._hidden = {POOLED} if self._hidden == others else others
        self._draw()

    @on(Table.Moved, "#figures")
    def _figure_chosen(self) -> None:
        self._draw_about()
