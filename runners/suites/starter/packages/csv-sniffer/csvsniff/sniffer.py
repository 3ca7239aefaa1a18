"""Putting the guesses together."""

from __future__ import annotations

from dataclasses import dataclass

from .columns import Column, convert, infer_column
from .delimiter import guess_delimiter, guess_lineterminator, guess_quotechar
from .dialect import Dialect
from .header import looks_like_header


@dataclass(frozen=True)
class SniffResult:
    """All that was guessed about a file."""

    dialect: Dialect
    has_header: bool
    columns: list[Column]

    def read(self, text: str) -> list[list[object]]:
        """The data rows of a text in this format, converted to Python values.

        Cells beyond the known columns are kept as strings.
        """
        rows = self.dialect.split(text)
        types = [column.type for column in self.columns]
        return [
            [convert(cell, type_) for cell, type_ in zip(row, types)] + row[len(types) :]
            for row in rows[self.has_header :]
        ]


def sniff(sample: str) -> SniffResult:
    """Guess the format of a file from a sample of it (whole lines)."""
    quotechar = guess_quotechar(sample)
    dialect = Dialect(
        delimiter=guess_delimiter(sample, quotechar),
        quotechar=quotechar,
        lineterminator=guess_lineterminator(sample),
    )
    rows = dialect.split(sample)
    has_header = looks_like_header(rows)
    body = rows[has_header:]
    columns = []
    for index in range(max(map(len, rows), default=0)):
        name = str(index + 1)
        if has_header and index < len(rows[0]):
            name = rows[0][index].strip() or name
        cells = (row[index] for row in body if index < len(row))
        columns.append(Column(name, infer_column(cells)))
    return SniffResult(dialect, has_header, columns)
