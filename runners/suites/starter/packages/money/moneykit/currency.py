"""Currencies and the registry in which they are looked up."""

from __future__ import annotations

from dataclasses import dataclass


class UnknownCurrency(LookupError):
    """No registered currency has this code or symbol."""


@dataclass(frozen=True)
class Currency:
    """A currency; ``exponent`` is the number of decimals of its minor unit."""

    code: str
    exponent: int
    symbol: str

    @property
    def scale(self) -> int:
        """How many minor units make one major unit."""
        return 10**self.exponent

    def __str__(self) -> str:
        return self.code


_by_code: dict[str, Currency] = {}
_by_symbol: dict[str, Currency] = {}


def register(currency: Currency) -> Currency:
    """Add a currency; the first to claim a symbol keeps it."""
    if currency.exponent < 0:
        raise ValueError(f"negative exponent for {currency.code}")
    _by_code[currency.code] = currency
    _by_symbol.setdefault(currency.symbol, currency)
    return currency


def get_currency(code: str | Currency) -> Currency:
    """The currency with this ISO code (a `Currency` is returned as it is)."""
    if isinstance(code, Currency):
        return code
    try:
        return _by_code[code.upper()]
    except KeyError:
        raise UnknownCurrency(code) from None


def find_currency(label: str) -> Currency:
    """The currency that goes by this symbol or ISO code."""
    return _by_symbol.get(label) or get_currency(label)


for _currency in (
    Currency("USD", 2, "$"),
    Currency("EUR", 2, "€"),
    Currency("GBP", 2, "£"),
    Currency("CHF", 2, "Fr."),
    Currency("JPY", 0, "¥"),
    Currency("KWD", 3, "KD"),
    Currency("CAD", 2, "CA$"),
):
    register(_currency)
