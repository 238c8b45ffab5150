"""Every vector of every rule gives the verdict it states, in the fast form and in the engine alike."""

from __future__ import annotations

import pytest

from threeflow.rules import Rule, blocking, vectors
from threeflow.rules.cel import Program
from threeflow.rules.evaluate import evaluate
from threeflow.rules.vectors import Vector
from threeflow.standard import Standard

STANDARD = Standard.load()
VECTORS = vectors.load()
each_vector = pytest.mark.parametrize("vector", VECTORS, ids=[f"{v.rule}: {v.name}" for v in VECTORS])


@pytest.mark.requirement("TF-RULE-1")
@each_vector
def test_vector_gives_its_verdict(vector: Vector) -> None:
    assert vector.found(STANDARD) == vector.expect


@pytest.mark.requirement("TF-RULE-2")
@each_vector
def test_the_engine_itself_gives_the_same(vector: Vector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Program, "__call__", Program.exact)
    assert vector.found(STANDARD) == vector.expect


@pytest.mark.requirement("TF-RULE-3")
@pytest.mark.parametrize("rule", tuple(STANDARD.rules), ids=lambda rule: rule.id)
def test_every_rule_is_red_in_two_vectors_each_one_edit_from_one_that_passes(rule: Rule) -> None:
    own = {vector.name: vector for vector in VECTORS if vector.rule == rule.id}
    assert rule.vectors == f"rules/{rule.id}.json"
    failing = [vector for vector in own.values() if vector.fails]
    assert len(failing) >= 2
    assert len([vector for vector in own.values() if not vector.expect]) >= 2
    for vector in failing:
        assert vector.base is not None, f"{vector.name} is derived from no vector"
        assert own[vector.base].expect == (), f"{vector.name} is derived from one that does not pass"
        assert vector.edits == 1, f"{vector.name} is {vector.edits} edits away"


def test_every_vector_is_of_a_rule_and_has_its_name_alone() -> None:
    assert {vector.rule for vector in VECTORS} == {rule.id for rule in STANDARD.rules}
    assert len({(vector.rule, vector.name) for vector in VECTORS}) == len(VECTORS)


@pytest.mark.requirement("TF-RULE-5")
@pytest.mark.parametrize("rule", tuple(STANDARD.rules), ids=lambda rule: rule.id)
def test_a_rule_says_whence_it_is_and_from_memory_alone_it_refuses_nobody(rule: Rule) -> None:
    assert rule.basis in {"law", "spec", "practice", "proposal"}
    assert rule.source
    assert rule.verified or rule.severity != "error"
    for text in (rule.title, rule.message):
        assert text.en
        assert any("\u4e00" <= letter <= "\u9fff" for letter in text.zh)


REQUESTS = {row.type for row in STANDARD.table.rows.values() if row.nature == "request"}
REFUSING = [
    vector
    for vector in VECTORS
    if vector.fails
    and vector.document["header"]["type"] in REQUESTS
    and STANDARD.rules.rule(vector.rule).severity == "error"
]


@pytest.mark.requirement("TF-RULE-14", "TF-RULE-12")
@pytest.mark.parametrize("vector", REFUSING, ids=[f"{v.rule}: {v.name}" for v in REFUSING])
def test_what_refuses_a_request_is_this_rule_at_its_pointers(vector: Vector) -> None:
    profile = STANDARD.profiles[vector.profile] if vector.profile else None
    found = evaluate(STANDARD, profile, vector.document, vector.facts, vector.at)
    violations = [each.violation() for each in blocking(found, "request")]
    named = [each.pointer for each in violations if each.rule == vector.rule]
    assert named == [pointer for verdict, pointer in vector.expect if verdict == "fail"]


def test_every_error_of_a_request_has_been_seen_to_refuse() -> None:
    errors = {
        rule.id for rule in STANDARD.rules if rule.severity == "error" and REQUESTS & rule.applies_to.keys()
    }
    assert errors == {vector.rule for vector in REFUSING}


@each_vector
def test_findings_speak_both_languages_and_leave_no_gap(vector: Vector) -> None:
    profile = STANDARD.profiles[vector.profile] if vector.profile else None
    for each in evaluate(STANDARD, profile, vector.document, vector.facts, vector.at):
        assert each.message_en
        assert any("\u4e00" <= letter <= "\u9fff" for letter in each.message_zh)
        for name in each.parameters:
            assert f"{{{name}}}" not in each.message_en + each.message_zh
