"""The published artefacts say what the standard says, stand alone, and come out the same every time."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import yaml
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from openapi_schema_validator import OAS30Validator
from openapi_spec_validator import validate
from tools.artefacts.__main__ import artefacts, main

import threeflow_spec

VECTORS = [
    name
    for name in threeflow_spec.names("v1/vectors/documents/")
    if name.endswith(".json") and not name.endswith("twins.json")
]


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    return artefacts()


@pytest.fixture(scope="module")
def modern(made: dict[str, bytes]) -> dict[str, Any]:
    described: dict[str, Any] = yaml.safe_load(made["openapi-3.1.yaml"])
    return described


@pytest.fixture(scope="module")
def lagging(made: dict[str, bytes]) -> dict[str, Any]:
    described: dict[str, Any] = json.loads(made["openapi-3.0.3.json"])
    return described


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from references(each)


def component(described: dict[str, Any], payload: dict[str, Any]) -> str:
    wanted = "".join(word.title() for word in payload["header"]["type"].split("-"))
    assert wanted in described["components"]["schemas"]
    return wanted


def test_two_builds_are_equal_octet_for_octet(made: dict[str, bytes]) -> None:
    assert artefacts() == made


def test_the_checksums_are_those_of_the_files(made: dict[str, bytes]) -> None:
    listed = dict(line.split("  ")[::-1] for line in made["SHA256SUMS"].decode().splitlines())
    rest = {name: octets for name, octets in made.items() if name != "SHA256SUMS"}
    assert listed == {name: hashlib.sha256(octets).hexdigest() for name, octets in rest.items()}


def test_the_command_writes_what_is_made(tmp_path: Any, made: dict[str, bytes]) -> None:
    assert main(["--out", str(tmp_path)]) == 0
    files = (path for path in tmp_path.rglob("*") if path.is_file())
    assert {str(path.relative_to(tmp_path)): path.read_bytes() for path in files} == made


def test_both_bundles_are_valid_and_name_nothing_outside_themselves(
    modern: dict[str, Any], lagging: dict[str, Any]
) -> None:
    for described, version in ((modern, "3.1.0"), (lagging, "3.0.3")):
        assert described["openapi"] == version
        validate(described)
        known = {f"#/components/schemas/{name}" for name in described["components"]["schemas"]}
        named = {each for each in references(described) if "/schemas/" in each}
        assert named <= known


def test_both_bundles_have_every_operation_and_every_status(
    modern: dict[str, Any], lagging: dict[str, Any], openapi: dict[str, Any]
) -> None:
    def outline(described: dict[str, Any]) -> dict[str, Any]:
        return {
            f"{method} {path}": sorted(operation["responses"])
            for path, methods in described["paths"].items()
            for method, operation in methods.items()
            if method != "parameters"
        }

    assert outline(modern) == outline(openapi)
    assert outline(lagging) == outline(openapi)


@pytest.mark.parametrize("name", VECTORS)
def test_every_valid_document_is_valid_by_every_bundle(
    name: str, made: dict[str, bytes], modern: dict[str, Any], lagging: dict[str, Any]
) -> None:
    payload = json.loads(threeflow_spec.read(name))
    by_modern = {
        "$ref": f"#/components/schemas/{component(modern, payload)}",
        "components": modern["components"],
    }
    jsonschema.Draft202012Validator(by_modern).validate(payload)
    by_lagging = {
        "$ref": f"#/components/schemas/{component(lagging, payload)}",
        "components": lagging["components"],
    }
    OAS30Validator(by_lagging).validate(payload)
    bundle = json.loads(made["schemas.json"])
    key = next(each for each in bundle["$defs"] if each.endswith("/" + payload["header"]["type"]))
    jsonschema.Draft202012Validator({**bundle, "$ref": bundle["$defs"][key]["$id"]}).validate(payload)


def test_the_bundles_refuse_a_member_that_no_schema_knows(
    modern: dict[str, Any], lagging: dict[str, Any]
) -> None:
    payload = {**json.loads(threeflow_spec.read(VECTORS[0])), "surprise": 1}
    for described, validator in ((modern, jsonschema.Draft202012Validator), (lagging, OAS30Validator)):
        schema = {"$ref": f"#/components/schemas/{component(described, payload)}", **described}
        assert not validator(schema).is_valid(payload)


def test_the_descriptor_set_holds_services_views_and_what_they_import(made: dict[str, bytes]) -> None:
    files = {each.name: each for each in FileDescriptorSet.FromString(made["threeflow.binpb"]).file}
    assert "google/protobuf/struct.proto" in files
    services = {service.name for each in files.values() for service in each.service}
    assert services == {"DocumentService", "EventService", "LogService", "NodeService", "SubjectService"}
    assert all(
        each.source_code_info.location for name, each in files.items() if name.startswith("threeflow/")
    )


def test_the_collection_has_a_request_for_every_operation(
    made: dict[str, bytes], openapi: dict[str, Any]
) -> None:
    collection = json.loads(made["threeflow.postman_collection.json"])
    asked = [each["name"] for folder in collection["item"] for each in folder["item"]]
    stated = [
        operation["summary"].removesuffix(".")
        for methods in openapi["paths"].values()
        for method, operation in methods.items()
        if method != "parameters"
    ]
    assert sorted(asked) == sorted(stated)


def test_no_title_gives_two_classes_one_name_in_the_bundle_for_generators(lagging: dict[str, Any]) -> None:
    def titled(node: Any) -> bool:
        if isinstance(node, list):
            return any(titled(each) for each in node)
        if not isinstance(node, dict):
            return False
        return isinstance(node.get("title"), str) or any(titled(each) for each in node.values())

    assert [name for name, each in lagging["components"]["schemas"].items() if titled(each)] == []
