"""Each of the plan's 145 systems is served by a row, built in, or outside with a reason in two languages."""

import ast
from pathlib import Path

import pytest

from threeflow.coverage import Journey, Service, coverage, journeys
from threeflow.standard import Standard

ROOT = Path(__file__).resolve().parents[2]
FOUND = coverage(Standard.load())


def test_there_are_145_systems_without_a_gap() -> None:
    assert [each.number for each in FOUND] == list(range(1, 146))


@pytest.mark.parametrize("each", FOUND, ids=lambda each: str(each.number))
def test_a_system_is_served_built_in_or_outside(each: Service) -> None:
    assert each.state != "not yet"


def test_only_what_exchanges_no_data_is_outside_and_no_row_claims_it() -> None:
    outside = {each.number for each in FOUND if each.outside}
    assert outside == {65, 133, 134, 145}
    assert all(not each.types for each in FOUND if each.outside)


def test_every_reason_is_in_both_languages() -> None:
    for each in FOUND:
        for words in (each.name, each.built_in, each.outside, each.outside_in_part):
            assert words is None or (words["en"] and any("一" <= letter <= "鿿" for letter in words["zh"])), (
                each
            )


def test_the_first_table_of_45_types_stands() -> None:
    assert len(Standard.load().table.rows) == 45


@pytest.mark.parametrize("each", journeys(), ids=lambda each: each.id)
def test_a_journey_is_a_test_that_exists_and_shows_systems_that_are_served(each: Journey) -> None:
    written = ast.parse((ROOT / each.test).read_text(encoding="utf-8"))
    assert any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
        for node in written.body
    )
    assert each.systems
    for number in each.systems:
        assert FOUND[number - 1].state in {"served", "built-in"}
        assert each.id in FOUND[number - 1].journeys


def test_every_file_of_journeys_is_named() -> None:
    named = {each.test for each in journeys()}
    for path in (ROOT / "tests" / "system" / "journeys").glob("test_*.py"):
        assert str(path.relative_to(ROOT)) in named


def test_rows_bring_their_documents_and_the_rules_over_them() -> None:
    listing = FOUND[9]
    assert {"summary", "declaration"} <= set(listing.types)
    assert {"summary/void", "summary-result/rejected"} <= set(listing.documents)
    assert "VAL-09" in listing.rules
    assert "list-release" in listing.journeys
