"""Every schema stands where its id says, describes what it holds, and serves a row or the protocol."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

BASE = "https://threeflow.example/v1/schemas/"
FAMILIES = {"common", "customs", "funds", "logistics", "network", "oversight", "parties", "protocol", "trade"}


@pytest.fixture(scope="module")
def schemas(machine: Path) -> dict[str, Any]:
    folder = machine / "schemas"
    return {
        str(path.relative_to(folder)): json.loads(path.read_bytes())
        for path in sorted(folder.rglob("*.schema.json"))
    }


def properties(node: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Every declared property of a schema, at any depth."""
    if isinstance(node, list):
        for index, each in enumerate(node):
            yield from properties(each, f"{pointer}/{index}")
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if key == "properties" and isinstance(value, dict):
            for name, schema in value.items():
                yield f"{pointer}/properties/{name}", schema
        if key not in {"const", "enum", "default", "examples"}:
            yield from properties(value, f"{pointer}/{key}")


def test_there_are_schemas(schemas: dict[str, Any]) -> None:
    assert schemas
    assert {name.split("/")[0] for name in schemas} <= FAMILIES


def test_every_id_is_the_place_of_its_file(schemas: dict[str, Any]) -> None:
    assert {
        name: schema.get("$id") for name, schema in schemas.items() if schema.get("$id") != BASE + name
    } == {}


def test_every_schema_states_its_dialect_and_title(schemas: dict[str, Any]) -> None:
    dialect = "https://json-schema.org/draft/2020-12/schema"
    assert [name for name, schema in schemas.items() if schema.get("$schema") != dialect] == []
    assert [name for name, schema in schemas.items() if not schema.get("title")] == []


def described(schema: Any) -> bool:
    """Described here, or where its ``$ref`` leads; a boolean schema only opens or closes."""
    return isinstance(schema, bool) or "description" in schema or "$ref" in schema


def test_every_property_says_what_it_means(schemas: dict[str, Any]) -> None:
    narrowing = ("/allOf/", "/anyOf/", "/oneOf/", "/if/", "/then/", "/else/", "/not/")
    silent = [
        f"{name}#{pointer}"
        for name, schema in schemas.items()
        for pointer, each in properties(schema)
        if not described(each) and not any(part in pointer for part in narrowing)
    ]
    assert silent == []


def rows(machine: Path) -> list[Any]:
    table: list[Any] = yaml.safe_load((machine / "exchange.yaml").read_text(encoding="utf-8"))["documents"]
    return table


def test_every_row_of_the_table_has_a_schema_in_its_family(machine: Path, schemas: dict[str, Any]) -> None:
    missing = [
        f"{row['family']}/{row['type']}"
        for row in rows(machine)
        if f"{row['family']}/{row['type']}.schema.json" not in schemas
    ]
    assert missing == []


def test_every_document_schema_has_a_row(machine: Path, schemas: dict[str, Any]) -> None:
    known = {f"{row['family']}/{row['type']}.schema.json" for row in rows(machine)}
    documents = {name for name in schemas if name.split("/")[0] not in {"common", "protocol"}}
    assert documents - known == set()


def test_yaml_and_json_of_the_machine_half_can_be_read(machine: Path) -> None:
    for path in machine.rglob("*.json"):
        if "vectors" not in path.parts:
            json.loads(path.read_bytes())
    for path in machine.rglob("*.yaml"):
        yaml.safe_load(path.read_text(encoding="utf-8"))


def test_every_folder_of_vectors_explains_itself(machine: Path) -> None:
    folders = [path for path in (machine / "vectors").iterdir() if path.is_dir()]
    assert folders
    assert [path.name for path in folders if not (path / "README.md").exists()] == []
