"""Judging: days, parameters, what is unknown, and what follows from a finding."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from threeflow import digest
from threeflow.codelists import CodeLists
from threeflow.rules import blocking, dossier_view, evaluate, held, open_parts
from threeflow.rules.evaluate import Finding, Rules
from threeflow.rules.pack import Dated, read_parameter
from threeflow.rules.parts import withheld
from threeflow.standard import Standard

HEAD = """\
pack: probe
specVersion: "1.0"
applies: always
title: {en: Probe, zh: 试用}
facts:
  seen: {type: list, title: {en: What was seen, zh: 已见}}
rules:
"""
RULE = """\
  - id: XYZ-01
    severity: error
    basis: spec
    source: a probe
    verified: true
    title: {en: A, zh: 甲}
    message: {en: "a", zh: "甲"}
    appliesTo: [{type: order, kinds: [sale]}]
    vectors: rules/XYZ-01.json
"""
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Probe:
    """A standard of one rule."""

    rules: Rules


@dataclass(frozen=True)
class Corridor:
    """A profile as judging sees it."""

    id: str = "probe"
    rule_packs: tuple[str, ...] = ("probe",)
    parameters: dict[str, dict[str, tuple[Dated, ...]]] = field(default_factory=dict)


def probe(expression: str, more: str = "", head: str = HEAD) -> Probe:
    text = head + RULE + f'    expression: "{expression}"\n' + more
    return Probe(Rules.load([("probe.yaml", text.encode())], CodeLists.load()))


def judged(
    standard: Probe, at: datetime = NOON, profile: Any = None, facts: Any = None, **document: Any
) -> Any:
    payload = {"header": {"type": "order", "kind": "sale"}, **document}
    return [(each.verdict, each.pointer) for each in evaluate(standard, profile, payload, facts or {}, at)]


@pytest.mark.requirement("TF-RULE-6")
@pytest.mark.parametrize(
    ("at", "counts"),
    [
        ("2025-02-28T15:59:59Z", False),
        ("2025-02-28T16:00:00Z", True),
        ("2025-03-01T00:00:00+08:00", True),
        ("2025-03-31T23:59:59+08:00", True),
        ("2025-03-31T16:00:00Z", False),
        ("2025-03-31T11:30:00-05:00", False),
    ],
)
def test_a_rule_counts_on_its_days_at_its_own_offset(at: str, counts: bool) -> None:
    days = '    effectiveFrom: 2025-03-01\n    effectiveTo: 2025-03-31\n    offset: "+08:00"\n'
    found = judged(probe("false", days), datetime.fromisoformat(at))
    assert found == ([("fail", "")] if counts else [])


@pytest.mark.requirement("TF-RULE-7")
def test_a_parameter_has_the_value_of_its_day_and_the_profile_wins() -> None:
    more = (
        "    parameters:\n      limit:\n        type: decimal\n        dated:\n"
        '          - {value: "150", to: 2026-06-30}\n          - {value: "3", from: 2026-07-01}\n'
    )
    standard = probe("decimalCompare(doc.value, parameters.limit) <= 0", more)
    july = datetime(2026, 7, 1, tzinfo=UTC)
    assert judged(standard, NOON, value="100") == []
    assert judged(standard, july, value="100") == [("fail", "")]
    own = read_parameter({"type": "decimal", "value": "99"})
    corridor = Corridor(parameters={"XYZ-01": {"limit": own}})
    assert judged(standard, NOON, corridor, value="100") == [("fail", "")]


def test_a_day_without_a_value_is_unknown() -> None:
    more = '    parameters: {limit: {type: decimal, dated: [{value: "3", from: 2026-07-01}]}}\n'
    assert judged(probe("parameters.limit == '3'", more)) == [("unknown", "")]


def test_a_rule_binds_its_types_kinds_profiles_and_packs() -> None:
    standard = probe("false")
    for header in (
        {"type": "order", "kind": "purchase"},
        {"type": "payment", "kind": "sale"},
        {"type": "order"},
    ):
        assert evaluate(standard, None, {"header": header}, {}, NOON) == ()
    for_one = probe("false", "    profiles: [probe]\n")
    assert judged(for_one) == []
    assert judged(for_one, profile=Corridor()) == [("fail", "")]
    assert judged(for_one, profile=Corridor(id="other")) == []
    by_profile = probe("false", head=HEAD.replace("always", "by-profile"))
    assert judged(by_profile) == []
    assert judged(by_profile, profile=Corridor(id="x")) == [("fail", "")]
    assert judged(by_profile, profile=Corridor(id="y", rule_packs=())) == []


@pytest.mark.requirement("TF-RULE-8", "TF-RULE-11")
def test_a_withheld_part_makes_the_rule_unknown_and_an_opened_one_is_judged() -> None:
    standard = probe("has(doc.buyer.name) && doc.buyer.name == 'Person One'", "    parts: [/buyer]\n")
    octets = json.dumps({"salt": "x", "party": {"name": "Person One"}}).encode()
    bound = {"name": "buyer", "digest": digest.of(octets), "mediaType": "application/json", "purposes": []}
    payload = {"header": {"type": "order", "kind": "sale", "parts": [bound]}, "buyer": {"part": "buyer"}}
    closed = evaluate(standard, None, payload, {}, NOON)
    assert [(each.verdict, each.pointer) for each in closed] == [("unknown", "/buyer")]
    assert closed[0].parameters["reason"] == "withheld"
    assert evaluate(standard, None, payload, {}, NOON, held([octets])) == ()


def test_opening_parts_leaves_the_payload_as_it_was() -> None:
    octets = b'{"salt":"x","party":{"name":"Person One"}}'
    payload = {
        "header": {"parts": [{"name": "b", "digest": digest.of(octets)}]},
        "to": [{"part": "b", "country": "FR"}],
    }
    opened = open_parts(payload, held([octets]))
    assert opened["to"] == [{"part": "b", "country": "FR", "name": "Person One"}]
    assert withheld(payload["to"][0])
    assert not withheld(opened["to"][0])


@pytest.mark.requirement("TF-RULE-9")
@pytest.mark.parametrize(
    ("facts", "expected"), [({}, "unknown"), ({"seen": "order"}, "unknown"), ({"seen": []}, "fail")]
)
def test_a_fact_that_was_not_supplied_makes_the_rule_unknown(facts: dict[str, Any], expected: str) -> None:
    standard = probe("size(facts.seen) > 0", "    facts: [seen]\n")
    assert judged(standard, facts=facts) == [(expected, "")]
    assert judged(standard, facts={"seen": ["order"]}) == []


@pytest.mark.requirement("TF-RULE-10", "TF-RULE-18")
@pytest.mark.parametrize(
    "expression",
    [
        "doc.nothing == 'x'",
        "doc.value",
        "decimalAdd(doc.value, '1') == '2'",
        "decimalCompare('1', doc.number) == 0",
        "inList('no-such-list', 'A', at)",
        "checkDigit('no-such-scheme', '1')",
        "decimalRound('1.5', 0, 'sideways') == '2'",
        "instantCompare(at, '2026-02-30T00:00:00Z') == 0",
        "decimalMultiply('9999999999999999999999999999', '9999999999999999999999999999') == '1'",
        "doc.number < 'a'",
    ],
)
def test_what_cannot_be_evaluated_is_unknown_with_its_detail(expression: str) -> None:
    standard = probe(expression)
    found = evaluate(
        standard, None, {"header": {"type": "order", "kind": "sale"}, "value": "one", "number": 1}, {}, NOON
    )
    assert [each.verdict for each in found] == ["unknown"]
    assert found[0].parameters["reason"] == "not-evaluable"
    assert found[0].parameters["detail"]
    assert str(found[0].parameters["detail"]) in found[0].message_en


@pytest.mark.requirement("TF-RULE-12", "TF-RULE-13")
def test_findings_name_place_values_and_both_languages_in_order() -> None:
    standard = Standard.load()
    line = {"quantity": {"value": "2", "unit": "H87"}, "unitPrice": {"value": "1", "currency": "GBP"}}
    items = [{"sequence": 7, **line, "lineTotal": {"value": "3", "currency": "GBP"}}] * 12
    found = evaluate(
        standard, None, {"header": {"type": "order", "kind": "sale"}, "items": items, "totals": {}}, {}, NOON
    )
    assert [each.rule for each in found] == ["UNI-05"] + ["VAL-01"] * 12
    assert [each.pointer for each in found[1:]] == [f"/items/{index}/lineTotal" for index in range(12)]
    assert found[1].message_en == "The line total is 3, but quantity times unit price is 2 (tolerance 0.01)"
    assert found[1].message_zh == "总价为3，而数量乘以单价为2（容差0.01）"
    assert found[1].parameters == {"tolerance": "0.01", "computed": "2", "stated": "3"}
    assert found[1].violation().rule == "VAL-01"


@pytest.mark.requirement("TF-RULE-14", "TF-RULE-15")
def test_only_failed_errors_block_and_only_requests() -> None:
    def finding(severity: Any, verdict: Any) -> Finding:
        return Finding("XYZ-01", severity, "", "a", "甲", {}, verdict)

    error = finding("error", "fail")
    others = [finding("warning", "fail"), finding("information", "fail"), finding("error", "unknown")]
    assert blocking([error, *others], "request") == (error,)
    assert blocking([error], "fact") == ()
    assert blocking([error], "act") == ()


def test_a_dossier_has_a_list_for_every_type() -> None:
    view = dossier_view([("sha-256:1", {"header": {"type": "release-revocation"}})])
    assert view["documents"]["releaseRevocation"] == [
        {"digest": "sha-256:1", "payload": {"header": {"type": "release-revocation"}}}
    ]
    assert view["documents"]["order"] == []
    assert "dossierHead" not in view["documents"]
    found = evaluate(Standard.load(), None, view, {}, NOON)
    assert [(each.rule, each.verdict) for each in found] == [("REL-03", "unknown")]
