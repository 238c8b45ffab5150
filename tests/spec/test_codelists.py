"""The code lists: stated source and edition, dates that count, and the traps that look alike."""

import json
from datetime import date

import pytest

import threeflow_spec
from threeflow.codelists import CodeLists, UnknownListError
from threeflow.schemas import Schemas
from threeflow.standard import Standard

LISTS = CodeLists.load()
MEMBERS = {"id", "title", "authority", "source", "edition", "licence", "retrieved", "from", "to", "codes"}
ENTRY = {"code", "name", "from", "to", "map", "properties"}


@pytest.mark.requirement("TF-DOC-13")
@pytest.mark.parametrize("list_id", sorted(LISTS.ids))
def test_a_list_states_where_it_comes_from_and_names_no_code_twice(list_id: str) -> None:
    content = json.loads(threeflow_spec.read(f"v1/codelists/{list_id}.json"))
    assert content["id"] == list_id
    assert set(content) == MEMBERS, (
        "authority, source, edition, validity and licence are said, null where a day is open"
    )
    days = [content[end] and date.fromisoformat(content[end]) for end in ("from", "to")]
    assert None in days or days[0] < days[1]
    assert all(content[name] for name in ("authority", "source", "edition", "licence", "retrieved"))
    assert set(content["title"]) == {"en", "zh"}
    codes = [each["code"] for each in content["codes"]]
    assert len(set(codes)) == len(codes) > 0
    assert all(set(each) <= ENTRY for each in content["codes"])
    assert all(each.get("from", "0") <= each.get("to", "9") for each in content["codes"])


@pytest.mark.parametrize("list_id", sorted(LISTS.ids))
def test_every_counterpart_is_a_code_of_the_list_it_names(list_id: str) -> None:
    for code in LISTS.get(list_id).codes.values():
        for other, counterpart in code.counterparts.items():
            assert LISTS.contains(other, counterpart), (list_id, code.code, counterpart)


@pytest.mark.requirement("TF-VER-7")
def test_a_code_is_valid_in_its_period_only() -> None:
    assert LISTS.contains("cn-supervision-mode", "9710", date(2020, 7, 1))
    assert not LISTS.contains("cn-supervision-mode", "9710", date(2020, 6, 30))
    assert LISTS.contains("hs-2022", "691110", date(2027, 12, 31))
    assert not LISTS.contains("hs-2022", "691110", date(2028, 1, 1))
    assert LISTS.contains("hs-2022", "691110")
    assert (LISTS.get("hs-2022").start, LISTS.get("hs-2022").end) == (date(2022, 1, 1), date(2027, 12, 31))
    assert LISTS.contains("iso-4217", "HRK", date(2022, 12, 31))
    assert not LISTS.contains("iso-4217", "HRK", date(2023, 1, 1))
    assert not LISTS.contains("iso-4217", "BGN", date(2026, 1, 1))


@pytest.mark.requirement("TF-CONV-14")
def test_the_same_digits_mean_other_things_in_other_lists() -> None:
    assert LISTS.get("cn-customs-country").codes["142"].counterparts == {"iso-3166-1": "CN"}
    assert LISTS.get("iso-3166-1").codes["CN"].properties["numeric"] == "156"
    assert LISTS.get("cn-transport-mode").codes["5"].counterparts == {"unece-rec19": "4"}
    assert LISTS.get("unece-rec19").codes["5"].name_en == "Mail"


def test_withdrawn_units_are_left_out_and_common_ones_are_there() -> None:
    assert {"H87", "KGM", "LTR", "MTR", "SET"} <= set(LISTS.get("unece-rec20").codes)
    assert not LISTS.contains("unece-rec20", "ARE")


def test_a_label_of_the_order_system_names_one_country_or_none() -> None:
    labels = LISTS.get("country-label-alias").codes
    assert {
        name: labels[name].counterparts.get("iso-3166-1") for name in ("EIRE", "RSA", "USA", "Hong Kong")
    } == {
        "EIRE": "IE",
        "RSA": "ZA",
        "USA": "US",
        "Hong Kong": "HK",
    }
    assert labels["Channel Islands"].counterparts == {"iso-3166-1": "JE"}
    nameless = {name for name, code in labels.items() if not code.counterparts}
    assert nameless == {"Unspecified", "European Community"}


def test_an_unknown_list_is_an_error_and_an_unknown_code_is_not() -> None:
    with pytest.raises(UnknownListError):
        LISTS.contains("no-such-list", "1")
    assert not LISTS.contains("iso-3166-1", "XX")


def test_the_lists_of_document_types_and_events_are_those_of_the_schemas() -> None:
    schemas = Schemas.load()
    types = {type_ for type_ in schemas.types if schemas.family(type_) != "protocol"}
    assert set(LISTS.get("document-type").codes) == types
    assert set(LISTS.get("event-type").codes) == _kinds(schemas, "logistics-event")


def test_schemas_and_exchange_table_name_the_same_types_and_kinds() -> None:
    schemas = Schemas.load()
    table = Standard.load().table_source["documents"]
    assert {row["type"] for row in table} == set(LISTS.get("document-type").codes)
    for row in table:
        assert set(row["kinds"]) == _kinds(schemas, row["type"]), row["type"]
        assert row["family"] == schemas.family(row["type"])


@pytest.mark.requirement("TF-DOS-36")
def test_purposes_of_the_exchange_table_are_codes_and_no_kind_that_release_needs_says_any() -> None:
    table = Standard.load().table
    kinds = {(row.type, kind.name): kind for row in table.rows.values() for kind in row.kinds.values()}
    kept = {each: kind.purposes for each, kind in kinds.items() if kind.purposes is not None}
    assert ("match-result", "fx") in kept
    for each, purposes in kept.items():
        assert purposes <= set(LISTS.get("purpose").codes), each
        assert all(step.track in {"match", "life"} for step in kinds[each].steps), f"{each} moves goods"


def _kinds(schemas: Schemas, type_: str) -> set[str]:
    narrowed = schemas.schema(type_)["properties"]["header"]["allOf"][1]
    return set(narrowed["properties"]["kind"]["enum"])
