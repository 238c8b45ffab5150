"""Taxes on retail import (TF-LIMIT): what is due inside and outside the limits, and how it is split over
lines.

Pure, in Decimal; money is in one currency that the caller names elsewhere. Rates and limits are arguments,
since they are dated rule data. Source: the notices of the Ministry of Finance, Customs and Tax of 2016 (18)
and 2018 (49).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

__all__ = ["Due", "Limits", "Rates", "apportion", "inside", "retail_import"]

ZERO, ONE, CENT = Decimal(0), Decimal(1), Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares of one: duty, consumption tax by value, value added tax."""

    duty: Decimal
    consumption: Decimal
    vat: Decimal

    def __post_init__(self) -> None:
        if min(self.duty, self.consumption, self.vat) < 0 or self.consumption >= ONE:
            raise ValueError("a rate is a share of one, and that of consumption tax is less than one")


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of value for one transaction and for one person's year, and the share due inside them."""

    single: Decimal = Decimal(5000)
    yearly: Decimal = Decimal(26000)
    share: Decimal = Decimal("0.7")


@dataclass(frozen=True, slots=True)
class Due:
    """What is due on one line, each tax rounded to cents."""

    duty: Decimal
    consumption: Decimal
    vat: Decimal

    @property
    def total(self) -> Decimal:
        return self.duty + self.consumption + self.vat


def inside(value: Decimal, bought_this_year: Decimal, limits: Limits) -> bool:
    """Whether a transaction is inside both limits; customs alone keep the sum of the year, and tell."""
    return value <= limits.single and bought_this_year + value <= limits.yearly


def retail_import(value: Decimal, rates: Rates, *, inside_limits: bool, limits: Limits) -> Due:
    """What is due on goods of this customs value: reduced and free of duty inside the limits, else in full.

    Consumption tax is in its own base, and value added tax on value, duty and consumption tax. Raises
    ValueError for a negative value.
    """
    if value < 0:
        raise ValueError("a customs value is not negative")
    duty = ZERO if inside_limits else value * rates.duty
    share = limits.share if inside_limits else ONE
    taxed = (value + duty) / (ONE - rates.consumption)
    return Due(cents(duty), cents(taxed * rates.consumption * share), cents(taxed * rates.vat * share))


def apportion(total: Decimal, weights: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Split an amount over lines by weight, to cents, so that the parts sum to it.

    What rounding leaves goes to the parts that lost most, the first of equals. Raises ValueError for
    negative or no weight, or where a total of anything but nothing has weights of nothing.
    """
    whole = sum(weights, ZERO)
    if not weights or min(weights) < 0 or (whole == 0 and total != 0):
        raise ValueError("nothing to split by")
    if whole == 0:
        return tuple(ZERO for _ in weights)
    exact = [total * weight / whole for weight in weights]
    parts = [cents(each) for each in exact]
    rest = cents(total) - sum(parts, ZERO)
    step = CENT if rest > 0 else -CENT
    order = sorted(
        range(len(parts)), key=lambda index: (parts[index] - exact[index]) * (1 if rest > 0 else -1)
    )
    for index in order[: int(abs(rest) / CENT)]:
        parts[index] += step
    return tuple(parts)


def cents(amount: Decimal) -> Decimal:
    """Round half up to cents."""
    return amount.quantize(CENT, ROUND_HALF_UP)
