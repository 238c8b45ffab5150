"""A rule file with a fault is refused as a whole, and says where."""

from __future__ import annotations

from pathlib import Path

import pytest

from threeflow import rules
from threeflow.codelists import CodeLists
from threeflow.rules import SourceError
from threeflow.rules.evaluate import Rules

GOOD = """\
pack: probe
specVersion: "1.0"
applies: always
title: {en: Probe, zh: 试用}
facts:
  seen: {type: list, title: {en: What was seen, zh: 已见}}
rules:
  - id: XYZ-01
    severity: error
    basis: spec
    source: a probe
    verified: true
    title: {en: A, zh: 甲}
    message: {en: "found {value}, at most {limit}", zh: "有{value}，至多{limit}"}
    parameters:
      limit: {type: integer, value: 3}
    appliesTo: [{type: order}]
    forEach: /items/*
    expression: item.sequence <= parameters.limit
    values: {value: item.sequence}
    vectors: rules/XYZ-01.json
"""


def load(text: str) -> Rules:
    return Rules.load([("probe.yaml", text.encode())], CodeLists.load())


def test_the_probe_itself_is_good() -> None:
    assert [rule.id for rule in load(GOOD)] == ["XYZ-01"]


FAULTS = [
    ("expression: item.sequence <= parameters.limit", "expression: item.sequence +", 19, "Syntax error"),
    ("item.sequence <= parameters.limit", "item.sequence + 1 <= 3", 19, "'_+_' is not in the dialect"),
    ("item.sequence <= parameters.limit", "nothing.here", 19, "no variable 'nothing' here"),
    ("item.sequence <= parameters.limit", "decimalAdd('1', '2')", 19, "does not give a bool"),
    (
        "item.sequence <= parameters.limit",
        "item.sequence <= parameters.lim",
        19,
        "parameters.lim is not declared",
    ),
    ("item.sequence <= parameters.limit", "size(facts.seen) == 0", 19, "facts.seen is not declared"),
    ("    values:", "    facts: [unseen]\n    values:", 20, "declares no fact 'unseen'"),
    ("found {value}", "found {valeu}", 14, "{valeu} is neither a parameter nor a value"),
    ("verified: true", "verified: false", 9, "an unverified rule is at most a warning"),
    ("value: 3}", "value: three}", 16, "is not of type integer"),
    ("severity: error", "severity: fatal", 9, "is not one of"),
    ("basis: spec", "basis: spec\n    basis: law", 11, "'basis' stands twice"),
    ("value: 3}", "value: 3.5}", 16, "a decimal is quoted"),
    ("    verified: true", "    verified: true\n    effectiveFrom: 2025-02-30", 13, "day"),
    (
        "    verified: true",
        "    verified: true\n    effectiveFrom: 2025-02-02\n    effectiveTo: 2025-02-01",
        13,
        "ends before",
    ),
    ("applies: always", "applies: [always", 4, ""),
    ("    source: a probe\n", "", 8, '"source" is a required property'),
]


@pytest.mark.requirement("TF-RULE-4", "TF-RULE-5", "TF-RULE-16")
@pytest.mark.parametrize(
    ("good", "bad", "line", "says"), FAULTS, ids=[fault[3] or fault[1] for fault in FAULTS]
)
def test_a_fault_is_told_with_file_rule_and_line(good: str, bad: str, line: int, says: str) -> None:
    assert GOOD.count(good) >= 1
    with pytest.raises(SourceError) as caught:
        load(GOOD.replace(good, bad, 1))
    assert caught.value.file == "probe.yaml"
    assert caught.value.line == line
    assert says in caught.value.detail
    if good not in {"applies: always", "basis: spec"} and "quoted" not in says:
        assert caught.value.subject == "XYZ-01"


def test_octets_that_are_no_utf8_are_refused() -> None:
    with pytest.raises(SourceError, match="not UTF-8"):
        Rules.load([("probe.yaml", GOOD.encode("utf-16"))], CodeLists.load())


@pytest.mark.requirement("TF-RULE-4")
def test_an_id_stands_once_in_a_pack_and_over_all_packs(tmp_path: Path) -> None:
    rule = GOOD[GOOD.index("  - id") :]
    with pytest.raises(SourceError, match="stands twice in this pack"):
        load(GOOD + rule)
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "probe.yaml").write_text(GOOD.replace("XYZ-01", "VAL-01"), encoding="utf-8")
    with pytest.raises(ValueError, match="VAL-01 stands in common and in probe"):
        rules.load(tmp_path)


def test_an_overlay_adds_its_rules(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "probe.yaml").write_text(GOOD, encoding="utf-8")
    assert rules.load(tmp_path).rule("XYZ-01").message.en.startswith("found")


@pytest.mark.requirement("TF-RULE-17")
@pytest.mark.parametrize("pattern", [r"\\d+", r"(?=a)", r"(?<!a)b", r"(a)\\1", r"\\p{L}", r"\\bword"])
def test_patterns_that_engines_read_differently_are_refused(pattern: str) -> None:
    expression = f"item.name.matches('{pattern}')"
    with pytest.raises(SourceError, match="a pattern is a constant"):
        load(GOOD.replace("item.sequence <= parameters.limit", f'"{expression}"').replace("\\\\", "\\\\\\\\"))
