"""The `Money` value type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import total_ordering

from .currency import Currency, get_currency
from .rounding import Rounding, divide
from .text import US, NumberStyle, format_minor, parse_minor


class CurrencyMismatch(TypeError):
    """Two amounts in different currencies were combined."""


@total_ordering
@dataclass(frozen=True)
class Money:
    """An amount of whole minor units in one currency."""

    amount: int
    currency: Currency

    @classmethod
    def of(
        cls,
        major: int | str | Decimal,
        currency: Currency | str,
        rounding: Rounding = Rounding.HALF_EVEN,
    ) -> Money:
        """Money from major units: ``Money.of("12.34", "USD")`` is 1234 cents."""
        found = get_currency(currency)
        numerator, denominator = Decimal(major).as_integer_ratio()
        return cls(divide(numerator * found.scale, denominator, rounding), found)

    @classmethod
    def parse(cls, text: str, currency: Currency | str | None = None) -> Money:
        """Read a written amount such as ``$1,234.50``; see `parse_minor`."""
        return cls(*parse_minor(text, currency))

    def format(self, style: NumberStyle = US, use_code: bool = False) -> str:
        """Write the amount in a style; see `format_minor`."""
        return format_minor(self.amount, self.currency, style, use_code)

    def __str__(self) -> str:
        return self.format(use_code=True)

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other).amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other).amount, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other).amount

    def times(
        self, factor: int | Decimal | Fraction, rounding: Rounding = Rounding.HALF_EVEN
    ) -> Money:
        """The amount multiplied by an exact factor, rounded to whole minor units."""
        numerator, denominator = factor.as_integer_ratio()
        return Money(divide(self.amount * numerator, denominator, rounding), self.currency)

    def allocate(self, ratios: Sequence[int]) -> list[Money]:
        """Divide the amount in proportion to ``ratios``; the parts add up to it."""
        if any(ratio < 0 for ratio in ratios):
            raise ValueError("ratios must not be negative")
        total = sum(ratios)
        if total == 0:
            raise ValueError("at least one ratio must be positive")
        magnitude = abs(self.amount)
        parts = [magnitude * ratio // total for ratio in ratios]
        leftover = magnitude - sum(parts)
        for index in range(leftover):
            parts[index] += 1
        sign = -1 if self.amount < 0 else 1
        return [Money(sign * part, self.currency) for part in parts]

    def split(self, count: int) -> list[Money]:
        """Divide the amount into ``count`` parts that are as equal as possible."""
        return self.allocate([1] * count)

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")
        return other
