"""The generator of the views gives a field number once and for ever, and says what each field means."""

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.descriptor import Descriptor
from tools import generate_proto
from tools.generate_proto import Registry, Sources

from threeflow.v1 import (
    document_service_pb2,
    document_view_pb2,
    event_service_pb2,
    log_service_pb2,
    node_service_pb2,
    subject_service_pb2,
)

FILE = "trade/order.schema.json"
ROOT = Path(__file__).resolve().parents[2]


def made(edit: Any = None, registry: Registry | None = None) -> tuple[str, Registry]:
    """What the generator makes of the order once ``edit`` has changed its schema."""
    sources = Sources()
    sources.files = copy.deepcopy(sources.files)
    if edit:
        edit(sources.files[FILE])
    files, numbers = generate_proto.generate(registry or {}, sources)
    return files["trade.proto"], numbers


def without(name: str) -> Any:
    return lambda schema: schema["properties"].pop(name)


def with_new(schema: dict[str, Any]) -> None:
    schema["properties"] = {
        "giftWrap": {"title": "Gift wrap", "description": "Wrapped.", "type": "boolean"},
        **schema["properties"],
    }


@pytest.mark.requirement("TF-VIEW-6")
def test_a_member_that_goes_leaves_its_number_reserved_and_takes_it_again_when_it_returns() -> None:
    _, first = made()
    number = first["Order"]["fields"]["ordered_at"]
    text, second = made(without("orderedAt"), first)
    assert re.search(rf'reserved {number};\n  reserved "ordered_at";', text)
    assert second["Order"]["removed"] == {"ordered_at": number}
    assert made(None, second)[1]["Order"] == first["Order"]


@pytest.mark.requirement("TF-VIEW-6")
def test_a_new_member_takes_a_number_that_was_never_given_wherever_it_stands() -> None:
    _, first = made()
    _, second = made(without("orderedAt"), first)
    _, third = made(with_new, second)
    given = {*second["Order"]["fields"].values(), *second["Order"]["removed"].values()}
    assert third["Order"]["fields"]["gift_wrap"] == max(given) + 1
    kept = {name: number for name, number in third["Order"]["fields"].items() if name != "gift_wrap"}
    assert kept == first["Order"]["fields"]


def test_numbers_keep_out_of_the_range_that_protobuf_keeps() -> None:
    assert generate_proto.next_number([18998]) == 18999
    assert generate_proto.next_number([18999]) == 20000


def test_every_field_says_what_it_means_and_whether_it_must_be_there() -> None:
    for path in sorted((ROOT / "proto").rglob("*.proto")):
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines):
            if re.match(r"\s+(optional |repeated )?[\w.<>, ]+ \w+ = \d+;$", line):
                said = comment_above(lines, number)
                outcome = "oneof" in "".join(lines[max(0, number - 8) : number])
                assert re.search(r"Required|Optional|Present|Absent", said) or outcome, (
                    path.name,
                    line,
                    said,
                )


def comment_above(lines: list[str], number: int) -> str:
    start = number
    while lines[start - 1].strip().startswith("//"):
        start -= 1
    return " ".join(line.strip("/ ") for line in lines[start:number])


def test_the_verbs_of_both_bindings_have_one_name(openapi: dict[str, Any]) -> None:
    verbs = {
        operation["operationId"]
        for path, methods in openapi["paths"].items()
        for method, operation in methods.items()
        if method in {"get", "post"} and path not in {"/health", "/ready"}
    }
    assert {name[0].lower() + name[1:] for name in methods()} == verbs


def methods() -> Iterator[str]:
    services = (
        document_service_pb2, event_service_pb2, log_service_pb2, node_service_pb2, subject_service_pb2,
    )  # fmt: skip
    for module in services:
        for service in module.DESCRIPTOR.services_by_name.values():
            yield from (method.name for method in service.methods)


def test_only_integers_of_log_proofs_and_the_like_need_64_bits() -> None:
    wide = {each.full_name for each in messages() for field in each.fields if field.type in {3, 4}}
    assert not any(".Order" in name or ".Payment" in name or ".Waybill" in name for name in wide)


def messages() -> Iterator[Descriptor]:
    for file in document_view_pb2.DESCRIPTOR.dependencies:
        yield from file.message_types_by_name.values()
