"""The document vectors: valid ones pass; each twin is refused at the place and for the keyword it names."""

import copy
import json
from typing import Any

import pytest

import threeflow_spec
from threeflow.schemas import Schemas

ROOT = "v1/vectors/documents/"
PROTOCOL = "protocol"


@pytest.fixture(scope="module")
def schemas() -> Schemas:
    return Schemas.load()


def _documents() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path in threeflow_spec.names(ROOT):
        type_, _, name = path[len(ROOT) :].partition("/")
        if name.endswith(".json") and name != "twins.json":
            found.setdefault(type_, {})[name.removesuffix(".json")] = json.loads(threeflow_spec.read(path))
    return found


DOCUMENTS = _documents()
VALID = [(type_, name) for type_, documents in DOCUMENTS.items() for name in documents]
TWINS = [
    (type_, twin)
    for type_ in DOCUMENTS
    for twin in json.loads(threeflow_spec.read(f"{ROOT}{type_}/twins.json"))
]


def edited(document: Any, edit: dict[str, Any]) -> Any:
    """Apply one operation of RFC 6902 to a copy."""
    result = copy.deepcopy(document)
    *way, last = edit["pointer"].split("/")[1:]
    place = result
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    index: Any = int(last) if isinstance(place, list) else last
    if edit["op"] == "remove":
        del place[index]
        return result
    assert (index in place) == (edit["op"] == "replace") or isinstance(place, list)
    place[index] = edit["value"]
    return result


@pytest.mark.requirement("TF-DOC-3")
@pytest.mark.parametrize(("type_", "name"), VALID)
def test_a_valid_document_breaks_no_schema(schemas: Schemas, type_: str, name: str) -> None:
    document = DOCUMENTS[type_][name]
    assert document["header"]["type"] == type_
    assert schemas.validate(type_, document) == ()


@pytest.mark.parametrize(
    ("type_", "twin"),
    [
        pytest.param(
            type_, twin, id=f"{type_}-{twin['name']}", marks=pytest.mark.requirement(twin["requirement"])
        )
        for type_, twin in TWINS
    ],
)
def test_a_twin_breaks_the_schema_where_it_was_edited(
    schemas: Schemas, type_: str, twin: dict[str, Any]
) -> None:
    violations = schemas.validate(type_, edited(DOCUMENTS[type_][twin["of"]], twin["edit"]))
    assert (twin["expect"]["pointer"], twin["expect"]["keyword"]) in {
        (each.pointer, each.parameters["keyword"]) for each in violations
    }


def test_every_document_type_has_two_valid_documents_and_three_twins(schemas: Schemas) -> None:
    types = {type_ for type_ in schemas.types if schemas.family(type_) != PROTOCOL}
    twins = {type_: [twin["name"] for other, twin in TWINS if other == type_] for type_ in types}
    assert types == set(DOCUMENTS)
    assert all(len(DOCUMENTS[type_]) >= 2 for type_ in types)
    assert all(len(set(names)) >= 3 for names in twins.values())
