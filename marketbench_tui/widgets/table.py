"""A table that draws only the rows in sight, so that its length costs nothing.

DataTable measures every cell again when one changes; here rows are values that the
view made, and a new list of them is shown as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from marketbench_tui.lines import Line, Span, clip, plain, wrap
from marketbench_tui.widgets.columns import Column, cells, headings, share
from marketbench_tui.widgets.scrolling import Scrolling
from themes.tones import Tone

R = TypeVar("R")
GUTTER = 2
"""Cells before the first column; the mark of the chosen row stands there."""


class Table(Scrolling, Generic[R], can_focus=True):
    """Rows under headings, one of them chosen.

    Args:
        columns: what each row shows.
        key: what identifies a row, so that the choice stays on it when rows move.
        empty: the sentence shown where there are no rows.
    """

    ALLOW_SELECT: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "up", show=False),
        Binding("down,j", "move(1)", "down", show=False),
        Binding("pageup", "move_page(-1)", "page up", show=False),
        Binding("pagedown", "move_page(1)", "page down", show=False),
        Binding("home", "move_to(0)", "first row", show=False),
        Binding("end", "move_to(-1)", "last row", show=False),
    ]

    class Moved(Message):
        """Another row was chosen, by a person."""

        def __init__(self, table: Table[R], row: R) -> None:
            super().__init__()
            self.table = table
            self.row = row

        @property
        def control(self) -> Table[R]:
            """The table it happened in."""
            return self.table

    class Opened(Moved):
        """The chosen row was opened, with enter or by a second click."""

    def __init__(self, columns: Sequence[Column[R]], key: Callable[[R], str], empty: str, id: str) -> None:
        super().__init__(id=id)
        self._columns = columns
        self._key = key
        self._empty = empty
        self._rows: Sequence[R] = ()
        self._preface: Sequence[Line] = ()
        self._laid: Sequence[Line] = ()
        self._cursor = 0
        self._shared: list[tuple[Column[R], int]] = []
        self._measured = 0

    # --- what it shows ----------------------------------------------------------------

    def show(self, rows: Sequence[R], preface: Sequence[Line] = (), empty: str = "") -> None:
        """Show these rows, if they are others than before; the choice stays on its row."""
        if rows == self._rows and preface == self._preface and (not empty or empty == self._empty):
            return
        chosen = self.chosen
        self._rows, self._preface = rows, preface
        self._empty = empty or self._empty
        if chosen is not None:
            self._cursor = self._index(self._key(chosen), self._cursor)
        self._cursor = max(0, min(self._cursor, len(rows) - 1))
        self._measure()
        self.refresh()

    def use(self, columns: Sequence[Column[R]]) -> None:
        """Show these columns from now on."""
        if columns is not self._columns:
            self._columns = columns
            self._measure()
            self.refresh()

    @property
    def rows(self) -> Sequence[R]:
        """The rows that are shown."""
        return self._rows

    @property
    def chosen(self) -> R | None:
        """The chosen row."""
        return self._rows[self._cursor] if self._rows else None

    def choose(self, key: str) -> None:
        """Choose a row by its key, without telling anybody; unknown keys change nothing."""
        self._go(self._index(key, self._cursor))

    def names(self) -> Iterator[str]:
        """The keys of all rows."""
        return (self._key(row) for row in self._rows)

    def go_to(self, key: str) -> bool:
        """Choose a row by its key as a person would; False where there is none."""
        index = self._index(key, -1)
        if index >= 0:
            self._chose(index)
        return index >= 0

    def copied(self) -> str:
        """The chosen row: whole cells of all columns, with tabs between."""
        row = self.chosen
        if row is None:
            return ""
        return "\t".join(plain(column.cell(row)).strip() for column in self._columns).strip("\t")

    def text_select_all(self) -> None:
        """A second click opens a row; it selects nothing."""

    def _index(self, key: str, otherwise: int) -> int:
        return next((at for at, row in enumerate(self._rows) if self._key(row) == key), otherwise)

    # --- drawing ----------------------------------------------------------------------

    @property
    def _head(self) -> int:
        return len(self._laid) + 1

    def _measure(self) -> None:
        self._measured = width = self.scrollable_content_region.width or self.size.width
        self._shared = share(self._columns, max(1, width - GUTTER))
        self._laid = self._lay(max(1, width - GUTTER))
        self.set_extent(self._head + len(self._rows))

    def _lay(self, width: int) -> list[Line]:
        """The lines over the headings: folded where the rows leave room, clipped otherwise."""
        folded = [row for line in self._preface for row in wrap(line, width)]
        room = self.scrollable_content_region.height - 1 - len(self._rows)
        return folded if len(folded) <= room else [clip(line, width) for line in self._preface]

    def on_resize(self) -> None:
        """Share the new width among the columns."""
        self._measure()
        self._into_sight()
        self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Rows filled while the table was hidden were measured for no width at all."""
        if self.scrollable_content_region.width != self._measured:
            self._measure()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """One row of cells."""
        return self.with_selection(self._draw(y), y)

    def _draw(self, y: int) -> Strip:
        width = self.line_width
        if y < len(self._laid):
            return self.paint((Span(" " * GUTTER), *self._laid[y]), width)
        if not self._rows:
            return self._render_empty(y - len(self._laid), width)
        if y < self._head:
            return self.paint((Span(" " * GUTTER), *headings(self._shared)), width)
        return self._render_row(self.scroll_offset.y + y - self._head, width)

    def _render_row(self, index: int, width: int) -> Strip:
        if index >= len(self._rows):
            return self.paint((), width)
        mark, ground = Span(" " * GUTTER), ""
        if index == self._cursor and self.has_focus:
            mark, ground = Span("▌ ", Tone.ACCENT), self.variable("cursor-ground")
        elif index == self._cursor:
            mark, ground = Span("▏ ", Tone.FAINT), self.variable("cursor-idle-ground")
        return self.paint((mark, *cells(self._shared, self._rows[index])), width, ground)

    def _render_empty(self, y: int, width: int) -> Strip:
        lines = wrap((Span(self._empty, Tone.SOFT),), max(10, width - 2 * GUTTER))
        if 1 <= y <= len(lines):
            return self.paint((Span(" " * GUTTER), *lines[y - 1]), width)
        return self.paint((), width)

    def on_focus(self) -> None:
        """Show the choice as active."""
        self.refresh()

    def on_blur(self) -> None:
        """Show the choice as resting."""
        self.refresh()

    # --- choosing ---------------------------------------------------------------------

    def _go(self, index: int) -> bool:
        index = max(0, min(index, len(self._rows) - 1))
        if index == self._cursor:
            return False
        self._cursor = index
        self._into_sight()
        self.refresh()
        return True

    def _into_sight(self) -> None:
        body = max(1, self.scrollable_content_region.height - self._head)
        top = self.scroll_offset.y
        if self._cursor < top:
            self.put(self._cursor)
        elif self._cursor >= top + body:
            self.put(self._cursor - body + 1)

    def _chose(self, index: int) -> None:
        row = self.chosen if self._go(index) else None
        if row is not None:
            self.post_message(self.Moved(self, row))

    def action_move(self, step: int) -> None:
        """Choose the row so many places on."""
        self._chose(self._cursor + step)

    def action_move_page(self, step: int) -> None:
        """Choose the row a page on."""
        body = max(1, self.scrollable_content_region.height - self._head)
        self._chose(self._cursor + step * body)

    def action_move_to(self, index: int) -> None:
        """Choose a row by its place; -1 is the last."""
        self._chose(index if index >= 0 else len(self._rows) - 1)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing can be opened where there are no rows."""
        return bool(self._rows) if action == "open" else True

    def action_open(self) -> None:
        """Open the chosen row."""
        row = self.chosen
        if row is not None:
            self.post_message(self.Opened(self, row))

    def on_click(self, event: events.Click) -> None:
        """Choose the row under the mouse; a second click opens it."""
        offset = event.get_content_offset(self)
        if offset is None or offset.y < self._head:
            return
        index = self.scroll_offset.y + offset.y - self._head
        if index >= len(self._rows):
            return
        self._chose(index)
        if event.chain == 2:
            self.action_open()
