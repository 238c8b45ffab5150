"""What a run leaves cannot be changed unseen: its certificate and its transcript."""

import asyncio
import base64
import gzip
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from nodes import Node

from threeflow.keys import VerifyingKey
from threeflow_conformance import certificate, cli, engine, prepare, transcript, waivers
from threeflow_conformance.judge.seals import SealError
from threeflow_conformance.report import data, files

pytestmark = pytest.mark.slow
_ONLY = ("repeats.three-deliveries", "envelopes.twin[signature-bit]")
_NOW = datetime.now(UTC)


def _leave(out: Path, run: engine.Run, form: Any, waived: tuple[waivers.Waiver, ...] = ()) -> None:
    """Write what ``threeflow-conformance run`` writes."""
    out.mkdir()
    digest = transcript.write(out, run, form, _ONLY)
    waivers.apply(run.outcomes, waived, _NOW.date())
    shutil.copy(run.network.folder / "network.json", out)
    shutil.copytree(run.network.folder / "node", out / "node")
    files.write(out, data.of_run(run))
    certificate.write(out, run, certificate.issue(run, digest, waived, _NOW))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[engine.Run, Any]]:
    folder = tmp_path_factory.mktemp("papers")
    node = Node(folder / "network", "customs:import").start()
    form = replace(node.form, profile="eu-h7")
    try:
        yield (
            asyncio.run(engine.run(node.network, form, prepare.newest_lists(node.network), only=_ONLY)),
            form,
        )
    finally:
        node.stop()


@pytest.fixture
def left(tmp_path: Path, run: tuple[engine.Run, Any]) -> Path:
    assert {each.verdict for each in run[0].outcomes} == {"pass"}
    _leave(tmp_path / "out", *run)
    return tmp_path / "out"


def _rejudge(folder: Path) -> int:
    return cli.main(["rejudge", str(folder)])


def _certifier(folder: Path) -> Any:
    return json.loads((folder / "certifier.json").read_bytes())


def test_a_certificate_binds_all_that_it_rests_on(left: Path, run: tuple[engine.Run, Any]) -> None:
    value = certificate.verify((left / "certificate.json").read_bytes(), _certifier(left), _NOW).value
    network = run[0].network
    assert value["standard"] == certificate.standard_digest()
    assert value["suite"].startswith("threeflow-conformance ")
    assert (value["node"], value["role"], value["profile"]) == (network.node, "customs:import", "eu-h7")
    assert set(value["keys"]) == set(network.node_keys)
    assert value["counts"]["pass"] == len(run[0].outcomes)
    assert value["waivers"] == []
    assert value["transcript"] == transcript.read(left)[3]
    assert datetime.fromisoformat(value["validUntil"]) > _NOW + timedelta(days=300)


def test_no_octet_of_a_certificate_can_be_another(left: Path) -> None:
    raw, key = (left / "certificate.json").read_bytes(), _certifier(left)
    for at in range(len(raw)):
        for bit in (1, 32):
            changed = bytearray(raw)
            changed[at] ^= bit
            with pytest.raises(SealError):
                certificate.verify(bytes(changed), key, _NOW)


def test_no_certificate_is_valid_when_it_is_over_or_of_another_certifier(left: Path) -> None:
    raw, key = (left / "certificate.json").read_bytes(), _certifier(left)
    with pytest.raises(SealError):
        certificate.verify(raw, key, _NOW + timedelta(days=400))
    path = str(left / "certificate.json")
    assert cli.main(["verify", path, "--certifier", key["fingerprint"]]) == 0
    assert cli.main(["verify", path, "--certifier", "sha-256:" + "0" * 64]) == 1


def test_verdicts_are_found_again_from_the_transcript_alone(left: Path) -> None:
    assert _rejudge(left) == 0


def test_waivers_change_no_verdict_that_is_found_again(tmp_path: Path, run: tuple[engine.Run, Any]) -> None:
    copies = replace(run[0], outcomes=[replace(each) for each in run[0].outcomes])
    stale = waivers.Waiver(_ONLY[0], "known", "https://issues.example/1", (_NOW + timedelta(days=9)).date())
    _leave(tmp_path / "out", copies, run[1], (stale,))
    assert engine.exit_code(copies.outcomes) == 1
    assert _rejudge(tmp_path / "out") == 0
    raw = (tmp_path / "out" / "certificate.json").read_bytes()
    with pytest.raises(SealError):
        certificate.verify(raw, _certifier(tmp_path / "out"), _NOW)


def _rewrite(folder: Path, edit: Callable[[list[Any]], Any]) -> None:
    path = folder / "transcript.jsonl.gz"
    lines = [json.loads(each) for each in gzip.decompress(path.read_bytes()).decode().split("\n")]
    edit(lines)
    path.write_bytes(gzip.compress("\n".join(json.dumps(each) for each in lines).encode(), mtime=0))


def _last_of(lines: list[Any], case: str) -> Any:
    return next(each for each in lines if each.get("case") == case)["exchanges"][-1]


def _another_answer(lines: list[Any]) -> None:
    held = _last_of(lines, _ONLY[0])
    held["answerBody"] = base64.b64encode(base64.b64decode(held["answerBody"])[:-9]).decode()


def _another_request(lines: list[Any]) -> None:
    _last_of(lines, _ONLY[1])["target"] = "/v1/elsewhere"


def _no_answer(lines: list[Any]) -> None:
    next(each for each in lines if each.get("case") == _ONLY[0])["exchanges"].pop()


def _left_out(lines: list[Any]) -> None:
    lines[:] = [each for each in lines if each.get("case") != _ONLY[0]]


def _another_time(lines: list[Any]) -> None:
    # Nothing is judged by it; that the transcript is another is told by its digest.
    _last_of(lines, _ONLY[0])["seconds"] += 1


@pytest.mark.parametrize("edit", [_another_answer, _another_request, _no_answer, _left_out, _another_time])
def test_a_transcript_that_was_changed_is_told(left: Path, edit: Callable[[list[Any]], Any]) -> None:
    _rewrite(left, edit)
    assert _rejudge(left) == 1


@pytest.mark.parametrize("how", ["another-verdict", "a-case-too-many", "a-case-left-out"])
def test_a_report_that_says_otherwise_than_the_transcript_is_told(left: Path, how: str) -> None:
    path = left / "report.json"
    said = json.loads(path.read_bytes())
    if how == "another-verdict":
        said["cases"][-1] |= {"verdict": "fail", "judged": "fail"}
    elif how == "a-case-too-many":
        said["cases"].append({**said["cases"][-1], "id": "order.more"})
    else:
        said["cases"].pop()
    path.write_text(json.dumps(said))
    assert _rejudge(left) == 1


def test_a_run_is_judged_rightly_by_a_suite_whose_library_believes_every_seal(
    left: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(VerifyingKey, "verify", lambda *_: True)
    assert _rejudge(left) == 0

    def spoil(lines: list[Any]) -> None:
        held = _last_of(lines, _ONLY[0])
        value = json.loads(base64.b64decode(held["answerBody"]))
        octets = bytearray(base64.urlsafe_b64decode(value["signatures"][0]["signature"] + "=="))
        octets[9] ^= 1
        value["signatures"][0]["signature"] = base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
        held["answerBody"] = base64.b64encode(json.dumps(value).encode()).decode()

    (left / "certificate.json").unlink()
    _rewrite(left, spoil)
    assert _rejudge(left) == 1
