"""Deadlines, taxes, summaries and custody are computed as the standard says, at every edge."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threeflow.custody import custody
from threeflow.deadlines import Calendar, Stop, deadline, ends_at, is_over
from threeflow.summary import ListLine, entries, gather
from threeflow.tax import Limits, Rates, apportion, inside, retail_import

YEAR = Calendar.read({
    "id": "cn-2026", "from": "2026-01-01", "until": "2026-12-31",
    "holidays": ["2026-04-06", "2026-05-01", "2026-05-04", "2026-05-05"], "worked": ["2026-05-09"],
})  # fmt: skip
SHANGHAI = "Asia/Shanghai"
MARCH = datetime(2026, 3, 10, 2, tzinfo=UTC)


def local(moment: datetime) -> str:
    return (moment + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.requirement("TF-LIMIT-1")
def test_days_are_counted_from_the_next_day_at_the_office() -> None:
    late = datetime(2026, 3, 10, 16, 30, tzinfo=UTC)
    assert local(ends_at(late, 1, "calendar-days", YEAR, zone=SHANGHAI)) == "2026-03-12 23:59:59"
    assert local(ends_at(MARCH, 30, "calendar-days", YEAR, zone=SHANGHAI)) == "2026-04-09 23:59:59"


@pytest.mark.requirement("TF-LIMIT-2")
def test_working_days_leave_out_rest_and_holidays_and_count_worked_rest_days() -> None:
    april = datetime(2026, 4, 30, 2, tzinfo=UTC)
    assert local(ends_at(april, 1, "working-days", YEAR, zone=SHANGHAI)) == "2026-05-06 23:59:59"
    assert local(ends_at(april, 4, "working-days", YEAR, zone=SHANGHAI)) == "2026-05-09 23:59:59"
    with pytest.raises(ValueError, match="says nothing of 2027-01-01"):
        ends_at(datetime(2026, 12, 31, 2, tzinfo=UTC), 1, "working-days", YEAR, zone=SHANGHAI)


@pytest.mark.requirement("TF-LIMIT-3")
def test_a_period_that_ends_on_a_holiday_ends_with_the_next_working_day() -> None:
    assert local(ends_at(MARCH, 52, "calendar-days", YEAR, zone=SHANGHAI)) == "2026-05-06 23:59:59"


@pytest.mark.requirement("TF-LIMIT-4")
def test_a_clock_that_stood_still_gives_its_time_back_once() -> None:
    stops = [
        Stop(MARCH + timedelta(days=1), MARCH + timedelta(days=2), "question pending"),
        Stop(MARCH + timedelta(days=1, hours=2), MARCH + timedelta(days=1, hours=4), "node down"),
    ]
    assert ends_at(MARCH, 48, "hours", YEAR, zone=SHANGHAI, stops=stops) == MARCH + timedelta(hours=72)
    assert local(ends_at(MARCH, 3, "working-days", YEAR, zone=SHANGHAI, stops=stops)) == "2026-03-17 23:59:59"


@pytest.mark.requirement("TF-LIMIT-4")
@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 50)), max_size=6), st.integers(0, 100))
def test_hours_that_run_are_those_that_were_given(pairs: list[tuple[int, int]], length: int) -> None:
    stops = [
        Stop(MARCH + timedelta(hours=begins), MARCH + timedelta(hours=begins + lasts), "node down")
        for begins, lasts in pairs
    ]
    end = ends_at(MARCH, length, "hours", YEAR, zone=SHANGHAI, stops=stops)
    still = {hour for begins, lasts in pairs for hour in range(begins, begins + lasts)}
    hours = int((end - MARCH).total_seconds() // 3600)
    assert sum(hour not in still for hour in range(hours)) == length


@pytest.mark.requirement("TF-LIMIT-5")
def test_a_deadline_is_over_after_its_last_second_whatever_the_offset() -> None:
    found = deadline(MARCH, 30, "calendar-days", YEAR, zone=SHANGHAI, at_expiry="lapses")
    assert found["at"] == "2026-04-09T23:59:59+08:00"
    assert not is_over(found, datetime(2026, 4, 9, 15, 59, 59, tzinfo=UTC))
    assert is_over(found, datetime(2026, 4, 9, 16, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("begins", "length", "zone"),
    [
        (MARCH.replace(tzinfo=None), 1, SHANGHAI),
        (MARCH, -1, SHANGHAI),
        (MARCH, 4000, SHANGHAI),
        (MARCH, 1, "Mars/X"),
    ],
)
def test_what_cannot_be_counted_is_an_error(begins: datetime, length: int, zone: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        ends_at(begins, length, "calendar-days", YEAR, zone=zone)


RATES = Rates(Decimal("0.1"), Decimal("0.15"), Decimal("0.13"))


@pytest.mark.requirement("TF-LIMIT-6")
def test_tax_is_reduced_inside_the_limits_and_full_outside() -> None:
    vat_only = retail_import(
        Decimal(100), Rates(Decimal("0.1"), Decimal(0), Decimal("0.13")), inside_limits=True, limits=Limits()
    )
    assert (vat_only.duty, vat_only.consumption, vat_only.vat) == (
        Decimal(0),
        Decimal(0),
        Decimal("9.10"),
    )
    reduced = retail_import(Decimal(100), RATES, inside_limits=True, limits=Limits())
    assert (reduced.consumption, reduced.vat, reduced.total) == (
        Decimal("12.35"), Decimal("10.71"), Decimal("23.06"),
    )  # fmt: skip
    full = retail_import(Decimal(100), RATES, inside_limits=False, limits=Limits())
    assert (full.duty, full.consumption, full.vat) == (Decimal("10.00"), Decimal("19.41"), Decimal("16.82"))
    with pytest.raises(ValueError, match="not negative"):
        retail_import(Decimal(-1), RATES, inside_limits=True, limits=Limits())
    with pytest.raises(ValueError, match="share of one"):
        Rates(Decimal(0), Decimal(1), Decimal(0))


@pytest.mark.parametrize(
    ("value", "year", "expected"),
    [("5000", "0", True), ("5000.01", "0", False), ("100", "25900", True), ("100", "25900.01", False)],
)
def test_limits_are_of_one_transaction_and_of_a_year(value: str, year: str, expected: bool) -> None:
    assert inside(Decimal(value), Decimal(year), Limits()) is expected


@pytest.mark.requirement("TF-LIMIT-7")
@given(
    st.decimals(0, 100000, places=2),
    st.lists(st.decimals(0, 1000, places=3), min_size=1, max_size=30).filter(
        lambda weights: sum(weights) > 0
    ),
)
def test_parts_sum_to_the_whole_and_stay_within_a_cent(total: Decimal, weights: list[Decimal]) -> None:
    parts = apportion(total, weights)
    assert sum(parts) == total
    whole = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - total * weight / whole) < Decimal("0.01")


def test_nothing_cannot_be_split() -> None:
    for weights in ([], [Decimal(0)], [Decimal(2), Decimal(-1)]):
        with pytest.raises(ValueError, match="nothing to split by"):
            apportion(Decimal(1), weights)


LINES = st.builds(
    ListLine,
    st.integers(1, 40).map(lambda number: f"L{number}"), st.integers(1, 9), st.sampled_from(["S1", "S2"]),
    st.just("S1"), st.sampled_from(["4", "1"]), st.just("GB"), st.sampled_from(["X1", "X2"]),
    st.sampled_from(["6505009900", "6505009901"]), st.sampled_from(["GB", "DE"]), st.decimals(1, 9, places=0),
    st.just("H87"), st.decimals(1, 99, places=2), st.sampled_from(["USD", "EUR"]),
)  # fmt: skip
LISTS = st.lists(LINES, max_size=40, unique_by=lambda each: (each.number, each.line))


@pytest.mark.requirement("TF-ACC-6")
@given(LISTS, st.integers(1, 4), st.integers(1, 5), st.randoms(use_true_random=False))
def test_a_proposal_holds_every_line_once_and_never_mixes_keys(
    lines: list[ListLine], most_items: int, most_lines: int, dice: Any
) -> None:
    groups = gather(lines, most_items=most_items, most_lines=most_lines)
    held = [line for group in groups for item in group.items for line in item.lines]
    assert len(held) == len(lines)
    assert set(held) == set(lines)
    for group in groups:
        assert len(group.items) <= most_items
        assert sum(len(item.lines) for item in group.items) <= most_lines
        assert {line.head for item in group.items for line in item.lines} == {group.head}
        for item in group.items:
            assert {line.item for line in item.lines} == {item.key}
            assert item.quantity == sum(line.quantity for line in item.lines)
    shuffled = list(lines)
    dice.shuffle(shuffled)
    assert gather(shuffled, most_items=most_items, most_lines=most_lines) == groups
    assert len(entries(groups)) == len(lines)


def test_a_line_named_twice_is_no_proposal() -> None:
    line = ListLine("L1", 1, "S", "S", "4", "GB", "X", "6505", "GB", Decimal(1), "H87", Decimal(1), "USD")
    with pytest.raises(ValueError, match="named twice"):
        gather([line, line])
    assert gather([line])[0].items[0].amount == 1


RESULT = {"act": {"decidedAt": "2026-03-03T10:00:00+08:00"}, "sealsAfter": ["S1"]}


def event(kind: str, hour: int, *seals: str, classifier: str = "actual") -> dict[str, Any]:
    said = {"seals": list(seals)} if seals else {}
    return {
        "header": {"kind": kind},
        "eventTime": f"2026-03-03T{hour}:00:00+08:00",
        "classifier": classifier,
        **said,
    }


@pytest.mark.requirement("TF-LIMIT-8")
@pytest.mark.parametrize(
    ("events", "recognised"),
    [
        ([event("loaded", 11, "S1"), event("available", 20, "S1")], True),
        ([event("available", 20)], True),
        ([event("loaded", 11, "S1")], False),
        ([event("available", 20, "S2")], False),
        ([event("seal-broken", 12, "S1"), event("sealed", 13, "S2"), event("available", 20, "S2")], False),
        ([event("sealed", 13, "S2"), event("handover", 14, "S2"), event("available", 20, "S2")], True),
        ([event("seal-broken", 12, classifier="planned"), event("available", 20, "S1")], True),
        ([event("seal-broken", 21), event("available", 20, "S1")], True),
        ([event("damaged", 12), event("available", 20, "S1")], False),
    ],
)
def test_an_inspection_is_recognised_over_an_unbroken_chain_alone(
    events: list[dict[str, Any]], recognised: bool
) -> None:
    assert custody(RESULT, events).recognised is recognised
    assert custody(RESULT, reversed(events)) == custody(RESULT, events)


def test_events_before_the_result_break_nothing() -> None:
    before = {**event("seal-broken", 12), "eventTime": "2026-03-03T09:00:00+08:00"}
    assert custody(RESULT, [before, event("available", 20, "S1")]).recognised
