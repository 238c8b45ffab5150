"""Personal data parts are bound by digest, may be withheld, and come from nowhere else."""

import json
from typing import Any

import pytest

import threeflow_spec
from threeflow import artefacts, base64url, parts, strict
from threeflow.errors import Refused

BUYER = parts.make({"name": "Test Buyer"})
PAYEE = parts.make({"name": "Test Payee"})


def payload(*bindings: dict[str, object], **content: Any) -> dict[str, Any]:
    return {"header": {"parts": list(bindings)}, **content}


BOUND = payload(
    parts.bind("buyer", BUYER, ["import-clearance"], "2029-03-01T00:00:00Z"),
    parts.bind("payee", PAYEE, ["import-clearance"]),
    buyer={"part": "buyer", "country": "GB"},
)


def test_parts_come_back_under_their_names() -> None:
    assert parts.read(BOUND, [PAYEE, BUYER]) == {
        "buyer": {"name": "Test Buyer"},
        "payee": {"name": "Test Payee"},
    }


@pytest.mark.requirement("TF-PART-5")
def test_a_missing_part_is_withheld_and_no_fault() -> None:
    opened = parts.read(BOUND, [PAYEE])
    assert parts.withheld(BOUND, opened) == ("buyer",)


@pytest.mark.requirement("TF-PART-2")
def test_a_salt_is_32_octets_and_never_the_same() -> None:
    salts = {json.loads(parts.make({"name": "x"}))["salt"] for _ in range(50)}
    assert len(salts) == 50
    assert {len(base64url.decode(each)) for each in salts} == {32}


@pytest.mark.requirement("TF-PART-3")
def test_two_entries_share_neither_name_nor_digest() -> None:
    one = parts.bind("buyer", BUYER, ["x"])
    for other in (parts.bind("buyer", PAYEE, ["x"]), parts.bind("payee", BUYER, ["x"])):
        with pytest.raises(Refused, match="TF-PART-3"):
            parts.read(payload(one, other), [])


@pytest.mark.requirement("TF-PART-4")
@pytest.mark.parametrize("given", [[BUYER, BUYER], [BUYER, parts.make({"name": "x"})], [BUYER[:-1] + b" }"]])
def test_a_part_that_no_entry_binds_or_that_comes_twice_is_refused(given: list[bytes]) -> None:
    with pytest.raises(Refused) as caught:
        parts.read(BOUND, given)
    assert (caught.value.code, caught.value.requirement) == ("part-unbound", "TF-PART-4")


@pytest.mark.requirement("TF-PART-6")
def test_a_party_that_points_nowhere_is_refused() -> None:
    for content in ({"buyer": {"part": "seller"}}, {"lines": [{"owner": {"part": "seller"}}]}):
        with pytest.raises(Refused, match="TF-PART-6"):
            parts.read({**BOUND, **content}, [])


@pytest.mark.requirement("TF-PART-1")
@pytest.mark.parametrize(
    "octets",
    [
        b"{}",
        b'{"party":{"name":"x"}}',
        BUYER[:-1] + b',"more":1}',
        strict.dump({"salt": "AAAA", "party": {"name": "x"}}),
        BUYER[:-1] + b',"salt":"x"}',
        b"\xff",
    ],
    ids=["empty", "no-salt", "one-member-more", "short-salt", "salt-twice", "no-text"],
)
def test_octets_that_are_no_part_are_refused_though_bound(octets: bytes) -> None:
    with pytest.raises(Refused, match=r"schema-violated|json-malformed"):
        parts.read(payload(parts.bind("buyer", octets, ["x"])), [octets])


@pytest.mark.requirement("TF-PART-7")
def test_a_party_in_a_payload_has_no_room_for_identity_numbers() -> None:
    person = json.loads(threeflow_spec.read("v1/schemas/common/person.schema.json"))
    assert "identities" in person["properties"]
    identity = {"scheme": "passport", "value": "X0000000"}
    assert artefacts.problem("party", {"name": "x"}, "common") is None
    assert artefacts.problem("party", {"name": "x", "identities": [identity]}, "common")
