"""HTML in small pieces that are safe to put together: text is escaped unless it is markup already."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from marketbench_tui.charts.export import INCHES, as_picture
from marketbench_tui.charts.reading import words
from marketbench_tui.charts.spec import Chart
from marketbench_tui.text import safe

_PROLOGUE = re.compile(r"^.*?(?=<svg)", re.DOTALL)
_SIZE = re.compile(r'(<svg[^>]*?) width="[^"]*"', re.DOTALL)
_HEIGHT = re.compile(r'(<svg[^>]*?) height="[^"]*"', re.DOTALL)
_NAMED = re.compile(r'(\bid="|href="#|url\(#)')


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def text(value: str) -> Markup:
    """What anybody wrote, as text: controls made visible, nothing of it read as HTML."""
    return value if isinstance(value, Markup) else Markup(escape(safe(value)))


def element(name: str, *children: str, kind: str = "") -> Markup:
    """An element of these children, with a class where `kind` names one."""
    attribute = f' class="{escape(kind)}"' if kind else ""
    return Markup(f"<{name}{attribute}>{''.join(text(child) for child in children)}</{name}>")


def join(parts: Iterable[str]) -> Markup:
    """Pieces one after another, each on a line of its own."""
    return Markup("\n".join(text(part) for part in parts))


def facts(pairs: Iterable[tuple[str, str]]) -> Markup:
    """Terms with what they are."""
    return element(
        "dl", *(each for term, value in pairs for each in (element("dt", term), element("dd", value)))
    )


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], totals: int = 0) -> Markup:
    """A table; a heading that ends in a blank is of a column of numbers.

    Args:
        headings: over the columns.
        rows: cells, as text or markup.
        totals: how many of the last rows are of all others together.
    """
    kinds = ["number" if heading.endswith(" ") else "" for heading in headings]
    rows = list(rows)
    head = element(
        "tr", *(element("th", title, kind=kind) for title, kind in zip(headings, kinds, strict=True))
    )
    body = [
        element(
            "tr",
            *(element("td", cell, kind=kind) for cell, kind in zip(row, kinds, strict=True)),
            kind="total" if at >= len(rows) - totals else "",
        )
        for at, row in enumerate(rows)
    ]
    inside = element("table", element("thead", head), element("tbody", join(body)))
    return element("div", inside, kind="scroll")


def picture(chart: Chart, name: str, inches: tuple[float, float] = INCHES) -> Markup:
    """A chart as a figure that needs no other file, with its words for who does not see it.

    Args:
        chart: what is drawn; where there is nothing to draw, a sentence says why.
        name: of its own on the page, since the picture's inner names begin with it.
        inches: across and up; the smaller, the larger its text.
    """
    if not chart.marks:
        return element("p", f"{chart.title}: {chart.empty}", kind="soft")
    drawn = as_picture(chart, "svg", inches).decode()
    drawn = _HEIGHT.sub(r"\1", _SIZE.sub(r"\1", _PROLOGUE.sub("", drawn), count=1), count=1)
    drawn = _NAMED.sub(lambda found: f"{found[1]}{name}-", drawn)
    labelled = drawn.replace("<svg", f'<svg role="img" aria-label="{escape(safe(words(chart)))}"', 1)
    return element("figure", Markup(labelled))
