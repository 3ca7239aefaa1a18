from decimal import Decimal
from fractions import Fraction

import pytest

from moneykit import CurrencyMismatch, Money, Rounding, UnknownCurrency, divide


def amounts(parts):
    return [part.amount for part in parts]


def test_of_uses_the_exponent():
    assert Money.of("12.34", "USD").amount == 1234
    assert Money.of(500, "JPY").amount == 500
    assert Money.of(Decimal("1.5"), "kwd").amount == 1500


def test_of_rounds_surplus_decimals():
    assert Money.of("0.125", "USD").amount == 12
    assert Money.of("0.125", "USD", Rounding.HALF_UP).amount == 13


def test_unknown_currency():
    with pytest.raises(UnknownCurrency):
        Money.of(1, "XXX")


def test_arithmetic_and_order():
    a, b = Money.of(3, "EUR"), Money.of("1.25", "EUR")
    assert (a + b).amount == 425
    assert (a - b).amount == 175
    assert (-b).amount == -125
    assert b < a and a >= b


def test_currencies_do_not_mix():
    with pytest.raises(CurrencyMismatch):
        Money.of(1, "EUR") + Money.of(1, "USD")
    with pytest.raises(CurrencyMismatch):
        Money.of(1, "EUR") < Money.of(1, "USD")


def test_times_is_exact():
    assert Money(1000, Money.of(0, "USD").currency).times(Fraction(1, 3)).amount == 333
    assert Money.of("19.99", "USD").times(Decimal("0.07"), Rounding.UP).amount == 140


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [
        (Rounding.DOWN, [2, -2, 3, -3]),
        (Rounding.UP, [3, -3, 4, -4]),
        (Rounding.HALF_UP, [3, -3, 4, -4]),
        (Rounding.HALF_DOWN, [2, -2, 3, -3]),
        (Rounding.HALF_EVEN, [2, -2, 4, -4]),
    ],
    ids=lambda value: value.name if isinstance(value, Rounding) else "values",
)
def test_divide(rounding, expected):
    assert [divide(n, 2, rounding) for n in (5, -5, 7, -7)] == expected
    assert [divide(-n, -2, rounding) for n in (5, -5, 7, -7)] == expected


def test_allocate_without_leftover():
    assert amounts(Money.of(100, "USD").allocate([3, 2, 5])) == [3000, 2000, 5000]


def test_split_hands_leftovers_to_the_first_parts():
    assert amounts(Money.of(10, "USD").split(3)) == [334, 333, 333]
    assert amounts(Money.of(-10, "USD").split(3)) == [-334, -333, -333]
    assert amounts(Money.of(5, "JPY").split(4)) == [2, 1, 1, 1]


def test_allocate_rejects_useless_ratios():
    for ratios in ([], [0, 0], [2, -1]):
        with pytest.raises(ValueError):
            Money.of(1, "USD").allocate(ratios)
