"""Labelled amounts, kept in order and stored as tab-separated text."""

from __future__ import annotations

from dataclasses import dataclass, field

from .money import Money
from .text import US, NumberStyle, ParseError


@dataclass(frozen=True)
class Entry:
    """One line of a ledger."""

    label: str
    money: Money


@dataclass
class Ledger:
    """A list of entries, possibly in several currencies."""

    entries: list[Entry] = field(default_factory=list)

    def add(self, label: str, money: Money) -> None:
        """Append an entry; labels must fit on one line, without tabs."""
        if "\t" in label or len(label.splitlines()) > 1:
            raise ValueError(f"unsuitable label: {label!r}")
        self.entries.append(Entry(label, money))

    def totals(self) -> dict[str, Money]:
        """The sum per currency code, in order of first appearance."""
        sums: dict[str, Money] = {}
        for entry in self.entries:
            code = entry.money.currency.code
            sums[code] = sums[code] + entry.money if code in sums else entry.money
        return sums

    def dumps(self, style: NumberStyle = US) -> str:
        """One line per entry: label, tab, amount with its ISO code."""
        return "".join(
            f"{entry.label}\t{entry.money.format(style, use_code=True)}\n" for entry in self.entries
        )

    @classmethod
    def loads(cls, text: str) -> Ledger:
        """Read what `dumps` wrote; blank lines are skipped."""
        ledger = cls()
        for number, line in enumerate(text.splitlines(), start=1):
            if not line.strip():
                continue
            label, tab, amount = line.partition("\t")
            if not tab:
                raise ParseError(f"line {number}: no tab")
            try:
                ledger.add(label, Money.parse(amount))
            except ParseError as error:
                raise ParseError(f"line {number}: {error}") from None
        return ledger
