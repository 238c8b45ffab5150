"""Each of the plan's 145 systems is served by a row, built in, or outside with a reason in two languages."""

import ast
from pathlib import Path
from typing import Any

import pytest

from threeflow import plain_yaml
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


FOLDER = ROOT / "tests" / "system" / "journeys"
ITEMS: list[dict[str, Any]] = plain_yaml.read((FOLDER / "items.yaml").read_bytes())
# What the plan names one by one: an item that goes from the file is missed here.
NAMED = [
    "清单核放、汇总申报", "四千份清单", "集中纳税、代扣代缴", "单次与年度限值", "缴税期限与税款担保",
    "担保账户", "保税库存（1210）", "海外仓库存（9810）", "修改", "撤销",
    "退货", "期限", "查检合一", "转关", "出口直放、进口直通",
    "部分扣留", "异议", "进口对话", "查验或担保",
]  # fmt: skip


def _tests(path: Path) -> set[str]:
    written = ast.parse(path.read_text(encoding="utf-8"))
    return {
        node.name
        for node in written.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    }


def test_the_items_of_supervision_are_all_there() -> None:
    assert [each["item"] for each in ITEMS] == NAMED


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["item"])
def test_an_item_of_supervision_has_its_journey_over_running_gateways(item: dict[str, Any]) -> None:
    assert item["says"]
    assert item["shown"], f"{item['item']} has no journey"
    for place in item["shown"]:
        file, _, test = place.partition("::")
        source = (FOLDER / file).read_text(encoding="utf-8")
        assert test in _tests(FOLDER / file), place
        assert f"async def {test}(world: World)" in source.replace(
            "(\n    world: World,\n)", "(world: World)"
        )
        assert f"tests/system/journeys/{file}" in {each.test for each in journeys()}
