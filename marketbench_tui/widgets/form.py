"""A form: labelled fields under each other, each with its line of help or what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.widgets import Input, Label

from marketbench_tui.lines import Span, line
from marketbench_tui.setup.fields import Field
from marketbench_tui.widgets.choices import Choices
from marketbench_tui.widgets.paint import Painted
from themes.tones import Tone

ROOMY = 72
"""Cells from which on help stands beside its field; in narrower forms it stands below."""


class FieldRow(Horizontal):
    """One field: its label, what is typed, and help or a fault."""

    def __init__(self, field: Field, text: str) -> None:
        super().__init__()
        self.field = field
        self._text = text
        self._note = Label(field.help, markup=False, classes="note")

    def compose(self) -> ComposeResult:
        """Label, control, note."""
        yield Label(self.field.label, markup=False, classes="label")
        if self.field.choices:
            yield Choices(self.field.choices, self._text)
        else:
            yield Input(self._text, placeholder=self.field.default, compact=True, select_on_focus=False)
        yield self._note

    def put(self, text: str, fault: str) -> None:
        """Show this text and what is wrong with it, without telling anybody."""
        self._text = text
        for choices in self.query(Choices):
            choices.put(text)
        for typed in self.query(Input):
            if typed.value != text:
                with typed.prevent(Input.Changed):
                    typed.value = text
        self._note.update(f"✗ {fault}" if fault else self.field.help)
        self.set_class(bool(fault), "-fault")


class Form(VerticalScroll, Painted):
    """Fields that a person fills in.

    Args:
        title: what people call the pane.
        id: its id.
        fields: what there is to fill in at first; `show` may change that.
    """

    PANE_TITLE = "Form"
    HELP: ClassVar[str | None] = (
        "Fields to fill in. The up and down keys go from one to the next, tab further to the next pane; a "
        "field between ‹ and › is changed with the left and right keys. What a field means, or what is wrong "
        "with it, stands beside it. Escape leaves the form."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "app.focus_previous", "previous field", show=False),
        Binding("down", "app.focus_next", "next field", show=False),
    ]

    class Typed(Message):
        """Something else is typed in a field."""

        def __init__(self, form: Form, path: str, text: str) -> None:
            super().__init__()
            self.form = form
            self.path = path
            self.text = text

        @property
        def control(self) -> Form:
            """The form it happened in."""
            return self.form

    def __init__(self, title: str, id: str, fields: tuple[Field, ...] = ()) -> None:
        super().__init__(id=id, can_focus=False)
        self._heading = title
        self._fields = fields
        self._texts: Mapping[str, str] = {}
        self._rows: dict[str, FieldRow] = {}

    def compose(self) -> ComposeResult:
        """One row a field."""
        self._rows = {
            field.path: FieldRow(field, self._texts.get(field.path, field.default)) for field in self._fields
        }
        yield from self._rows.values()

    def show(
        self,
        fields: tuple[Field, ...],
        texts: Mapping[str, str],
        fault: Callable[[str], str],
        about: str = "",
    ) -> None:
        """Show these fields with what is typed in them; `fault` says what is wrong with each."""
        self._texts = texts
        if fields != self._fields:
            self._fields = fields
            self.refresh(recompose=True)
        for path, row in self._rows.items():
            row.put(texts.get(path, row.field.default), fault(path))
        self.frame(line(Span(self._heading, bold=True), Span(f" {about}" if about else "", Tone.SOFT)))

    def enter(self) -> None:
        """Take the keyboard, into the first field."""
        first = next(iter(self.query("Input, Choices")), None)
        if first is not None:
            first.focus()

    def on_resize(self, event: events.Resize) -> None:
        """Help stands beside the fields, or below where there is no room."""
        self.set_class(event.size.width < ROOMY, "-stacked")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._tell(event.input, event.value)

    @on(Choices.Changed)
    def _chosen(self, event: Choices.Changed) -> None:
        event.stop()
        self._tell(event.choices, event.value)

    def _tell(self, control: Input | Choices, text: str) -> None:
        row = control.parent
        if isinstance(row, FieldRow):
            self.post_message(self.Typed(self, row.field.path, text))
