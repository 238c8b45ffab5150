"""Profiles are data: read whole or refused, dated, and the only ground of referral."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from threeflow import profiles
from threeflow.profiles import read_profile
from threeflow.rules import SourceError
from threeflow.rules.evaluate import Finding
from threeflow.standard import Standard

STANDARD = Standard.load()
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
GOOD = """\
profile: probe
specVersion: "1.0"
title: {en: Probe, zh: 试用}
positions: {export: {agencies: [plant-health]}}
rulePacks: []
parameters:
  VAL-01: {tolerance: {type: decimal, value: "0.02"}}
codeLists: []
documents: {export: [order]}
required:
  - type: order
    kinds: [sale]
    pointer: /items/*/names
    element: 50
    title: {en: English name, zh: 英文品名}
    expression: item.exists(t, t.lang == 'en')
    from: 2026-01-01
    to: 2026-12-31
  - {type: order, pointer: /parties/buyer/address, title: {en: Address, zh: 地址}}
matching:
  - purposes: [clearance]
    to: 2026-03-02
    flows: {orders: required, payments: required, waybills: ignored, declarations: optional}
    compare: [payer]
  - purposes: [clearance, tax]
    from: 2026-03-03
    flows: {orders: required, payments: optional, waybills: ignored, declarations: optional}
    compare: []
referral: {rules: [COD-09], missing: true}
"""


def read(text: str) -> profiles.Profile:
    return read_profile("probe.yaml", text.encode())


@pytest.mark.requirement("TF-PROF-1")
@pytest.mark.parametrize(
    ("good", "bad", "line", "says"),
    [
        ("rulePacks: []", "rulePack: []", 1, "rulePack"),
        ("item.exists(t, t.lang == 'en')", "item.exists(t, t.lang +)", 16, "Syntax error"),
        ("item.exists(t, t.lang == 'en')", "doc.exists(t, t.lang == 'en')", 16, "no variable 'doc'"),
        ("to: 2026-12-31", "to: 2025-12-31", 11, "ends before it begins"),
        ('value: "0.02"', 'value: "much"', 7, "is not of type decimal"),
        ("compare: [payer]", "compare: [everything]", 24, "everything"),
    ],
)
def test_a_fault_is_told_with_file_and_line(good: str, bad: str, line: int, says: str) -> None:
    assert read(GOOD).id == "probe"
    with pytest.raises(SourceError) as caught:
        read(GOOD.replace(good, bad))
    assert (caught.value.file, caught.value.line) == ("probe.yaml", line)
    assert says in caught.value.detail


def test_overlays_only_add(tmp_path: Path) -> None:
    (tmp_path / "profiles").mkdir()
    file = tmp_path / "profiles" / "probe.yaml"
    file.write_text(GOOD, encoding="utf-8")
    assert profiles.load(tmp_path)["probe"].agencies == {"export": ("plant-health",)}
    file.write_text(GOOD.replace("profile: probe", "profile: cn-9610-e"), encoding="utf-8")
    with pytest.raises(ValueError, match="stands in two files"):
        profiles.load(tmp_path)


def lacking(names: Any, buyer: Any, kind: str = "sale", at: datetime = NOON) -> list[tuple[str, str]]:
    payload = {
        "header": {"type": "order", "kind": kind},
        "items": [{"names": names}],
        "parties": {"buyer": buyer},
    }
    if names is None:
        payload["items"] = [{}]
    return [(each.pointer, each.reason) for each in read(GOOD).missing(payload, at)]


@pytest.mark.requirement("TF-PROF-2")
def test_what_is_missing_says_why() -> None:
    english, chinese = [{"lang": "en", "text": "a"}], [{"lang": "zh", "text": "甲"}]
    here = {"name": "a", "address": {"country": "FR"}}
    assert lacking(english, here) == []
    assert lacking(chinese, here) == [("/items/0/names", "unfit")]
    assert lacking(None, here) == [("/items/0/names", "absent")]
    assert lacking(english, {"name": "a"}) == [("/parties/buyer/address", "absent")]
    assert lacking(english, {"part": "buyer"}) == [("/parties/buyer/address", "withheld")]
    assert lacking(chinese, here, kind="purchase") == []


@pytest.mark.requirement("TF-PROF-3")
def test_an_element_is_required_on_its_days_alone() -> None:
    here = {"name": "a", "address": {"country": "FR"}}
    assert lacking(None, here, at=datetime(2025, 12, 31, 23, 59, tzinfo=UTC)) == []
    assert lacking(None, here, at=datetime(2026, 12, 31, 23, 59, tzinfo=UTC)) == [
        ("/items/0/names", "absent")
    ]
    assert lacking(None, here, at=datetime(2027, 1, 1, tzinfo=UTC)) == []


@pytest.mark.requirement("TF-PROF-1")
@pytest.mark.parametrize(
    ("good", "bad", "says"),
    [
        ("rulePacks: []", "rulePacks: [no-such-pack]", "the rule pack no-such-pack"),
        ("codeLists: []", "codeLists: [no-such-list]", "the code list no-such-list"),
        ("rules: [COD-09]", "rules: [XYZ-99]", "the rule XYZ-99"),
        ("VAL-01: {tolerance", "VAL-01: {leeway", "the rule parameter VAL-01.leeway"),
        ("VAL-01: {tolerance", "XYZ-99: {tolerance", "the rule parameter XYZ-99.tolerance"),
    ],
)
def test_a_profile_that_names_what_is_not_there_is_refused(
    tmp_path: Path, good: str, bad: str, says: str
) -> None:
    (tmp_path / "profiles").mkdir()
    file = tmp_path / "profiles" / "probe.yaml"
    file.write_text(GOOD, encoding="utf-8")
    assert "probe" in Standard.load(tmp_path).profiles
    assert good in GOOD
    file.write_text(GOOD.replace(good, bad), encoding="utf-8")
    with pytest.raises(ValueError, match=says):
        _ = Standard.load(tmp_path).profiles


def test_the_list_of_profiles_names_every_profile() -> None:
    assert set(STANDARD.codelists.get("profile").codes) == set(STANDARD.profiles)


@pytest.mark.requirement("TF-PROF-4")
def test_matching_settings_are_dated_and_by_purpose() -> None:
    probe = read(GOOD)
    assert probe.matching("clearance", NOON).flows["payments"] == "required"
    assert probe.matching("clearance", datetime(2026, 3, 3, tzinfo=UTC)).flows["payments"] == "optional"
    with pytest.raises(LookupError, match="compares nothing for 'tax'"):
        probe.matching("tax", NOON)


@pytest.mark.requirement("TF-PROF-8")
def test_referral_follows_from_the_profile_alone() -> None:
    def finding(rule: str, verdict: Any) -> Finding:
        return Finding(rule, "warning", "", "a", "甲", {}, verdict)

    probe = read(GOOD)
    missing = probe.missing({"header": {"type": "order", "kind": "sale"}, "items": [{}]}, NOON)
    assert not probe.refers(())
    assert not probe.refers((finding("VAL-08", "fail"),))
    assert probe.refers((finding("COD-09", "fail"),))
    assert probe.refers((finding("COD-09", "unknown"),))
    assert probe.refers((), missing)
    assert not read(GOOD.replace("missing: true", "missing: false")).refers((), missing)


@pytest.mark.parametrize("name", ["eu-h7", "cn-9610-i", "cn-1210-i", "cn-ru", "cn-kz", "cn-jp"])
def test_a_profile_of_an_import_asks_how_the_duty_stands_at_release(name: str) -> None:
    assert "corridor" in STANDARD.profiles[name].rule_packs
    assert STANDARD.rules.rule("REL-06").pack == "corridor"


def test_every_profile_names_packs_lists_and_rules_that_exist() -> None:
    packs = {pack.id for pack in STANDARD.rules.packs}
    known = {rule.id for rule in STANDARD.rules}
    kinds = {kind for rule in STANDARD.rules for kind in rule.applies_to.get("comparison", ())}
    for profile in STANDARD.profiles.values():
        assert packs.issuperset(profile.rule_packs)
        assert known.issuperset(profile.referral_rules | profile.parameters.keys())
        assert STANDARD.codelists.ids.issuperset(profile.code_lists)
        for settings in profile.matchings:
            assert kinds.issuperset(settings.compare)
        for documents in profile.documents.values():
            assert all(STANDARD.table.row(each) is not None for each in documents)
