"""The reference gateway conforms in the roles that it claims, with zero waivers; what a run leaves can be checked."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from mutation import try_fault
from nodes import Node

from threeflow_conformance import certificate, cli, engine, prepare, transcript
from threeflow_conformance.judge.seals import SealError
from threeflow_conformance.registry import cases_for
from threeflow_conformance.report import data, files
from threeflow_conformance.speak.roles import ROLES

_WHOLE = ("hub",)
"""Whose every case is run here; ``make conformance`` runs those of all, ``make mutation`` those of both customs sides."""
_ALIKE = ("envelopes", "strictness", "callers", "forms", "walks", "rules", "rest", "restart")
"""Families of checks that are the same whatever the role."""


def _apart(role: str) -> tuple[str, ...]:
    """The checks that tell one role from another: who may say what, what is tracked, owed, cut, fetched and logged."""
    found = {each.check.id for each in cases_for(ROLES[role], grpc=True)}
    return tuple(each for each in sorted(found) if each.partition(".")[0] not in _ALIKE)


def _red(outcomes: list[engine.Outcome]) -> list[tuple[str, str, str, str]]:
    return [each.said for each in outcomes if each.verdict != "pass"]


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.requirement("TF-DOS-33", "TF-DOS-34")
@pytest.mark.parametrize("role", [name for name, each in ROLES.items() if not each.issues])
def test_the_reference_gateway_conforms_in_every_role_over_both_bindings(tmp_path: Path, role: str) -> None:
    only = () if role in _WHOLE else _apart(role)
    node = Node(tmp_path / "network", role, grpc=True).start()
    try:
        run = asyncio.run(engine.run(node.network, node.form, prepare.newest_lists(node.network), only=only))
    finally:
        node.stop()
    assert _red(run.outcomes) == []
    assert engine.exit_code(run.outcomes) == 0
    assert {each.case.binding for each in run.outcomes} == {"rest", "grpc"}
    assert len(run.outcomes) > (1400 if role in _WHOLE else 120)


@pytest.mark.long
@pytest.mark.slow
def test_a_run_leaves_reports_a_certificate_and_a_transcript_that_judges_the_same(tmp_path: Path) -> None:
    node, out = Node(tmp_path / "network").start(), tmp_path / "out"
    out.mkdir()
    try:
        run = asyncio.run(engine.run(node.network, node.form, prepare.newest_lists(node.network)))
        digest = transcript.write(out, run, node.form, ())
    finally:
        node.stop()
    assert _red(run.outcomes) == []
    (out / "network.json").write_bytes((tmp_path / "network" / "network.json").read_bytes())
    (out / "node").symlink_to(tmp_path / "network" / "node")
    said = data.of_run(run)
    files.write(out, said)
    assert {each["verdict"] for each in said["cases"]} == {"pass"}
    assert "符合标准" in (out / "report.zh.html").read_text(encoding="utf-8")
    raw = certificate.issue(run, digest, (), datetime.now(UTC))
    fingerprint = certificate.write(out, run, raw)
    path = str(out / "certificate.json")
    assert cli.main(["verify", path, "--certifier", fingerprint]) == 0
    assert cli.main(["verify", path, "--certifier", "sha-256:" + "0" * 64]) == 1
    key = json.loads((out / "certifier.json").read_bytes())
    with pytest.raises(SealError):
        certificate.verify(raw.replace(b'"signature":"', b'"signature":"A'), key, datetime.now(UTC))
    with pytest.raises(SealError):
        certificate.verify(raw, key, datetime.now(UTC) + timedelta(days=400))
    assert cli.main(["rejudge", str(out)]) == 0


@pytest.mark.slow
@pytest.mark.requirement("TF-SEND-1", "TF-SEND-2", "TF-SEND-3", "TF-SEND-4", "TF-SEND-5")
@pytest.mark.parametrize("role", [name for name, each in ROLES.items() if each.issues])
def test_the_sdks_client_conforms_as_an_issuer(tmp_path: Path, role: str) -> None:
    node = Node(tmp_path / "network", role)
    only = (
        ()
        if role == "issuer:payment"
        else ("issuers.says", "issuers.parts", "issuers.remembered", "issuers.refused")
    )
    run = asyncio.run(engine.run(node.network, node.form, prepare.newest_lists(node.network), only=only))
    assert _red(run.outcomes) == []
    assert engine.exit_code(run.outcomes) == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["any-signature-will-do", "everybody-reads-everything", "a-client-checks-no-seal"]
)
def test_a_faulty_node_is_told(name: str) -> None:
    assert try_fault(name)["killed"]
