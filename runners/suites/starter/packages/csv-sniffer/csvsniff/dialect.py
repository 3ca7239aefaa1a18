"""How a CSV file is written, and writing rows that way."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Dialect:
    """The conventions of one CSV file."""

    delimiter: str = ","
    quotechar: str = '"'
    lineterminator: str = "\r\n"

    def __post_init__(self) -> None:
        for name in ("delimiter", "quotechar"):
            if len(getattr(self, name)) != 1:
                raise ValueError(f"{name} must be one character")
        if self.delimiter == self.quotechar:
            raise ValueError("delimiter and quotechar must differ")

    def csv_options(self) -> dict[str, str]:
        """Keyword arguments for `csv.reader` and `csv.writer`."""
        return {
            "delimiter": self.delimiter,
            "quotechar": self.quotechar,
            "lineterminator": self.lineterminator,
        }

    def split(self, text: str) -> list[list[str]]:
        """The rows of a CSV text, as strings; blank lines are left out."""
        lines = io.StringIO(text, newline="")
        return [row for row in csv.reader(lines, **self.csv_options()) if row]

    def encode_field(self, value: object) -> str:
        """One value as it stands in the file, quoted if it has to be."""
        text = self._to_text(value)
        if any(special in text for special in (self.delimiter, self.quotechar)):
            doubled = text.replace(self.quotechar, self.quotechar * 2)
            return f"{self.quotechar}{doubled}{self.quotechar}"
        return text

    def encode_row(self, values: Iterable[object]) -> str:
        """One row, with its line terminator."""
        return self.delimiter.join(map(self.encode_field, values)) + self.lineterminator

    def encode(self, rows: Iterable[Iterable[object]]) -> str:
        """A whole file."""
        return "".join(map(self.encode_row, rows))

    def _to_text(self, value: object) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value)
