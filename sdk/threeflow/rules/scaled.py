"""Decimals as integers, for the fast road alone: ten fraction digits, each text read once.

What does not fit (too large, too many digits, no decimal at all) raises, and the caller asks the exact form.
"""

from typing import Any, Final

from threeflow.rules.functions import decimal

DIGITS: Final = 10
SCALE: Final = 10**DIGITS
_LARGEST: Final = 10**15 * SCALE
_LARGEST_PRODUCT: Final = 10**33
_KEPT: Final = 20_000


class Decimals(dict[str, int]):
    """Scaled integers by text; a text that is not there is read, or raises ValueError."""

    def __missing__(self, text: Any) -> int:
        value = scaled(text)
        if len(self) >= _KEPT:
            self.clear()
        self[text] = value
        return value


def scaled(text: Any) -> int:
    """Raises ValueError for what is no decimal, or too large for the fast road."""
    value = int(decimal(text).scaleb(DIGITS))
    if not -_LARGEST < value < _LARGEST:
        raise ValueError("too large to be quick")
    return value


def multiply(left: int, right: int) -> int:
    """The exact product; raises ValueError where it has more than ten fraction digits, or is too large."""
    value, rest = divmod(left * right, SCALE)
    if rest or not -_LARGEST_PRODUCT < value < _LARGEST_PRODUCT:
        raise ValueError("too long to be quick")
    return value


def half_up(value: int, unit: int) -> int:
    """Rounded to a multiple of the unit, halves away from zero."""
    rounded = (abs(value) * 2 + unit) // (2 * unit) * unit
    return rounded if value >= 0 else -rounded


DECIMALS: Final = Decimals()
