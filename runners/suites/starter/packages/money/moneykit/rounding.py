"""Exact integer division with a choice of rounding."""

from __future__ import annotations

import enum


class Rounding(enum.Enum):
    """What to do with the part that does not fit into a whole unit."""

    DOWN = "towards zero"
    UP = "away from zero"
    HALF_UP = "to the nearest, ties away from zero"
    HALF_DOWN = "to the nearest, ties towards zero"
    HALF_EVEN = "to the nearest, ties to the even neighbour"


def divide(numerator: int, denominator: int, rounding: Rounding = Rounding.HALF_EVEN) -> int:
    """``numerator / denominator`` as a whole number, without going through floats."""
    if denominator == 0:
        raise ZeroDivisionError("division of money by zero")
    negative = (numerator < 0) != (denominator < 0)
    quotient, remainder = divmod(abs(numerator), abs(denominator))
    twice = 2 * remainder
    if remainder == 0 or rounding is Rounding.DOWN:
        away = False
    elif rounding is Rounding.UP:
        away = True
    elif twice != abs(denominator):
        away = twice > abs(denominator)
    elif rounding is Rounding.HALF_EVEN:
        away = quotient % 2 == 1
    else:
        away = rounding is Rounding.HALF_UP
    magnitude = quotient + away
    return -magnitude if negative else magnitude
