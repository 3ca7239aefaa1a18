"""Tables and logs draw only what is in sight, and keep a person's place."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from marketbench_tui.lines import Span, line, plain, width_of
from marketbench_tui.tail import Tail
from marketbench_tui.widgets.columns import GAP, Column, cells, headings, share
from marketbench_tui.widgets.stream import Stream
from marketbench_tui.widgets.table import Table

COLUMNS: tuple[Column[str], ...] = (
    Column("name", lambda row: (Span(row),), 8, flex=2, most=20, keep=9),
    Column("size", lambda row: (Span(str(len(row))),), 4, keep=5, right=True),
    Column("extra", lambda row: (Span(row * 9),), 10, flex=1, keep=1),
)


@given(st.integers(1, 200))
def test_columns_never_take_more_than_there_is(room: int):
    shared = share(COLUMNS, room)
    assert sum(width for _, width in shared) + GAP * (len(shared) - 1) <= room
    assert width_of(headings(shared)) == width_of(cells(shared, "row"))


def test_the_least_important_column_gives_way_first():
    assert [column.title for column, _ in share(COLUMNS, 20)] == ["name", "size"]
    assert [column.title for column, _ in share(COLUMNS, 9)] == ["name"]


class Shelf(App[None]):
    """One table and one log."""

    def __init__(self, rows: list[str]) -> None:
        super().__init__()
        self.animation_level = "none"
        self.rows = rows
        self.table = Table(COLUMNS, key=lambda row: row, empty="There is nothing here yet.", id="table")
        self.log_pane = Stream(folded=True, empty="Nothing was written.")

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {"cursor-ground": "#222222", "cursor-idle-ground": "#111111"}

    def compose(self) -> ComposeResult:
        self.table.styles.height = 8
        self.log_pane.styles.height = 6
        yield self.table
        yield self.log_pane

    def on_mount(self) -> None:
        self.table.show(self.rows)

    def lines(self) -> list[str]:
        return [strip.text.rstrip() for strip in self.screen._compositor.render_strips()]


async def test_a_hundred_thousand_rows_are_shown_and_walked_at_once():
    app = Shelf([f"row {number}" for number in range(100_000)])
    async with app.run_test(size=(60, 14)) as pilot:
        began = time.perf_counter()
        await pilot.press("end")
        await pilot.pause()
        assert time.perf_counter() - began < 1
        assert "row 99999" in "\n".join(app.lines())
        assert app.lines()[0].split() == ["name", "size", "extra"], "the headings stay"


async def test_the_choice_stays_on_its_row_when_rows_move():
    app = Shelf(["b", "c", "d"])
    async with app.run_test(size=(60, 14)) as pilot:
        await pilot.press("down")
        app.table.show(["a", "b", "c", "d"])
        assert app.table.chosen == "c"
        app.table.show(["d"])
        assert app.table.chosen == "d"
        app.table.show([])
        assert app.table.chosen is None


async def test_an_empty_table_says_why():
    app = Shelf([])
    async with app.run_test(size=(60, 14)):
        assert "There is nothing here yet." in "\n".join(app.lines())


async def test_a_log_keeps_its_end_in_sight_and_folds_long_lines():
    app = Shelf(["a"])
    async with app.run_test(size=(40, 14)) as pilot:
        tail = Tail(keep=100)
        for number in range(250):
            tail.append(line(f"line {number}"))
        tail.grow(line("a last line that is longer than the pane is wide"))
        app.log_pane.follow(tail)
        await pilot.pause()
        text = "\n".join(app.lines())
        assert "line 249" in text
        assert "» " in text
        assert app.log_pane.notice == "showing the last 100 of 250"
        assert app.log_pane.virtual_size.height == 102


async def test_what_falls_off_the_top_does_not_move_what_a_person_reads():
    app = Shelf(["a"])
    async with app.run_test(size=(40, 14)) as pilot:
        tail = Tail(keep=50)
        for number in range(50):
            tail.append(line(f"line {number}"))
        app.log_pane.follow(tail)
        app.log_pane.focus()
        await pilot.press("pageup")
        await pilot.pause()
        first = app.lines()[8].strip()
        for number in range(50, 60):
            tail.append(line(f"line {number}"))
        app.log_pane.flush()
        await pilot.pause()
        assert app.lines()[8].strip() == first


async def test_selected_text_can_be_copied():
    app = Shelf(["a"])
    async with app.run_test(size=(40, 14)) as pilot:
        tail = Tail()
        tail.append(line("copy me"))
        app.log_pane.follow(tail)
        await pilot.pause()
        await pilot.mouse_down(app.log_pane, offset=(1, 0))
        await pilot.hover(app.log_pane, offset=(8, 0))
        await pilot.mouse_up(app.log_pane, offset=(8, 0))
        assert (app.screen.get_selected_text() or "").strip() == plain(line("copy me"))
