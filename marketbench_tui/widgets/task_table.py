"""The tasks of a suite in Setup: marked one by one, in ranges, all, none, or by chance."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType

from marketbench_tui.lines import Line, Span
from marketbench_tui.setup import draft as drafts
from marketbench_tui.setup.messages import Edited
from marketbench_tui.setup.plan import Plan
from marketbench_tui.setup.tasks import Query, TaskIndex, TaskRow, parse_query
from marketbench_tui.view import setup_tasks as view
from marketbench_tui.widgets.columns import Column
from marketbench_tui.widgets.table import Table
from themes.tones import Tone

SHORTEST_ID, LONGEST_ID = 12, 36
"""Cells that the column of ids has at least and at most."""


DIFFICULTY: tuple[Column[TaskRow], ...] = (
    Column("difficulty", lambda row: (Span(row.difficulty, Tone.FAINT),), 15, keep=4),
)


class TaskTable(Table[TaskRow]):
    """Every task of the suite, however many there are."""

    PANE_TITLE = "Tasks"
    HELP: ClassVar[str | None] = (
        "The tasks of the suite; those marked ■ are what the session runs on. Space marks the chosen one. "
        "For a range hold shift and move, or press v and move; space then marks all of it. a marks all "
        "that are shown, n none, s draws some of those shown at random.\n\n"
        "/ filters: words are looked for in id, title and repository, and repo:, difficulty: and status: "
        'narrow further, as in merge repo:django difficulty:"15 min" status:gradable. A status is '
        "gradable, not, marked or unmarked.\n\n"
        "! stands where a task cannot be graded here, so that no session can use it. o opens another suite."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "mark"),
        Binding("slash", "screen.filter", "filter", key_display="/"),
        Binding("a", "all", "all", tooltip="mark all that are shown"),
        Binding("n", "none", "none", tooltip="mark no task"),
        Binding("s", "screen.sample", "sample", tooltip="mark some of those shown at random"),
        Binding("v", "range", "range", tooltip="begin or end a range"),
        Binding("o", "screen.suite", "other suite", tooltip="open another suite"),
        Binding("shift+down,J", "extend(1)", "range down", show=False),
        Binding("shift+up,K", "extend(-1)", "range up", show=False),
        Binding("escape", "end_range", "end the range", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(
            self._columns_for(None), key=lambda row: row.id, empty="Reading the suite …", id="setup-tasks"
        )
        self._plan: Plan | None = None
        self._words = ""
        self._query = Query()
        self._anchor: int | None = None
        self._sticky = False
        self._range: frozenset[str] = frozenset()

    # --- what it shows ----------------------------------------------------------------

    def follow(self, plan: Plan) -> None:
        """Show the suite with these marks."""
        before = self._plan
        self._plan = plan
        if before is None or before.known.index is not plan.known.index:
            self.use(self._columns_for(plan.known.index))
            self._end()
        self._refill()
        if before is None or before.draft.marked != plan.draft.marked:
            self.refresh()

    def narrow(self, words: str) -> None:
        """Keep the tasks that match these words."""
        self._words, self._query = words, parse_query(words)
        self._end()
        self._refill()

    @property
    def words(self) -> str:
        """What the list is filtered by."""
        return self._words

    def _refill(self) -> None:
        plan = self._plan
        if plan is None:
            return
        index = plan.known.index
        rows: Sequence[TaskRow] = index.matching(self._query, plan.draft.marked) if index else ()
        self.show(rows, view.preface(plan), empty=view.empty(plan, self._words))
        self._retitle()

    def _retitle(self) -> None:
        if self._plan is None:
            return
        hint = f"range of {len(self._range):,}: space marks it, esc leaves it" if self._range else ""
        about = self.titled(view.about(self._plan, len(self.rows), self._words))
        self.frame(about, (Span(hint, Tone.AWARD),) if hint else ())

    def _columns_for(self, index: TaskIndex | None) -> tuple[Column[TaskRow], ...]:
        """Columns for a suite: ids are shown whole up to a limit, and nothing that no task has."""
        cells = min(max(SHORTEST_ID, index.id_cells if index else 0), LONGEST_ID)
        return (
            Column("", self._mark_cell, 2, keep=9),
            Column("task", lambda row: (Span(row.shown, bold=self._is_marked(row)),), cells, keep=9),
            Column("title", lambda row: (Span(row.title, Tone.SOFT),), 24, 4, keep=6),
            Column("repository", lambda row: (Span(row.repo, Tone.FAINT),), 18, 1, 28, keep=3),
            *(DIFFICULTY if index is None or index.has_difficulties else ()),
            Column("", self._grading_cell, 1, keep=8),
        )

    def _is_marked(self, row: TaskRow) -> bool:
        marked = self._plan.draft.marked if self._plan else None
        return marked is None or row.id in marked

    def _mark_cell(self, row: TaskRow) -> Line:
        mark = view.MARKED if self._is_marked(row) else view.UNMARKED
        edge = Span("┃" if row.id in self._range else " ", Tone.AWARD)
        return (edge, mark._replace(action=f"click_mark({row.at})"))

    def _grading_cell(self, row: TaskRow) -> Line:
        return () if row.gradable else (view.UNGRADABLE,)

    # --- ranges -----------------------------------------------------------------------

    @on(Table.Moved)
    def _moved(self) -> None:
        if self._anchor is not None and self._sticky:
            self._measure_range()
        elif self._range:
            self._end()

    def _measure_range(self) -> None:
        """The rows between where the range began and the chosen one."""
        chosen = self.chosen
        if chosen is None or self._anchor is None:
            return
        first, last = sorted((self._anchor, chosen.at))
        begin = bisect_left(self.rows, first, key=lambda row: row.at)
        end = bisect_left(self.rows, last + 1, key=lambda row: row.at)
        self._range = frozenset(row.id for row in self.rows[begin:end])
        self._retitle()
        self.refresh()

    def _end(self) -> None:
        self._anchor, self._sticky, self._range = None, False, frozenset()
        self._retitle()
        self.refresh()

    def action_extend(self, step: int) -> None:
        """Take the next row into the range."""
        if self._anchor is None and self.chosen is not None:
            self._anchor = self.chosen.at
        self._sticky = True
        self.action_move(step)
        self._measure_range()

    def action_range(self) -> None:
        """Begin a range at the chosen row, or leave the one that was begun."""
        if self._anchor is None and self.chosen is not None:
            self._anchor, self._sticky = self.chosen.at, True
            self._measure_range()
        else:
            self._end()

    def action_end_range(self) -> None:
        """Leave the range without marking it."""
        self._end()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape belongs to the screen unless there is a range to leave."""
        if action == "end_range":
            return bool(self._range)
        if action in ("mark", "range", "all", "none", "screen.sample"):
            return bool(self.suite)
        return super().check_action(action, parameters)

    # --- marks ------------------------------------------------------------------------

    @property
    def suite(self) -> TaskIndex | None:
        """The tasks of the suite, shown or not; None until it is loaded."""
        return self._plan.known.index if self._plan else None

    def _toggle(self, tasks: frozenset[str]) -> None:
        index = self.suite
        if index is not None and tasks:
            self.post_message(Edited(lambda draft: drafts.toggled(draft, tasks, index.ids)))

    def action_mark(self) -> None:
        """Mark or unmark the range, or the chosen task."""
        if self._range:
            self._toggle(self._range)
            self._end()
        elif self.chosen is not None:
            self._toggle(frozenset((self.chosen.id,)))
            self.action_move(1)

    def action_click_mark(self, at: int) -> None:
        """Mark or unmark the task at this place of the suite."""
        if self.suite is not None:
            self._toggle(frozenset((self.suite.rows[at].id,)))

    def action_all(self) -> None:
        """Mark all that are shown, besides those marked already."""
        index, shown = self.suite, frozenset(row.id for row in self.rows)
        if index is not None:
            self.post_message(Edited(lambda draft: drafts.marked_too(draft, shown, index.ids)))

    def action_none(self) -> None:
        """Mark no task."""
        index = self.suite
        if index is not None:
            self.post_message(Edited(lambda draft: drafts.with_marks(draft, frozenset(), index.ids)))

    @on(Table.Opened)
    def _opened(self, event: Table.Opened) -> None:
        event.stop()
        if self.chosen is not None:
            self._toggle(frozenset((self.chosen.id,)))
