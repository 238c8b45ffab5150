"""The dialect's named functions, exactly as spec/v1/rules.md gives them (TF-RULE).

A decimal is a string; every result is exact or an error, never rounded unasked. Instants are RFC 3339 with an
offset, dates are `YYYY-MM-DD`. A function raises ValueError or TypeError where the standard says *error*; the
rule's verdict then is `unknown`.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
    Inexact,
    InvalidOperation,
    Overflow,
)  # fmt: skip
from functools import lru_cache
from typing import Any, Protocol

from stdnum import ean, imei, iso6346, lei
from stdnum.cn import uscc

_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,27})(\.[0-9]{1,10})?\Z")
LONGEST = 38
# Wide enough that a result is exact; what is longer than LONGEST is refused where it is written.
_EXACT = Context(prec=90, traps=[Inexact, InvalidOperation, Overflow])
_ROUNDING = {
    "half-up": ROUND_HALF_UP, "half-even": ROUND_HALF_EVEN, "up": ROUND_UP, "down": ROUND_DOWN,
    "floor": ROUND_FLOOR, "ceiling": ROUND_CEILING,
}  # fmt: skip
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})\Z"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


class CodeLists(Protocol):
    """Where `inList` looks: raises LookupError for a list that is not held."""

    def contains(self, list_id: str, code: str, at: date | None = None) -> bool:
        """Whether the code stood in the list on that date."""

    def valid(self, list_id: str, on: date) -> frozenset[str]:
        """All codes that stood in the list on that date."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A named function: the CEL types it takes and gives, and what it does."""

    takes: tuple[str, ...]
    gives: str
    call: Callable[..., Any]


@lru_cache(maxsize=4096)
def decimal(text: str) -> Decimal:
    """Read a decimal of at most 28 whole and 10 fraction digits, ASCII only, without exponent.

    Raises ValueError.
    """
    if not isinstance(text, str) or not _DECIMAL.match(text):
        raise ValueError(f"not a decimal: {text!r}")
    return Decimal(text)


def decimal_text(value: Decimal) -> str:
    """Write a decimal plainly: no exponent, no trailing zeros of a fraction, no negative zero.

    Raises ValueError for one of more than 38 digits.
    """
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if len(text.lstrip("-").replace(".", "").lstrip("0")) > LONGEST:
        raise ValueError(f"more than {LONGEST} digits")
    return "0" if text == "-0" else text


def decimal_add(left: str, right: str) -> str:
    """The exact sum."""
    return decimal_text(_EXACT.add(decimal(left), decimal(right)))


def decimal_subtract(left: str, right: str) -> str:
    """The exact difference."""
    return decimal_text(_EXACT.subtract(decimal(left), decimal(right)))


def decimal_multiply(left: str, right: str) -> str:
    """The exact product."""
    return decimal_text(_EXACT.multiply(decimal(left), decimal(right)))


def decimal_sum(values: Sequence[str]) -> str:
    """The exact sum of a list; "0" for the empty list."""
    total = Decimal(0)
    for value in _list(values):
        total = _EXACT.add(total, decimal(value))
    return decimal_text(total)


def decimal_compare(left: str, right: str) -> int:
    """-1, 0 or 1."""
    first, second = decimal(left), decimal(right)
    return (first > second) - (first < second)


def decimal_round(value: str, digits: int, mode: str) -> str:
    """Rounded to 0 to 10 fraction digits by the named mode."""
    if type(digits) is not int or not 0 <= digits <= 10 or mode not in _ROUNDING:
        raise ValueError(f"no rounding to {digits!r} digits by {mode!r}")
    return decimal_text(
        decimal(value).quantize(Decimal(1).scaleb(-digits), _ROUNDING[mode], Context(prec=50))
    )


def decimal_within(left: str, right: str, tolerance: str) -> bool:
    """Whether the two differ by no more than the tolerance."""
    return abs(decimal(left) - decimal(right)) <= decimal(tolerance)


def instant(text: str) -> datetime:
    """Read an RFC 3339 time with its offset, to the microsecond.

    Raises ValueError.
    """
    if not isinstance(text, str) or not _INSTANT.match(text):
        raise ValueError(f"not an instant: {text!r}")
    return datetime.fromisoformat(text)


@lru_cache(maxsize=1024)
def day(text: str) -> date:
    """The date of a date, or of an instant in its own offset.

    Raises ValueError.
    """
    if isinstance(text, str) and _DATE.match(text):
        return date.fromisoformat(text)
    return instant(text).date()


def instant_compare(left: str, right: str) -> int:
    """-1, 0 or 1, across offsets."""
    first, second = instant(left), instant(right)
    return (first > second) - (first < second)


def instant_add(at: str, seconds: int) -> str:
    """The instant that many seconds later, in the same offset."""
    if type(seconds) is not int:
        raise ValueError("seconds are an integer")
    return (instant(at) + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def instants_in_order(instants: Sequence[str], skew: int) -> bool:
    """Whether no instant lies more than `skew` seconds before one that stands earlier in the list."""
    if type(skew) is not int:
        raise ValueError("skew is an integer of seconds")
    latest: datetime | None = None
    for each in map(instant, _list(instants)):
        if latest is not None and each + timedelta(seconds=skew) < latest:
            return False
        latest = each if latest is None else max(latest, each)
    return True


def date_of(at: str) -> str:
    """The date of an instant in its own offset, or the date itself."""
    return day(at).isoformat()


def date_add(on: str, days: int) -> str:
    """The date that many days later."""
    if type(days) is not int:
        raise ValueError("days are an integer")
    return (day(on) + timedelta(days=days)).isoformat()


def months_add(on: str, months: int) -> str:
    """The date that many months later, on the same day or, where the month is shorter, its last."""
    start = day(on)
    return _in_month(start, months, start.day)


def month_day(on: str, months: int, number: int) -> str:
    """The day of that number, or the last, in the month that comes so many months later."""
    if type(number) is not int or not 1 <= number <= 31:
        raise ValueError(f"no day {number!r} in a month")
    return _in_month(day(on), months, number)


def _in_month(start: date, months: int, number: int) -> str:
    if type(months) is not int:
        raise ValueError("months are an integer")
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(number, monthrange(year, month + 1)[1])).isoformat()


def days_between(start: str, end: str) -> int:
    """Whole calendar days from the first date to the second; negative where the second is earlier."""
    return (day(end) - day(start)).days


def distinct(values: Sequence[Any]) -> bool:
    """Whether no value (string, integer or bool) stands twice in the list."""
    if any(not isinstance(value, str | int) for value in _list(values)):
        raise ValueError("only strings, integers and bools are compared")
    return len({(type(value), value) for value in values}) == len(values)


def unique(values: Sequence[Any]) -> list[Any]:
    """The list without repeats, each value (string, integer or bool) where it first stands."""
    if any(not isinstance(value, str | int) for value in _list(values)):
        raise ValueError("only strings, integers and bools are compared")
    return [value for _, value in dict.fromkeys((type(value), value) for value in values)]


@lru_cache(maxsize=8192)
def normal_text(text: str) -> str:
    """For comparing names and addresses: NFKC, lower case, letters and digits only."""
    if not isinstance(text, str):
        raise TypeError("not text")
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).lower())
    return "".join(each for each in folded if unicodedata.category(each)[0] in "LN")


def same_text(left: str, right: str) -> bool:
    """Whether two names are the same once normalised."""
    return normal_text(left) == normal_text(right)


def check_digit(scheme: str, value: str) -> bool:
    """Whether the value is well formed and its check digit right under the scheme.

    Schemes: gtin, imei, iso6346, lei, s10, uscc. Raises ValueError for another.
    """
    if scheme not in _SCHEMES:
        raise ValueError(f"no check digit scheme {scheme!r}")
    form, right = _SCHEMES[scheme]
    return form.fullmatch(value) is not None and bool(right(value))


def _list(values: Any) -> list[Any]:
    if isinstance(values, list):
        return values
    raise TypeError("not a list")


def _s10(value: str) -> bool:
    total = sum(
        int(digit) * weight for digit, weight in zip(value[2:10], (8, 6, 4, 2, 3, 5, 9, 7), strict=True)
    )
    return int(value[10]) == {10: 0, 11: 5}.get(11 - total % 11, 11 - total % 11)


_SCHEMES: Mapping[str, tuple[re.Pattern[str], Callable[[str], bool]]] = {
    "gtin": (re.compile(r"[0-9]{8}|[0-9]{12,14}"), ean.is_valid),
    "imei": (re.compile(r"[0-9]{15}"), imei.is_valid),
    "iso6346": (re.compile(r"[A-Z]{3}[UJZR][0-9]{7}"), iso6346.is_valid),
    "lei": (re.compile(r"[0-9A-Z]{18}[0-9]{2}"), lei.is_valid),
    "s10": (re.compile(r"[A-Z]{2}[0-9]{9}[A-Z]{2}"), _s10),
    "uscc": (re.compile(r"[0-9]{8}[0-9A-HJ-NPQRTUWXY]{10}"), uscc.is_valid),
}


def _in_list(list_id: str, code: str, on: str) -> bool:
    raise ValueError("no code lists are at hand here")


def with_code_lists(lists: CodeLists) -> dict[str, Signature]:
    """The dialect with `inList` looking in these lists."""

    def in_list(list_id: str, code: str, on: str) -> bool:
        if not isinstance(list_id, str) or not isinstance(code, str):
            raise TypeError("a list and a code are text")
        try:
            return lists.contains(list_id, code, day(on))
        except LookupError:
            raise ValueError(f"code list {list_id!r} is not held") from None

    return {**DIALECT, "inList": replace(DIALECT["inList"], call=in_list)}


DIALECT: Mapping[str, Signature] = {
    "decimalAdd": Signature(("string", "string"), "string", decimal_add),
    "decimalSubtract": Signature(("string", "string"), "string", decimal_subtract),
    "decimalMultiply": Signature(("string", "string"), "string", decimal_multiply),
    "decimalSum": Signature(("list(string)",), "string", decimal_sum),
    "decimalCompare": Signature(("string", "string"), "int", decimal_compare),
    "decimalRound": Signature(("string", "int", "string"), "string", decimal_round),
    "decimalWithin": Signature(("string", "string", "string"), "bool", decimal_within),
    "instantCompare": Signature(("string", "string"), "int", instant_compare),
    "instantAdd": Signature(("string", "int"), "string", instant_add),
    "instantsInOrder": Signature(("list(string)", "int"), "bool", instants_in_order),
    "dateOf": Signature(("string",), "string", date_of),
    "dateAdd": Signature(("string", "int"), "string", date_add),
    "monthsAdd": Signature(("string", "int"), "string", months_add),
    "monthDay": Signature(("string", "int", "int"), "string", month_day),
    "daysBetween": Signature(("string", "string"), "int", days_between),
    "distinct": Signature(("list(dyn)",), "bool", distinct),
    "unique": Signature(("list(dyn)",), "list(dyn)", unique),
    "normalText": Signature(("string",), "string", normal_text),
    "sameText": Signature(("string", "string"), "bool", same_text),
    "inList": Signature(("string", "string", "string"), "bool", _in_list),
    "checkDigit": Signature(("string", "string"), "bool", check_digit),
}


def _size(value: Any) -> int:
    if isinstance(value, str | list | dict):
        return len(value)
    raise TypeError("no size")


def _text_method(method: Callable[[str, str], bool]) -> Callable[[Any, Any], bool]:
    def call(value: Any, other: Any) -> bool:
        if isinstance(value, str) and isinstance(other, str):
            return method(value, other)
        raise TypeError("not text")

    return call


_pattern = lru_cache(maxsize=256)(re.compile)


def _matches(value: str, pattern: str) -> bool:
    return _pattern(pattern.replace("$", r"\Z"), re.ASCII).search(value) is not None


BUILT_IN: Mapping[str, Signature] = {
    "size": Signature(("dyn",), "int", _size),
    "startsWith": Signature(("string", "string"), "bool", _text_method(str.startswith)),
    "endsWith": Signature(("string", "string"), "bool", _text_method(str.endswith)),
    "contains": Signature(("string", "string"), "bool", _text_method(str.__contains__)),
    "matches": Signature(("string", "string"), "bool", _text_method(_matches)),
}
