"""Every vector of every rule gives the verdict it states, in the fast form and in the engine alike."""

from __future__ import annotations

import pytest

from threeflow.rules import vectors
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
def test_every_rule_has_two_vectors_that_pass_and_two_edits_that_fail() -> None:
    assert {vector.rule for vector in VECTORS} == {rule.id for rule in STANDARD.rules}
    for rule in STANDARD.rules:
        own = [vector for vector in VECTORS if vector.rule == rule.id]
        failing = [vector for vector in own if any(verdict == "fail" for verdict, _ in vector.expect)]
        assert rule.vectors == f"rules/{rule.id}.json"
        assert len(failing) >= 2, rule.id
        assert all(vector.derived for vector in failing), rule.id
        assert len([vector for vector in own if not vector.expect]) >= 2, rule.id


@each_vector
def test_findings_speak_both_languages_and_leave_no_gap(vector: Vector) -> None:
    profile = STANDARD.profiles[vector.profile] if vector.profile else None
    for each in evaluate(STANDARD, profile, vector.document, vector.facts, vector.at):
        assert each.message_en
        assert any("\u4e00" <= letter <= "\u9fff" for letter in each.message_zh)
        for name in each.parameters:
            assert f"{{{name}}}" not in each.message_en + each.message_zh
