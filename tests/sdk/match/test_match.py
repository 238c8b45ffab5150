"""Matching gives what its vectors say, whatever the order of arrival, and looks at nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any

import pytest

from threeflow.match import MatchInput, MatchResult, Rate, match
from threeflow.rules.vectors import patched
from threeflow.standard import Standard
from threeflow_spec import read

STANDARD = Standard.load()
FLOWS = ("orders", "payments", "waybills", "declarations")


def _resolved() -> list[dict[str, Any]]:
    whole: dict[str, dict[str, Any]] = {}
    for raw in json.loads(read("v1/vectors/match/cases.json"))["vectors"]:
        vector = raw
        if "from" in raw:
            base = whole[raw["from"]]
            vector = {**base, **raw, "documents": patched(base["documents"], raw["patch"])}
        whole[raw["name"]] = vector
    return list(whole.values())


VECTORS = _resolved()
each_vector = pytest.mark.parametrize("vector", VECTORS, ids=[each["name"] for each in VECTORS])
BASE = VECTORS[0]


def matched(vector: dict[str, Any], **changes: Any) -> MatchResult:
    return match(
        STANDARD,
        MatchInput(
            purpose=vector["purpose"],
            profile=STANDARD.profiles[vector["profile"]],
            at=datetime.fromisoformat(vector["at"]),
            verified=frozenset(vector.get("verified", ())),
            rates=[Rate(**each) for each in vector.get("rates", ())],
            **{**vector["documents"], **changes},
        ),
    )


@pytest.mark.requirement("TF-MATCH-1", "TF-MATCH-3", "TF-MATCH-5", "TF-MATCH-7")
@each_vector
def test_vector_gives_what_it_states(vector: dict[str, Any]) -> None:
    result = matched(vector)
    found = {
        "state": result.state,
        "differences": [{"pair": d.pair, "field": d.field, "rule": d.rule} for d in result.differences],
        "waiting": [{"pair": w.pair, "rule": w.rule, "reason": w.reason} for w in result.waiting],
    }
    assert found == vector["expect"]


@pytest.mark.requirement("TF-MATCH-2")
@each_vector
def test_any_order_of_arrival_and_any_repeat_gives_the_same(vector: dict[str, Any]) -> None:
    expected = matched(vector)
    draw = Random(vector["name"])
    for _ in range(6):
        shuffled = {}
        for flow in FLOWS:
            documents = vector["documents"][flow] * draw.choice((1, 2))
            shuffled[flow] = draw.sample(documents, len(documents))
        assert matched(vector, **shuffled) == expected
        rates = vector.get("rates", [])
        assert matched({**vector, "rates": draw.sample(rates * 2, len(rates) * 2)}) == expected


@pytest.mark.requirement("TF-MATCH-4")
@each_vector
def test_every_difference_shows_both_values_at_both_pointers(vector: dict[str, Any]) -> None:
    for each in matched(vector).differences:
        assert each.left
        assert each.right
        assert each.left != each.right
        assert each.tolerance
        assert each.message_en
        assert any("\u4e00" <= letter <= "\u9fff" for letter in each.message_zh)
        for document, pointer in zip(each.documents, each.pointers, strict=True):
            held = [
                payload
                for flow in FLOWS
                for payload in vector["documents"][flow]
                if payload["header"]["id"] == document.id
            ]
            assert held, each
            _at(held[0], pointer)


def _at(value: Any, pointer: str) -> Any:
    for token in pointer.split("/")[1:]:
        value = value[int(token)] if isinstance(value, list) else value[token]
    return value


@pytest.mark.requirement("TF-MATCH-8")
def test_a_result_names_the_document_of_every_rate_that_it_used() -> None:
    converted = next(each for each in VECTORS if each["name"].startswith("paid in dollars, converted"))
    assert matched(converted).rates == ("xa.fx/rates@2026-02-27",)
    assert matched(BASE).rates == ()
    assert matched({**BASE, "rates": converted["rates"]}).rates == ()


@pytest.mark.parametrize(
    ("within", "charges", "declared", "state"),
    [
        ([], {}, "32.30", "matched"),
        (["freight"], {"freight": "4.00", "insurance": "1.00"}, "36.30", "matched"),
        (["freight", "insurance"], {"freight": "4.00", "insurance": "1.00"}, "37.30", "matched"),
        (["freight", "insurance"], {"freight": "4.00", "insurance": "1.00"}, "36.30", "mismatched"),
        (["freight"], {"freight": "4.00"}, "32.30", "mismatched"),
        (["freight"], {}, "99.00", "matched"),
        (None, {"freight": "4.00"}, "99.00", "matched"),
    ],
)
def test_charges_stand_within_the_value_or_apart_as_the_profile_says(
    within: list[str] | None,
    charges: dict[str, str],
    declared: str,
    state: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worth = next(each for each in VECTORS if each["name"] == "declared as the orders are worth")
    stated = [
        {"op": "add", "path": f"/orders/0/totals/{name}", "value": {"value": value, "currency": "GBP"}}
        for name, value in charges.items()
    ]
    path = "/declarations/0/totals/goodsValue/value"
    changed = patched(worth["documents"], [*stated, {"op": "replace", "path": path, "value": declared}])
    profile = STANDARD.profiles[worth["profile"]]
    settings = profile.matching(worth["purpose"], datetime.fromisoformat(worth["at"]))
    own = replace(settings, within=None if within is None else frozenset(within))
    monkeypatch.setattr(type(profile), "matching", lambda *_: own)
    assert matched(worth, **changed).state == state


COMPARED = {
    "payment-orders": "/payments/0/orders/0/order/value",
    "amount-paid": "/payments/0/orders/0/amount/value",
    "payer": "/payments/0/parties/payer/identityDigest",
    "consignee": "/waybills/0/parties/consignee/identityDigest",
    "line-name": "/declarations/0/items/0/names/0/text",
    "line-price": "/declarations/0/items/0/unitPrice/value",
    "gross-weight": "/waybills/0/grossWeight/value",
}


@pytest.mark.requirement("TF-MATCH-6")
@pytest.mark.parametrize("kind", COMPARED)
def test_what_the_profile_does_not_compare_cannot_matter(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = STANDARD.profiles[BASE["profile"]]
    settings = profile.matching(BASE["purpose"], datetime.fromisoformat(BASE["at"]))
    values = {"value": "19", "identityDigest": "sha-256:" + "0" * 64, "text": "Something else"}
    change = {"op": "replace", "path": COMPARED[kind], "value": values[COMPARED[kind].rsplit("/", 1)[1]]}
    changed = patched(BASE["documents"], [change])
    assert matched(BASE, **changed).differences
    less = frozenset(settings.compare - {kind, "order-payment"})
    monkeypatch.setattr(type(profile), "matching", lambda *_: _with(settings, less))
    assert [each.rule for each in matched(BASE, **changed).differences] == []


def _with(settings: Any, compare: frozenset[str]) -> Any:
    return replace(settings, compare=compare)


@each_vector
def test_the_result_is_the_content_of_a_match_result(vector: dict[str, Any]) -> None:
    digests = {
        payload["header"]["id"]: "sha-256:" + "1" * 64
        for flow in FLOWS
        for payload in vector["documents"][flow]
    }
    result = matched(vector)
    header = {
        "specVersion": "1.0",
        "type": "match-result",
        "kind": vector["purpose"],
        "id": "6f1c7a9e-0000-4000-8000-000000000001",
        "issuer": "xa.hub",
        "environment": "demo",
        "issuedAt": "2026-03-02T08:00:00Z",
        "receivers": ["xa.customs"],
        "subjects": [{"keys": [{"scheme": "ucr", "issuer": "xa.platform", "value": "UCR"}]}],
    }
    assert STANDARD.schemas.validate("match-result", {"header": header, **result.content(digests)}) == ()


def test_allocations_account_for_every_penny_and_piece() -> None:
    split = next(
        each for each in VECTORS if each["name"] == "one order in two parcels, a line split over both"
    )
    found = matched(split).allocations
    lines = [(each.line, each.waybill, each.quantity) for each in found if each.item is not None]
    assert [
        (line, waybill["value"], quantity["value"])
        for line, waybill, quantity in lines
        if waybill is not None and quantity is not None
    ] == [(1, "W1", "6"), (2, "W1", "1"), (2, "W2", "3")]
    assert [each.amount for each in found if each.payment is not None] == [
        {"value": "32.30", "currency": "GBP"}
    ]


def test_a_purpose_that_the_profile_does_not_know_is_an_error() -> None:
    with pytest.raises(LookupError, match="customs-union"):
        matched({**BASE, "purpose": "customs-union"})
