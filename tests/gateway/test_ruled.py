"""Rules at the gate: a request that breaks one is refused with id and place, a fact is taken in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.asynchronous import synchronous
from kit.members import Society
from kit.papers import Parcel, paper, ref
from kit.refused import assert_exact
from kit.stations import in_process

IMPORT = {"position": "import", "office": {"list": "xb-office", "code": "XB100"}}

Edit = Callable[[dict[str, Any]], None]


def _lines(count: int) -> Edit:
    def edit(payload: dict[str, Any]) -> None:
        first = payload["items"][0]
        payload["items"] = [{**first, "sequence": number} for number in range(1, count + 1)]

    return edit


def _item(**members: Any) -> Edit:
    return lambda payload: payload["items"][0].update(members)


def _header(**members: Any) -> Edit:
    return lambda payload: payload["header"].update(members)


def _price(value: str) -> Edit:
    return _item(unitPrice={"value": value, "currency": "GBP"})


REFUSED: dict[str, tuple[Edit, str, str, str]] = {
    "101 items": (_lines(101), "schema-violated", "schema-maxItems", "/items"),
    "two items of one number": (
        lambda payload: payload["items"].append(dict(payload["items"][0])),
        "rule-violated",
        "UNI-05",
        "/items",
    ),
    "an unknown country": (_item(originCountry="XX"), "rule-violated", "COD-02A", "/items/0"),
    "an unknown HS code": (
        _item(hsCode={"list": "hs-2022", "code": "999999"}),
        "rule-violated",
        "COD-01",
        "/items/0/hsCode/code",
    ),
    "an unknown profile": (_header(profile="no-such-profile"), "rule-violated", "COD-10", "/header/profile"),
    "an exponent": (_price("1e3"), "schema-violated", "schema-pattern", "/items/0/unitPrice/value"),
    "digits that are not ASCII": (
        _price("١"), "schema-violated", "schema-pattern", "/items/0/unitPrice/value",
    ),
    "six fraction digits": (
        _price("1.123456"), "schema-violated", "schema-pattern", "/items/0/unitPrice/value",
    ),
    "twenty digits": (
        _price("123456789012345.12345"), "schema-violated", "schema-pattern", "/items/0/unitPrice/value",
    ),
    "a number": (
        _item(unitPrice={"value": 1, "currency": "GBP"}),
        "schema-violated",
        "schema-type",
        "/items/0/unitPrice/value",
    ),
}  # fmt: skip


@pytest.mark.requirement("TF-RULE-14")
@synchronous
async def test_a_request_is_refused_with_the_rule_and_its_place(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, _):
        for name, (edit, code, rule, pointer) in REFUSED.items():
            parcel = Parcel()
            for paper in ("order", "payment", "waybill"):
                await station.submit(getattr(parcel, paper))
            declaration = parcel.declaration
            edit(declaration)
            refusal = await station.submit(declaration)
            assert (name, refusal.code) == (name, code)
            found = {(each["rule"], each["pointer"]) for each in refusal.refusal["violations"]}
            assert (rule, pointer) in found, (name, found)
            assert (await station.submit(Parcel().order)).state == "accepted"


FLAGGED: dict[str, tuple[Edit, str, str]] = {
    "101 lines": (_lines(101), "UNI-06", "/items"),
    "an unknown country": (_item(originCountry="XX"), "COD-02A", "/items/0"),
    "an unknown profile": (_header(profile="no-such-profile"), "COD-10", "/header/profile"),
    "an unknown list": (
        _item(hsCode={"list": "no-such-list", "code": "940550"}), "COD-01", "/items/0/hsCode/code",
    ),
    "an edition that is not held": (
        _item(hsCode={"list": "hs-2017", "code": "940550"}), "COD-01", "/items/0/hsCode/code",
    ),
}  # fmt: skip


@pytest.mark.requirement("TF-RULE-15")
@synchronous
async def test_a_fact_is_taken_in_with_the_finding(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, _):
        for name, (edit, rule, pointer) in FLAGGED.items():
            order = Parcel().order
            edit(order)
            receipt = await station.submit(order)
            assert receipt.state in {"flagged", "accepted"}, name
            found = {(each["rule"], each.get("pointer", "")) for each in receipt.receipt["findings"]}
            assert (rule, pointer) in found, (name, found)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("requirement", "TF-INTAKE"),
        ("violations", []),
        ("rule", "UNI"),
        ("pointer", "/items/7/hsCode"),
        ("pointer", "items"),
        ("message", {"en": "Wrong", "zh": ""}),
    ],
)
def test_a_refusal_that_names_no_rule_or_no_place_would_be_seen(member: str, value: Any) -> None:
    """What stations assert of every refusal that any test of the gateway earns."""
    violation = {"rule": "UNI-05", "pointer": "/items", "message": {"en": "Twice", "zh": "重复"}}
    refusal = {"code": "rule-violated", "requirement": "TF-INTAKE-19", "violations": [violation]}
    assert_exact({"items": [{}]}, refusal)
    (violation if member in violation else refusal)[member] = value
    with pytest.raises(AssertionError):
        assert_exact({"items": [{}]}, refusal)


NEEDS_A_NAME = """\
pack: needs-a-name
specVersion: "1.0"
applies: always
title: {en: A test, zh: 测试}
rules:
  - id: NAM-01
    severity: error
    basis: proposal
    source: a test
    verified: true
    title: {en: The buyer has a name, zh: 订购人有姓名}
    message: {en: No name, zh: 无姓名}
    appliesTo: [{type: order}, {type: declaration}]
    pointer: /parties/buyer
    when: has(doc.parties.buyer)
    expression: has(doc.parties.buyer.name)
    parts: [/parties/buyer]
    vectors: rules/NAM-01.json
"""


@pytest.mark.requirement("TF-RULE-8", "TF-RULE-11", "TF-PART-5")
@synchronous
async def test_a_rule_that_needs_a_withheld_part_says_unknown_and_refuses_nobody(tmp_path: Path) -> None:
    overlay = tmp_path / "overlay"
    (overlay / "rules").mkdir(parents=True)
    (overlay / "rules" / "needs-a-name.yaml").write_text(NEEDS_A_NAME, encoding="utf-8")
    settings = {"node": {"overlays": [str(overlay)]}}
    async with in_process(tmp_path, Society(), settings=settings) as (station, _):
        parcel = Parcel()
        order, declaration = parcel.order, parcel.declaration
        for each in (order, declaration):
            each["parties"]["buyer"] = {"part": "buyer", "naturalPerson": True, "country": "GB"}
        declaration["header"]["parts"] = order["header"]["parts"]
        for paper_ in (order, declaration):
            receipt = (await station.submit(paper_)).receipt
            said = {(each["rule"], each["verdict"], each["pointer"]) for each in receipt["findings"]}
            assert ("NAM-01", "unknown", "/parties/buyer") in said
            assert receipt["outcome"] == "accepted"


DUTY: dict[str, tuple[str, str | None, bool]] = {
    "paid before": ("eu-h7", "prepaid", False),
    "inside a guarantee": ("cn-9610-i", "guaranteed", False),
    "none is owed": ("cn-1210-i", "exempt", False),
    "open, in the Union": ("eu-h7", "due", True),
    "open, direct purchase": ("cn-9610-i", "due", True),
    "open, bonded import": ("cn-1210-i", "due", True),
    "not said, in a corridor": ("cn-kz", None, True),
    "open, where the profile does not ask": ("cn-9610-e", "due", False),
}


@pytest.mark.requirement("TF-RULE-15")
@synchronous
async def test_goods_released_at_import_with_open_duty_are_flagged_where_the_profile_asks(
    tmp_path: Path,
) -> None:
    async with in_process(tmp_path, Society(), node="xb.customs") as (station, _):
        for name, (profile, status, wrong) in DUTY.items():
            parcel = Parcel()
            release = paper(
                "release/full",
                "xb.customs",
                ["xb.declarant"],
                keys=parcel.keys,
                references=[ref(parcel.declaration), ref(parcel.registered)],
                header={"profile": profile},
                act={
                    **parcel.release["act"],
                    **IMPORT,
                    "declarationDigest": ref(parcel.declaration)["digest"],
                },
                **({"dutyStatus": status} if status else {}),
            )
            receipt = (await station.submit(release)).receipt
            found = {each["pointer"] for each in receipt["findings"] if each["rule"] == "REL-06"}
            assert found == ({"/dutyStatus"} if wrong else set()), name
