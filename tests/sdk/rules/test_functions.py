"""The named functions, at their edges."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threeflow.rules import functions as f

DECIMALS = st.decimals(-(10**14), 10**14, places=5, allow_nan=False).map(f.decimal_text)


@pytest.mark.requirement("TF-RULE-19")
@given(DECIMALS, DECIMALS)
def test_decimals_are_exact(left: str, right: str) -> None:
    assert Decimal(f.decimal_add(left, right)) == Decimal(left) + Decimal(right)
    assert f.decimal_subtract(f.decimal_add(left, right), right) == left
    assert f.decimal_multiply(left, right) == f.decimal_multiply(right, left)
    assert f.decimal_compare(left, right) == -f.decimal_compare(right, left)
    assert f.decimal_sum([left, right]) == f.decimal_add(left, right)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1e3",
        "1.",
        ".5",
        "01",
        "+1",
        " 1",
        "1\n",
        "١",
        "１",
        "NaN",
        "Infinity",
        "1,5",
        "-",
        "1" * 29,
        "0." + "1" * 11,
    ],
)
def test_what_is_no_decimal_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="not a decimal"):
        f.decimal(text)


@pytest.mark.parametrize(
    ("value", "digits", "mode", "rounded"),
    [
        ("2.5", 0, "half-up", "3"), ("-2.5", 0, "half-up", "-3"), ("2.5", 0, "half-even", "2"),
        ("3.5", 0, "half-even", "4"), ("-2.1", 0, "down", "-2"), ("-2.1", 0, "up", "-3"),
        ("-2.1", 0, "floor", "-3"), ("-2.1", 0, "ceiling", "-2"), ("1.005", 2, "half-up", "1.01"),
        ("-0.001", 2, "half-up", "0"), ("10", 2, "up", "10"),
    ],
)  # fmt: skip
def test_rounding_modes(value: str, digits: int, mode: str, rounded: str) -> None:
    assert f.decimal_round(value, digits, mode) == rounded


def test_instants_compare_across_offsets_and_keep_their_own() -> None:
    assert f.instant_compare("2026-03-02T08:00:00+08:00", "2026-03-02T00:00:00Z") == 0
    assert f.instant_compare("2026-03-01T23:59:59.999999-01:00", "2026-03-02T01:00:00Z") == -1
    assert f.instant_add("2026-12-31T23:59:59+08:00", 1) == "2027-01-01T00:00:00+08:00"
    assert f.instant_add("2026-03-02T00:00:00Z", -1) == "2026-03-01T23:59:59Z"
    assert f.date_of("2026-03-02T23:30:00-05:00") == "2026-03-02"
    assert f.date_add("2028-02-28", 2) == "2028-03-01"
    assert f.days_between("2026-01-31T23:00:00Z", "2026-03-02") == 30


@pytest.mark.parametrize(
    ("instants", "ordered"),
    [
        (["2026-03-02T00:00:00Z", "2026-03-02T00:04:00Z"], True),
        (["2026-03-02T00:04:00Z", "2026-03-01T23:59:00Z"], True),
        (["2026-03-02T00:04:00Z", "2026-03-01T23:58:59Z"], False),
        (["2026-03-02T00:05:00Z", "2026-03-02T00:01:00Z", "2026-03-01T23:57:00Z"], False),
        ([], True),
    ],
)
def test_instants_in_order_within_a_skew(instants: list[str], ordered: bool) -> None:
    assert f.instants_in_order(instants, 300) is ordered


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02",
        "2026-03-02T00:00:00",
        "2026-13-02T00:00:00Z",
        "2026-03-02T24:00:01Z",
        "2026-03-02 00:00:00Z",
    ],
)
def test_what_is_no_instant_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"instant|month|hour|day"):
        f.instant(text)


def test_texts_compare_by_letters_and_digits() -> None:
    assert f.same_text("Ｗhite  Hanging-Heart", "WHITE HANGING HEART")
    assert f.same_text("北京市 海淀区", "北京市海淀区")
    assert not f.same_text("Person 1", "Person 2")
    assert f.normal_text("Straße №5") == "straßeno5"


def test_distinct_tells_types_apart() -> None:
    assert f.distinct([1, "1", True, False, 0])
    assert not f.distinct([1, 2, 1])
    assert not f.distinct(["a", "a"])


@pytest.mark.parametrize(
    ("scheme", "good", "bad"),
    [
        ("gtin", "4006381333931", "4006381333932"), ("s10", "RR473124829GB", "RR473124828GB"),
        ("iso6346", "CSQU3054383", "CSQU3054384"), ("uscc", "91110000600037341L", "911100006000373410"),
        ("lei", "213800KUD8LAJWSQ9D15", "213800KUD8LAJWSQ9D16"),
        ("imei", "490154203237518", "490154203237517"),
    ],
)  # fmt: skip
def test_check_digits(scheme: str, good: str, bad: str) -> None:
    assert f.check_digit(scheme, good)
    assert not f.check_digit(scheme, bad)
    assert not f.check_digit(scheme, "")
    assert not f.check_digit(scheme, good.lower() + " ")


@pytest.mark.requirement("TF-RULE-18")
def test_a_result_of_more_than_38_digits_is_an_error() -> None:
    assert f.decimal_multiply("1" + "0" * 18, "1" + "0" * 19) == "1" + "0" * 37
    with pytest.raises(ValueError, match="more than 38 digits"):
        f.decimal_multiply("1" + "0" * 19, "1" + "0" * 19)
    with pytest.raises(ValueError, match="more than 38 digits"):
        f.decimal_multiply("1" * 20 + ".1234567891", "1" * 20 + ".1234567891")


def test_months_end_where_they_end() -> None:
    assert f.months_add("2026-08-31", 6) == "2027-02-28"
    assert f.months_add("2028-01-31T23:00:00+08:00", 1) == "2028-02-29"
    assert f.months_add("2026-03-31", -1) == "2026-02-28"
    assert f.month_day("2026-12-31", 1, 15) == "2027-01-15"
    assert f.month_day("2026-01-31", 1, 31) == "2026-02-28"
    with pytest.raises(ValueError, match="no day 32"):
        f.month_day("2026-01-31", 1, 32)


def test_unique_keeps_the_first_of_each() -> None:
    assert f.unique(["b", "a", "b", 1, True, "1", 1]) == ["b", "a", 1, True, "1"]
    with pytest.raises(ValueError, match="only strings"):
        f.unique([None])


def test_without_lists_no_code_is_judged() -> None:
    with pytest.raises(ValueError, match="no code lists"):
        f.DIALECT["inList"].call("iso-3166-1", "GB", "2026-03-02")
