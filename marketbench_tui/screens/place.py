"""What the main screens share: keys that can be given to their actions by name."""

from __future__ import annotations

from typing import Any

from textual.screen import Screen

from marketbench_tui.keys import named


class Place(Screen[None]):
    """A screen that a person works in; dialogs open over one."""

    def __init_subclass__(cls, **more: Any) -> None:
        """Name the bindings before Textual reads them."""
        cls.BINDINGS = named(cls.__dict__.get("BINDINGS", ()))
        super().__init_subclass__(**more)
