"""The import declaration is filled from what a dossier holds, and says what it lacks."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from threeflow.fill import Filled, fill
from threeflow.rules import evaluate
from threeflow.rules.vectors import patched
from threeflow.standard import Standard
from threeflow_spec import read

STANDARD = Standard.load()


def _resolved() -> dict[str, dict[str, Any]]:
    whole: dict[str, dict[str, Any]] = {}
    for raw in json.loads(read("v1/vectors/fill/cases.json"))["vectors"]:
        vector = raw
        if "from" in raw:
            base = whole[raw["from"]]
            vector = {**base, **raw, "documents": patched(base["documents"], raw["patch"])}
        whole[raw["name"]] = vector
    return whole


VECTORS = _resolved()


def filled(vector: dict[str, Any], **changes: Any) -> Filled:
    given = {**vector, **changes}
    profile = STANDARD.profiles[given["profile"]]
    at = datetime.fromisoformat(given["at"])
    return fill(given["documents"], given["parts"], profile, at, given["own"])


@pytest.mark.requirement("TF-PROF-7", "TF-PROF-5", "TF-PROF-6", "TF-PROF-9")
@pytest.mark.parametrize("name", VECTORS)
def test_vector_gives_its_draft_and_what_is_missing(name: str) -> None:
    result, expect = filled(VECTORS[name]), VECTORS[name]["expect"]
    assert result.content == expect["content"]
    assert list(result.bindings) == expect["bindings"]
    assert [{"pointer": each.pointer, "reason": each.reason} for each in result.missing] == expect["missing"]


def test_what_is_missing_is_named_in_both_languages_with_its_element() -> None:
    missing = filled(VECTORS["an item without origin"]).missing
    assert [(each.element, each.en, each.zh) for each in missing] == [(55, "Country of origin", "原产国")]


def test_a_complete_draft_is_a_valid_declaration_that_breaks_no_rule() -> None:
    result = filled(VECTORS["complete"])
    header = {
        "specVersion": "1.0",
        "type": "declaration",
        "kind": result.kind,
        "id": "6f1c7a9e-0000-4000-8000-000000000002",
        "issuer": "xb.declarant",
        "environment": "demo",
        "issuedAt": "2026-03-02T08:00:00Z",
        "receivers": ["xb.customs"],
        "subjects": [{"keys": [{"scheme": "declaration", "issuer": "xb.customs", "value": "I1"}]}],
        "profile": "xa-xb-demo",
        "parts": list(result.bindings),
    }
    payload = {"header": header, **result.content}
    assert STANDARD.schemas.validate("declaration", payload) == ()
    at = datetime(2026, 3, 2, tzinfo=UTC)
    assert evaluate(STANDARD, STANDARD.profiles["xa-xb-demo"], payload, {}, at) == ()


def test_filling_leaves_its_sources_alone() -> None:
    before = json.dumps(VECTORS["complete"])
    content = filled(VECTORS["complete"]).content
    content["items"][0]["quantity"]["value"] = "999"
    content["orders"].clear()
    assert json.dumps(VECTORS["complete"]) == before


def test_two_parts_of_one_name_are_told_apart() -> None:
    documents = VECTORS["complete"]["documents"]
    order = documents["order"][0]
    seller = {"part": "consignee", "naturalPerson": True}
    bound = order["header"]["parts"][1]
    listed = documents["declaration"][0]
    parties = {name: each for name, each in listed["parties"].items() if name != "seller"}
    changed = {
        **documents,
        "order": [{**order, "parties": {**order["parties"], "seller": seller}}],
        "declaration": [{**listed, "parties": parties}],
    }
    result = filled(VECTORS["complete"], documents=changed)
    assert [each["name"] for each in result.bindings] == ["consignee", "consignee-2"]
    assert result.bindings[1]["digest"] == bound["digest"]
    assert result.content["parties"]["seller"]["part"] == "consignee-2"
