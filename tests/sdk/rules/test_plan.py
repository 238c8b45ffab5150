"""The fast road never says that a rule holds where the exact one finds something."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdk.rules.test_compiled import EXPRESSIONS, VALUES
from threeflow.codelists import CodeLists
from threeflow.rules import cel, evaluate, vectors
from threeflow.rules.evaluate import Rules, judge
from threeflow.rules.vectors import Vector
from threeflow.standard import Standard

STANDARD = Standard.load()
VECTORS = vectors.load()
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HEAD = """\
pack: probe
specVersion: "1.0"
applies: always
title: {en: Probe, zh: 试用}
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
    parameters:
      limit: {type: decimal, value: "1.50"}
      words: {type: list, value: [a, b]}
    appliesTo: [{type: order}]
    vectors: rules/XYZ-01.json
"""
PATHS = st.sampled_from(["", "forEach: /a/*", "forEach: /a", "forEach: [/a/*/b, /b]"])
EXTRA = st.sampled_from(
    [
        "decimalCompare(item.a, parameters.limit) <= 0",
        "decimalWithin(decimalRound(decimalMultiply(item.a, item.b), 2, 'half-up'), doc.a, parameters.limit)",
        "decimalSum(doc.a.map(x, x.b)) == '1.5'",
        "decimalCompare(decimalSum(doc.a.filter(x, has(x.b)).map(x, x.b)), '1') > 0",
        "item.a in parameters.words",
        "doc.a.exists(x, normalText(item.b).contains(x))",
        "doc.a.all(x, parameters.words.exists(w, normalText(x).startsWith(w)))",
        "doc.a.exists(x, parameters.words.exists(w, normalText(x).contains(w)))",
        "parameters.words.exists(w, item.a.contains(w)) || parameters.words.exists(w, item.b.contains(w))",
        "!parameters.words.exists(w, doc.a.contains(w))",
        "doc.a.filter(x, parameters.words.exists(w, x.contains(w))).all(y, ['b'].exists(w, y.contains(w)))",
        "item.b in doc.a",
        "inList('iso-4217', item.a, at)",
        "inList(item.b, item.a, at)",
        "distinct(doc.a)",
        "size(doc.a) <= size(item.b)",
        "item.a.matches('^[ab]$')",
    ]
)


def judged(rules: Rules, document: dict[str, Any]) -> list[tuple[str, str]]:
    """Every rule in its exact form, as if there were no fast road."""
    bound = rules.binding("order", "", None, NOON)
    moment = "2026-03-02T12:00:00Z"
    return [(each.rule, each.pointer) for one in bound for each in judge(one, document, {}, moment)]


@pytest.mark.requirement("TF-RULE-2")
@settings(max_examples=500, deadline=None)
@given(EXPRESSIONS | EXTRA, EXPRESSIONS | st.none(), PATHS, VALUES, VALUES)
def test_the_fast_road_finds_all_that_the_exact_one_finds(
    expression: str, when: str | None, path: str, one: Any, other: Any
) -> None:
    lines = [f"    expression: >-\n      {expression}\n"]
    lines += [f"    when: >-\n      {when}\n"] if when is not None else []
    lines += [f"    {path}\n"] if path else []
    try:
        rules = Rules.load([("probe.yaml", (HEAD + RULE + "".join(lines)).encode())], CodeLists.load())
    except ValueError:
        return
    document = {"header": {"type": "order"}, "a": one, "b": other}

    class Probe:
        """A standard of one rule."""

    Probe.rules = rules  # type: ignore[attr-defined]
    found = [(each.rule, each.pointer) for each in evaluate(Probe, None, document, {}, NOON)]  # type: ignore[arg-type]
    assert found == judged(rules, document), (expression, when, path, one, other)


@pytest.mark.requirement("TF-RULE-2")
@pytest.mark.parametrize("vector", VECTORS, ids=[f"{v.rule}: {v.name}" for v in VECTORS])
def test_it_finds_what_every_vector_states_and_calls_no_passing_rule_in_question(vector: Vector) -> None:
    profile = STANDARD.profiles[vector.profile] if vector.profile else None
    moment = vector.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    doubtful = STANDARD.rules.doubtful(profile, vector.document, vector.facts, vector.at, moment)
    assert (vector.rule in {each.rule.id for each in doubtful}) == bool(vector.expect)


def test_text_of_a_rule_never_becomes_code_here_either() -> None:
    text = "doc.a == \"'] or __import__('os').abort() or v['\""
    assert cel.compile(text)
    raw = HEAD + RULE + f"    expression: >-\n      {text}\n"
    rules = Rules.load([("probe.yaml", raw.encode())], CodeLists.load())
    assert judged(rules, {"header": {"type": "order"}, "a": "'] or __import__('os').abort() or v['"}) == []
