"""From toned lines to what Textual draws, in the colours of the theme in use."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, ClassVar

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.content import Content
from textual.strip import Strip
from textual.style import Style as ContentStyle
from textual.widget import Widget

from marketbench_tui.keys import named
from marketbench_tui.lines import Line, Span
from themes.palette import DARK, Palette
from themes.tones import Tone


@lru_cache(maxsize=4096)
def _style(colour: str, ground: str, bold: bool, action: str) -> Style:
    return Style(
        color=RichColor.parse(colour),
        bgcolor=RichColor.parse(ground),
        bold=bold,
        meta={"@click": action} if action else None,
    )


def _content_style(colour: str, bold: bool, action: str) -> ContentStyle:
    style = ContentStyle(foreground=Color.parse(colour), bold=bold)
    return style + ContentStyle.from_meta({"@click": action}) if action else style


class Painted(Widget):
    """A widget that draws toned lines.

    Attributes:
        HELP: what the pane shows and what to do with it, for the help screen.
        PANE_TITLE: what people call it.
        DIGIT: the key that goes there, where there is one.
    """

    HELP: ClassVar[str | None] = None
    PANE_TITLE: ClassVar[str] = ""
    DIGIT: ClassVar[str] = ""

    _framed: tuple[Line, Line, str] | None = None
    _ground: tuple[str, str] = ("", "")

    def __init_subclass__(cls, **more: Any) -> None:
        """Name the bindings before Textual reads them."""
        cls.BINDINGS = named(cls.__dict__.get("BINDINGS", ()))
        super().__init_subclass__(**more)

    def copied(self) -> str:
        """What the copy key takes from here; empty where there is nothing to take."""
        return ""

    def paint(self, spans: Line, width: int, ground: str = "") -> Strip:
        """The line as a strip of exactly this width on a ground, the widget's own by default."""
        palette = self.palette
        tones, badge = palette.tones, palette.badge
        ground = ground or self.ground
        segments = [
            Segment(
                span.text,
                _style(
                    tones[span.tone], badge if span.tone is Tone.BADGE else ground, span.bold, span.action
                ),
            )
            for span in spans
        ]
        return Strip(segments).adjust_cell_length(width, _style(tones[Tone.INK], ground, False, ""))

    @property
    def palette(self) -> Palette:
        """The palette of the theme in use; an app without palettes of its own gets the dark one."""
        return getattr(self.app, "palette", DARK)

    @property
    def ground(self) -> str:
        """The colour behind the widget's text, as `#rrggbb`."""
        theme, ground = self._ground
        if theme != self.app.theme:
            ground = self.background_colors[1].hex6
            self._ground = (self.app.theme, ground)
        return ground

    def variable(self, name: str) -> str:
        """A colour of the theme by its name in style sheets."""
        return self.app.theme_variables[name]

    def titled(self, about: str) -> Line:
        """The pane's own name, with the digit that goes there and a word about it."""
        digit = (Span(f"{self.DIGIT} ", Tone.FAINT),) if self.DIGIT else ()
        return (*digit, Span(self.PANE_TITLE, bold=True), Span(f" {about}" if about else "", Tone.SOFT))

    def frame(self, title: Line, subtitle: Line = ()) -> None:
        """Write into the border, if it says something else now."""
        framed = (title, subtitle, self.app.theme)
        if framed != self._framed:
            self._framed = framed
            self.border_title = self._content(title)
            self.border_subtitle = self._content(subtitle) if subtitle else None

    def _content(self, spans: Line) -> Content:
        tones = self.palette.tones
        return Content.assemble(
            *((span.text, _content_style(tones[span.tone], span.bold, span.action)) for span in spans)
        )
