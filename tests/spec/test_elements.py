"""Every core data element, and every addition to the common model, has a place in the schemas."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

import threeflow_spec

REFERENCES = {"wco": "x-wco", "tded": "x-tded", "ceb": "x-ceb", "h7": "x-h7"}
SOURCE = json.loads(threeflow_spec.read("v1/elements.json"))


def _places(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _places(value)
    elif isinstance(node, list):
        for value in node:
            yield from _places(value)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _fields() -> list[dict[str, Any]]:
    schemas = [json.loads(threeflow_spec.read(name)) for name in threeflow_spec.names("v1/schemas/")]
    return [place for schema in schemas for place in _places(schema) if "title" in place]


FIELDS = _fields()


def test_the_standard_names_122_core_elements() -> None:
    numbers = [each["no"] for each in SOURCE["elements"]]
    assert len(set(numbers)) == len(numbers) == 122


@pytest.mark.requirement("TF-DOC-22")
@pytest.mark.parametrize("element", SOURCE["elements"], ids=lambda each: f"{each['no']}-{each['name']['en']}")
def test_a_core_element_has_a_place_that_bears_its_references(element: dict[str, Any]) -> None:
    places = [field for field in FIELDS if element["no"] in _listed(field.get("x-element"))]
    assert places
    for name, reference in element.get("ids", {}).items():
        borne = {each for place in places for each in _listed(place.get(REFERENCES[name]))}
        assert reference in borne, f"no place of element {element['no']} bears {name} {reference}"


def test_every_number_that_a_field_bears_has_a_name_in_both_languages() -> None:
    named = {each["no"]: each["name"] for each in (*SOURCE["elements"], *SOURCE["extensions"])}
    assert len(named) == len(SOURCE["elements"]) + len(SOURCE["extensions"])
    assert {number for field in FIELDS for number in _listed(field.get("x-element", []))} <= named.keys()
    for name in (*named.values(), *(each["name"] for each in SOURCE["additions"])):
        assert name["en"].isascii()
        assert any("\u4e00" <= letter <= "\u9fff" for letter in name["zh"]), name


@pytest.mark.requirement("TF-DOC-22")
@pytest.mark.parametrize("addition", [each["id"] for each in SOURCE["additions"]])
def test_an_addition_to_the_common_model_has_a_place(addition: str) -> None:
    assert any(addition in _listed(field.get("x-addition")) for field in FIELDS)


def test_no_field_names_an_addition_that_is_not_listed() -> None:
    named = {name for field in FIELDS for name in _listed(field.get("x-addition", []))}
    assert named == {each["id"] for each in SOURCE["additions"]}


def test_the_corrections_hold() -> None:
    """A UCR has 35 characters; HS code and English name are optional; identity numbers stand in parts."""
    files = {name: json.loads(threeflow_spec.read(name)) for name in threeflow_spec.names("v1/schemas/")}
    common = "v1/schemas/common/"
    assert files[f"{common}ucr.schema.json"]["maxLength"] == 35
    assert not {"hsCode", "originCountry"} & set(files[f"{common}item.schema.json"]["required"])
    holders = {name for name, schema in files.items() if '"identities"' in json.dumps(schema)}
    assert holders == {f"{common}person.schema.json"}
    users = {name for name, schema in files.items() if "person.schema.json" in json.dumps(schema)}
    assert users - holders == {f"{common}part.schema.json"}
