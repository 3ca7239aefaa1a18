"""Integer minor-unit money: currencies, rounding, allocation, text."""

from .currency import Currency, UnknownCurrency, find_currency, get_currency, register
from .ledger import Entry, Ledger
from .money import CurrencyMismatch, Money
from .rounding import Rounding, divide
from .text import ACCOUNTING, FRENCH, GERMAN, SWISS, US, NumberStyle, ParseError

__all__ = [
    "ACCOUNTING",
    "FRENCH",
    "GERMAN",
    "SWISS",
    "US",
    "Currency",
    "CurrencyMismatch",
    "Entry",
    "Ledger",
    "Money",
    "NumberStyle",
    "ParseError",
    "Rounding",
    "UnknownCurrency",
    "divide",
    "find_currency",
    "get_currency",
    "register",
]
