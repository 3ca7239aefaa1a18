"""Amounts as text: number styles, formatting and parsing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .currency import Currency, UnknownCurrency, find_currency, get_currency

NO_BREAK_SPACE = "\u00a0"


class ParseError(ValueError):
    """The text is not an amount of money."""


@dataclass(frozen=True)
class NumberStyle:
    """How an amount is written.

    ``group`` stands between groups of three digits (empty: no grouping) and
    ``decimal`` before the minor units. With ``accounting``, a negative amount
    is put in parentheses instead of carrying a minus sign.
    """

    group: str = ","
    decimal: str = "."
    symbol_after: bool = False
    accounting: bool = False


US = NumberStyle()
ACCOUNTING = NumberStyle(accounting=True)
GERMAN = NumberStyle(group=".", decimal=",", symbol_after=True)
FRENCH = NumberStyle(group="\u202f", decimal=",", symbol_after=True)
SWISS = NumberStyle(group="’")


def format_minor(
    amount: int, currency: Currency, style: NumberStyle = US, use_code: bool = False
) -> str:
    """Write an amount of minor units, with the currency's symbol or ISO code."""
    whole, fraction = divmod(abs(amount), currency.scale)
    text = f"{whole:,}".replace(",", style.group)
    if currency.exponent:
        text += f"{style.decimal}{fraction:0{currency.exponent}d}"
    label = currency.code if use_code else currency.symbol
    if style.symbol_after:
        text = f"{text}{NO_BREAK_SPACE}{label}"
    else:
        text = f"{label} {text}" if use_code else f"{label}{text}"
    if amount >= 0:
        return text
    return f"({text})" if style.accounting else f"-{text}"


_AMOUNT = re.compile(
    r"(?P<before>[^0-9]*?)\s*"
    r"(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.(?P<fraction>[0-9]+))?"
    r"\s*(?P<after>[^0-9]*)"
)


def parse_minor(text: str, currency: Currency | str | None = None) -> tuple[int, Currency]:
    """Read an amount such as ``-$1,234.50`` or ``1,234.50 USD``.

    The symbol or code may be left out if ``currency`` is given; if both are
    there, they have to agree. Returns the minor units and the currency.
    """
    body = text.strip()
    negative = body.startswith("-")
    if negative:
        body = body[1:].lstrip()
    match = _AMOUNT.fullmatch(body)
    if match is None or (match["before"] and match["after"]):
        raise ParseError(f"not an amount of money: {text!r}")
    whole = int(match["whole"].replace(",", ""))
    resolved = _resolve(match["before"] or match["after"], currency, text)
    fraction = match["fraction"] or "0"
    if match["fraction"] and len(fraction) > resolved.exponent:
        raise ParseError(f"too many decimals for {resolved}: {text!r}")
    amount = whole * resolved.scale + int(fraction)
    return (-amount if negative else amount), resolved


def _resolve(label: str, currency: Currency | str | None, text: str) -> Currency:
    """The currency named in the text, checked against the one asked for."""
    wanted = get_currency(currency) if currency is not None else None
    if not label:
        if wanted is None:
            raise ParseError(f"no currency in {text!r}")
        return wanted
    try:
        found = find_currency(label)
    except UnknownCurrency:
        raise ParseError(f"unknown currency {label!r} in {text!r}") from None
    if wanted is not None and wanted != found:
        raise ParseError(f"expected {wanted}, not {found}: {text!r}")
    return found
