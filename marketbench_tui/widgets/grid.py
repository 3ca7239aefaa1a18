"""A grid whose tracks a person can make wider and taller, with keys or by dragging a border."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from textual import events
from textual.app import App
from textual.containers import Container
from textual.geometry import Region
from textual.widget import Widget

LEAST_COLUMNS = 18
LEAST_ROWS = 4
"""Cells that a track keeps, across and down."""


class Sizes(NamedTuple):
    """Cells of the tracks; they are shares once the terminal changes its size."""

    columns: tuple[int, ...]
    rows: tuple[int, ...]


class Border(NamedTuple):
    """Where two tracks meet: between track `track` and the next; `across` where it moves sideways."""

    across: bool
    track: int


_KEPT: WeakKeyDictionary[App[Any], dict[str, Sizes]] = WeakKeyDictionary()
"""What a person made of each layout, as long as the app lives and whichever session is shown."""


def edges(regions: Sequence[Region], across: bool) -> list[int]:
    """Where tracks begin, and where the last one ends."""
    starts = {region.x if across else region.y for region in regions}
    ends = (region.right if across else region.bottom for region in regions)
    return [*sorted(starts), max(ends, default=0)]


def shifted(sizes: Sequence[int], index: int, cells: int, least: int) -> tuple[int, ...]:
    """The sizes after the border behind track `index` has moved, as far as its neighbours allow."""
    room = sizes[index] + sizes[index + 1]
    if room < 2 * least:
        return tuple(sizes)
    first = min(max(least, sizes[index] + cells), room - least)
    return (*sizes[:index], first, room - first, *sizes[index + 2 :])


class Grid(Container):
    """Panes in a grid. The style sheet says how it begins; `layout_name` tells its layouts apart."""

    layout_name = ""
    _dragged: Border | None = None

    def arrange_kept(self, layout_name: str) -> None:
        """Give this layout the sizes that it was given before, or those of the style sheet."""
        self.layout_name = layout_name
        self._apply(_KEPT.get(self.app, {}).get(layout_name))

    def reset_sizes(self) -> None:
        """Give the layout the sizes of the style sheet."""
        _KEPT.get(self.app, {}).pop(self.layout_name, None)
        self._apply(None)

    def grow(self, pane: Widget, cells: int, across: bool) -> None:
        """Make the tracks of a pane wider or taller by so many cells, or smaller where below zero."""
        place = self._place_of(pane)
        begins = edges(self._regions(), across)
        end = place.right if across else place.bottom
        start = place.x if across else place.y
        if end in begins[1:-1]:
            self._shift(Border(across, begins.index(end) - 1), cells)
        elif start in begins[1:-1]:
            self._shift(Border(across, begins.index(start) - 1), -cells)

    # --- sizes ------------------------------------------------------------------------

    def _regions(self) -> list[Region]:
        return [child.region for child in self.children if child.display]

    def _place_of(self, pane: Widget) -> Region:
        place = next((child for child in self.children if child in (pane, pane.parent)), pane)
        return place.region

    def _measured(self) -> Sizes:
        columns, rows = (edges(self._regions(), across) for across in (True, False))
        return Sizes(_gaps(columns), _gaps(rows))

    def _shift(self, border: Border, cells: int) -> None:
        sizes = self._measured()
        if border.across:
            sizes = sizes._replace(columns=shifted(sizes.columns, border.track, cells, LEAST_COLUMNS))
        else:
            sizes = sizes._replace(rows=shifted(sizes.rows, border.track, cells, LEAST_ROWS))
        _KEPT.setdefault(self.app, {})[self.layout_name] = sizes
        self._apply(sizes)

    def _apply(self, sizes: Sizes | None) -> None:
        """Shares of the whole, so that they hold when the terminal changes; None takes them back."""
        self.styles.grid_columns = _shares(sizes.columns) if sizes else None
        self.styles.grid_rows = _shares(sizes.rows) if sizes else None

    # --- the mouse --------------------------------------------------------------------

    def _border_at(self, x: int, y: int) -> Border | None:
        """The border under the mouse: the last cells of one pane and the first of the next."""
        for across in (True, False):
            at, other = (x, y) if across else (y, x)
            for index, begin in enumerate(edges(self._regions(), across)[1:-1]):
                if at in (begin - 1, begin) and self._begins(begin, other, across):
                    return Border(across, index)
        return None

    def _begins(self, begin: int, other: int, across: bool) -> bool:
        """Whether a pane begins there; panes over several tracks have no border inside."""
        for region in self._regions():
            if across and region.x == begin and region.y <= other < region.bottom:
                return True
            if not across and region.y == begin and region.x <= other < region.right:
                return True
        return False

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the border under the mouse."""
        self._dragged = self._border_at(event.screen_x, event.screen_y)
        if self._dragged:
            event.stop()
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Carry the border along."""
        border = self._dragged
        if border is None:
            return
        begins = edges(self._regions(), border.across)
        at = event.screen_x if border.across else event.screen_y
        self._shift(border, at - begins[border.track + 1])

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Let go of it."""
        if self._dragged:
            self._dragged = None
            self.release_mouse()


def _shares(cells: Sequence[int]) -> str:
    return " ".join(f"{each}fr" for each in cells)


def _gaps(edges: Sequence[int]) -> tuple[int, ...]:
    return tuple(after - before for before, after in pairwise(edges))
