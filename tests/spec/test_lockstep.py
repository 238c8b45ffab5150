"""Schemas and views keep step: members, types and presence are one, and no document is lost between them."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor

import threeflow_spec
from threeflow import digest, strict, views
from threeflow.errors import Refused
from threeflow.schemas import Schemas
from threeflow.v1 import document_view_pb2
from threeflow.v1.document_view_pb2 import DocumentView

PACKAGE = "threeflow.v1."
SCHEMAS = {name: json.loads(threeflow_spec.read(name)) for name in threeflow_spec.names("v1/schemas/")}
VECTORS = [
    name
    for name in threeflow_spec.names("v1/vectors/documents/")
    if name.endswith(".json") and not name.endswith("twins.json")
]
POOL = document_view_pb2.DESCRIPTOR.pool
SCALARS = {
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_BOOL: "boolean",
    FieldDescriptor.TYPE_INT32: "integer",
    FieldDescriptor.TYPE_INT64: "integer",
}
Pair = tuple[str, dict[str, Any], str, Descriptor]


def resolved(schema: dict[str, Any], file: str) -> tuple[dict[str, Any], str]:
    """Where the schema of a member leads, narrowings left out; not the generator's reading of it."""
    for key in ("allOf", "anyOf"):
        if key in schema and "properties" not in schema:
            return resolved(schema[key][0], file)
    if "$ref" not in schema:
        return schema, file
    path, _, inner = schema["$ref"].partition("#/$defs/")
    parts = file.rsplit("/", 1)[0].split("/")
    for step in path.split("/"):
        if step == "..":
            parts.pop()
        elif step:
            parts.append(step)
    where = "/".join(parts) if path else file
    return resolved(SCHEMAS[where]["$defs"][inner] if inner else SCHEMAS[where], where)


def members(schema: dict[str, Any]) -> dict[str, Any]:
    """The members that an object may have, in one of its forms or in all."""
    found = dict(schema.get("properties", {}))
    for form in schema.get("oneOf", []):
        found.update(form.get("properties", {}))
    return found


def titled(title: str) -> str:
    words = re.findall("[A-Za-z0-9]+", title)
    return "".join(word.title() if word.isupper() else word[0].upper() + word[1:] for word in words)


def roots() -> Iterator[Pair]:
    for file, schema in SCHEMAS.items():
        for each in (schema, *schema.get("$defs", {}).values()):
            if "properties" in each:
                yield each["title"], each, file, POOL.FindMessageTypeByName(PACKAGE + titled(each["title"]))


def pairs() -> Iterator[Pair]:
    """Every object of the schemas with its message, those described in place included."""
    waiting = list(roots())
    while waiting:
        name, schema, file, message = waiting.pop()
        yield name, schema, file, message
        for member, held in members(schema).items():
            field = next((each for each in message.fields if each.json_name == member), None)
            inner = held.get("items", held)
            if members(inner) and field is not None and field.message_type is not None:
                waiting.append((f"{name}/{member}", inner, file, field.message_type))


PAIRS = list(pairs())


def mismatch(schema: dict[str, Any], file: str, field: FieldDescriptor) -> str:
    """What in a field is not what its member says; empty where all is."""
    said, where = resolved(schema, file)
    if said.get("type") == "array":
        return "" if field.is_repeated and not is_map(field) else "a list that is not repeated"
    return mismatch_of_one(said, where, field)


def mismatch_of_one(said: dict[str, Any], file: str, field: FieldDescriptor) -> str:
    if members(said):
        alike = (
            field.message_type is not None and not field.is_repeated and names(field) == set(members(said))
        )
        return "" if alike else "an object that is no message of its members"
    if said.get("type") == "object":
        return "" if is_open(said, file, field) else "an open object that is neither map nor Struct"
    constant = {bool: "boolean", str: "string"}.get(type(said.get("const")))
    wanted = said.get("type", constant)
    if SCALARS.get(field.type) != wanted:
        return f"{wanted} is no {field.type}"
    if wanted == "integer" and (said["maximum"] >= 2**31) != (field.type == FieldDescriptor.TYPE_INT64):
        return "an integer of the wrong size"
    return "" if field.has_presence else "absent and empty look the same"


def names(field: FieldDescriptor) -> set[str]:
    return {each.json_name for each in field.message_type.fields}


def is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def is_open(said: dict[str, Any], file: str, field: FieldDescriptor) -> bool:
    if said["additionalProperties"] is True:
        return field.message_type.full_name == "google.protobuf.Struct"
    value = field.message_type.fields_by_name["value"]
    return is_map(field) and SCALARS[value.type] == resolved(said["additionalProperties"], file)[0]["type"]


@pytest.mark.requirement("TF-VIEW-1")
@pytest.mark.parametrize(("name", "schema", "file", "message"), PAIRS, ids=[each[0] for each in PAIRS])
def test_every_member_has_its_field_and_every_field_its_member(
    name: str, schema: dict[str, Any], file: str, message: Descriptor
) -> None:
    fields = {each.json_name: each for each in message.fields}
    assert set(fields) == set(members(schema))
    for member, each in members(schema).items():
        assert (member, mismatch(each, file, fields[member])) == (member, "")
        entries, where = resolved(each, file)
        if entries.get("type") == "array":
            entry, there = resolved(entries["items"], where)
            if members(entry):
                assert names(fields[member]) == set(members(entry))
            else:
                assert SCALARS[fields[member].type] == entry["type"], there


def test_every_message_of_the_views_is_some_object_of_the_schemas() -> None:
    seen = {message.full_name for *_, message in PAIRS}
    families = {name.split("/")[2] for name in SCHEMAS}
    files = [POOL.FindFileByName(f"threeflow/v1/{family}.proto") for family in families]
    messages = [each for file in files for each in file.message_types_by_name.values()]
    nested = list(messages)
    for each in nested:
        nested.extend(inner for inner in each.nested_types if not inner.GetOptions().map_entry)
    assert {each.full_name for each in nested} == seen


def test_every_payload_has_a_place_in_the_union() -> None:
    payloads = {
        file.rsplit("/", 1)[1].removesuffix(".schema.json")
        for file, schema in SCHEMAS.items()
        if "header" in schema.get("properties", {})
    }
    assert {each.name.replace("_", "-") for each in DocumentView.DESCRIPTOR.fields} == payloads


@pytest.mark.requirement("TF-VIEW-1", "TF-VIEW-2", "TF-VIEW-3")
@pytest.mark.parametrize("name", VECTORS)
def test_the_view_of_a_valid_document_gives_the_document_back(name: str) -> None:
    payload = json.loads(threeflow_spec.read(name))
    wire = views.view_of(payload).SerializeToString()
    again = views.payload_of(DocumentView.FromString(wire))
    assert again == payload
    assert not [each for each in numbers(again) if isinstance(each, float)]
    assert Schemas.load().validate(payload["header"]["type"], again) == ()


@pytest.mark.requirement("TF-VIEW-1")
@pytest.mark.parametrize("name", VECTORS)
def test_protojson_is_the_payload_but_for_what_has_to_be_restored(name: str) -> None:
    payload = json.loads(threeflow_spec.read(name))
    view = views.view_of(payload)
    field = view.WhichOneof("document")
    assert field is not None
    said = json_format.MessageToDict(getattr(view, field))
    assert relaxed(said) == relaxed(payload)


def relaxed(value: Any) -> Any:
    """A value without what ProtoJSON writes otherwise: empty lists and nulls go, integers are texts."""
    if isinstance(value, dict):
        kept = {key: relaxed(each) for key, each in value.items()}
        return {key: each for key, each in kept.items() if each not in ([], {}, None)}
    if isinstance(value, list):
        return [relaxed(each) for each in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def numbers(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from numbers(each)
    else:
        yield value


HEADER = {
    "specVersion": "1.0", "type": "receipt", "id": "6f1c0f0e-52f5-4d0f-8a55-0a4f6a0c9b11",
    "issuer": "xa.customs", "environment": "demo", "issuedAt": "2026-03-03T12:00:00+08:00",
}  # fmt: skip
RECEIPT = {
    "header": HEADER,
    "document": {
        "issuer": "xa.shop", "id": "6f1c0f0e-52f5-4d0f-8a55-0a4f6a0c9b12", "digest": "sha-256:" + "0" * 64,
        "type": "order", "kids": ["xa.shop#seal-1"],
    },
    "outcome": "flagged",
    "findings": [{
        "rule": "R-1", "pointer": "", "parameters": {"count": 3, "parts": [1, {"of": 9007199254740991}]},
        "message": {"en": "x", "zh": "x"},
    }],
    "log": {"id": "xa.customs/1", "index": 0},
    "trustLists": [],
    "salt": "AAAAAAAAAAAAAAAAAAAAAA",
}  # fmt: skip


@pytest.mark.requirement("TF-VIEW-2", "TF-VIEW-3")
def test_a_receipt_keeps_its_numbers_and_its_empty_lists() -> None:
    again = views.payload_of(views.view_of(RECEIPT))
    assert strict.parse(json.dumps(again).encode()) == RECEIPT
    assert json.dumps(again, sort_keys=True) == json.dumps(RECEIPT, sort_keys=True)


@pytest.mark.requirement("TF-VIEW-3")
def test_the_first_trust_list_keeps_its_null() -> None:
    shown: dict[str, Any] = {
        "header": {**HEADER, "type": "trust-list"},
        "previous": None,
        "sequence": 9007199254740991,
    }
    again = views.payload_of(views.view_of(shown))
    assert (again["previous"], again["sequence"]) == (None, 9007199254740991)


@pytest.mark.requirement("TF-VIEW-4")
def test_two_payloads_of_one_view_have_two_digests() -> None:
    tight, loose = json.dumps(RECEIPT, separators=(",", ":")).encode(), json.dumps(RECEIPT, indent=1).encode()
    shown = [views.view_of(json.loads(each)).SerializeToString(deterministic=True) for each in (tight, loose)]
    assert shown[0] == shown[1]
    assert digest.of(tight) != digest.of(loose)


@pytest.mark.requirement("TF-VIEW-5")
def test_a_view_of_another_payload_is_refused() -> None:
    view = views.view_of(RECEIPT)
    views.check(view, RECEIPT)
    view.receipt.outcome = "accepted"
    for wrong in (view, DocumentView()):
        with pytest.raises(Refused) as caught:
            views.check(wrong, RECEIPT)
        assert (caught.value.code, caught.value.requirement) == ("bad-request", "TF-VIEW-5")


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({}, "unknown-type"),
        ({"header": {"type": "letter"}}, "unknown-type"),
        ({**RECEIPT, "surprise": 1}, "schema-violated"),
        ({**RECEIPT, "salt": {"a": 1}}, "schema-violated"),
    ],
)
def test_what_has_no_view_is_refused(payload: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as caught:
        views.view_of(payload)
    assert caught.value.code == code
    with pytest.raises(Refused) as held:
        views.check(views.view_of(RECEIPT), payload)
    assert held.value.code == "bad-request"
