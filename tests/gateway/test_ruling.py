"""Rule packs, profiles, lists and facts of a running node: newer ones count at once, faulty ones never."""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kit.asynchronous import eventually, synchronous
from kit.members import Society
from kit.papers import Parcel
from kit.stations import Fleet, Station, in_process

OVERLAY = Path(__file__).with_name("made_up_type")
PACK = """pack: newer
specVersion: "1.0"
applies: always
title: {en: Newer, zh: 新}
facts:
  longest: {type: integer, title: {en: Longest, zh: 上限}, supplied: stated}
rules:
  - id: NEW-01
    severity: warning
    basis: practice
    source: "Made up for a test"
    verified: true
    title: {en: Lines, zh: 行数}
    message: {en: "At most {most} lines", zh: "至多{most}行"}
    parameters: {most: {type: integer, value: 0}}
    appliesTo: [{type: order}]
    expression: EXPRESSION
    facts: [longest]
    vectors: rules/NEW-01.json
"""
RIGHT = PACK.replace("EXPRESSION", "size(doc.items) > 0")
BROKEN = {
    "no YAML": ("pack: [", "newer.yaml:2"),
    "another member": (RIGHT.replace("severity:", "gravity:"), "newer.yaml:8: NEW-01: "),
    "an expression that is none": (
        PACK.replace("EXPRESSION", "size(doc.items) <"),
        "newer.yaml:17: NEW-01: ",
    ),
    "a fact that nobody declares": (
        PACK.replace("EXPRESSION", "facts.other == 1"),
        "facts.other is not declared",
    ),
    "a rule of the standard": (RIGHT.replace("id: NEW-01", "id: PRV-01"), "rule PRV-01 stands in"),
    "an error without a source that was read": (
        RIGHT.replace("severity: warning", "severity: error").replace("verified: true", "verified: false"),
        "newer.yaml:9: NEW-01: an unverified rule is at most a warning",
    ),
}


def overlay(folder: Path) -> Path:
    """A copy of the made-up overlay, whose files may be changed."""
    shutil.copytree(OVERLAY, folder)
    return folder


async def found(station: Station) -> set[tuple[str, str]]:
    """The rules, with their verdicts, that find something in a fresh order."""
    outcome = await station.submit(Parcel().order)
    findings: list[Mapping[str, Any]] = outcome.receipt.get("findings", [])
    return {(each["rule"], each["verdict"]) for each in findings}


@pytest.mark.requirement("TF-RULE-21", "TF-REST-11")
@synchronous
async def test_newer_rules_profiles_and_lists_count_without_a_restart(tmp_path: Path) -> None:
    files, facts = overlay(tmp_path / "overlay"), tmp_path / "facts.json"
    facts.write_text("{}")
    settings = {"node": {"overlays": [str(files)]}, "process": {"facts": [str(facts)], "reload_seconds": 0}}
    async with in_process(tmp_path, Society(), settings=settings) as (station, gateway):
        before, stated = gateway.node.standard.digest, gateway.node.statement
        assert not await gateway.node.reload_rules()
        (files / "rules" / "newer.yaml").write_text(
            PACK.replace("EXPRESSION", "size(doc.items) <= facts.longest")
        )
        assert await gateway.node.reload_rules()
        assert ("NEW-01", "unknown") in await found(station)
        facts.write_text(json.dumps({"longest": 0}))
        assert await gateway.node.reload_rules()
        assert ("NEW-01", "fail") in await found(station)
        assert gateway.node.standard.digest != before
        assert gateway.node.statement != stated
        (files / "profiles").mkdir()
        profile = (OVERLAY.parents[2] / "spec/threeflow_spec/v1/profiles/asean-acdd.yaml").read_text()
        (files / "profiles" / "newer.yaml").write_text(
            profile.replace("profile: asean-acdd", "profile: newer")
        )
        (files / "codelists").mkdir()
        (files / "codelists" / "newer.json").write_text(json.dumps({
            "id": "newer", "title": {"en": "Newer", "zh": "新"}, "authority": "a test", "source": "a test",
            "edition": "1", "licence": "none", "retrieved": "2026-01-01", "codes": [{"code": "A"}],
        }))  # fmt: skip
        assert await gateway.node.reload_rules()
        assert "newer" in gateway.node.standard.profiles
        assert gateway.node.standard.codelists.contains("newer", "A")
        (files / "rules" / "newer.yaml").unlink()
        assert await gateway.node.reload_rules()
        assert not {each for each, _ in await found(station)} & {"NEW-01"}


@pytest.mark.requirement("TF-RULE-21", "TF-RULE-4", "TF-RULE-5")
@synchronous
async def test_a_faulty_pack_leaves_the_node_with_its_earlier_one_and_is_told_with_its_place(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    files, facts = overlay(tmp_path / "overlay"), tmp_path / "facts.json"
    pack = files / "rules" / "newer.yaml"
    pack.write_text(PACK.replace("EXPRESSION", "size(doc.items) <= parameters.most"))
    facts.write_text(json.dumps({"longest": 1}))
    settings = {"node": {"overlays": [str(files)]}, "process": {"facts": [str(facts)], "reload_seconds": 0}}
    async with in_process(tmp_path, Society(), settings=settings) as (station, gateway):
        held = gateway.node.standard.rules
        for fault, (broken, place) in BROKEN.items():
            caplog.clear()
            pack.write_text(broken)
            with caplog.at_level(logging.ERROR):
                assert not await gateway.node.reload_rules(), fault
            assert "the earlier ones stay" in caplog.text
            assert place in caplog.text, fault
            assert gateway.node.standard.rules is held
        pack.write_text(PACK.replace("EXPRESSION", "size(doc.items) <= parameters.most"))
        (files / "codelists").mkdir()
        for octets in ("{", '{"id": "newer", "codes": []}', '{"id": "newer", "extends": "nowhere"}'):
            caplog.clear()
            (files / "codelists" / "newer.json").write_text(octets)
            with caplog.at_level(logging.ERROR):
                assert not await gateway.node.reload_rules(), octets
            assert "newer.json" in caplog.text
        (files / "codelists" / "newer.json").unlink()
        assert await gateway.node.reload_rules()
        assert "newer" not in gateway.node.standard.codelists.ids
        facts.write_text("[]")
        assert not await gateway.node.reload_rules()
        assert ("NEW-01", "fail") in await found(station)


@pytest.mark.slow
@pytest.mark.requirement("TF-RULE-21")
@synchronous
async def test_a_process_takes_newer_rules_at_a_signal(tmp_path: Path) -> None:
    files = overlay(tmp_path / "overlay")
    settings = {"node": {"overlays": [str(files)]}, "process": {"reload_seconds": 0}}
    society = Society()
    # Nobody listens at the others' addresses: this node alone runs.
    society.endpoints |= dict.fromkeys(("xa.hub", "xb.customs"), "http://127.0.0.1:9")
    fleet = Fleet(tmp_path, ("xa.customs",), settings, society)
    fleet.start()
    try:
        station = fleet.stations["xa.customs"]
        (files / "rules" / "newer.yaml").write_text(PACK.replace("EXPRESSION", "size(doc.items) > 0"))
        assert not {each for each, _ in await found(station)} & {"NEW-01"}
        os.kill(fleet.processes["xa.customs"].pid, signal.SIGHUP)

        async def counts() -> bool:
            return ("NEW-01", "unknown") in await found(station)

        await eventually(counts)
    finally:
        await fleet.close()
