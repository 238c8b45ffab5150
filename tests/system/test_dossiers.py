"""Dossiers that real gateways cut: good for whoever has the trust files, refused once a character changed."""

import copy
import json
import random
import subprocess
import sys
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kit import runs
from kit.commands import threeflow
from kit.edits import assert_refused, edited, regions
from kit.runs import Asked, Run
from threeflow import base64url, dossier, envelope, strict
from threeflow.keys import SigningKey
from threeflow.standard import Standard

EDITS = 1000
SECOND = timedelta(seconds=1)
SIDES = ("xa", "xb")
WITHOUT_NETWORK = """
import socket, sys
def hook(event, args):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        sys.exit("asked the network")
sys.addaudithook(hook)
if sys.argv[1] == "--probe":
    socket.create_connection(("127.0.0.1", 9))
from threeflow_gateway.cli import main
sys.exit(main(sys.argv[1:]))
"""
pytestmark = [pytest.mark.slow, pytest.mark.long]
States = Mapping[str, Mapping[str, datetime]]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a run of five invoices left; no node of it lives any more."""
    run = Run(tmp_path_factory.mktemp("dossiers") / "run", Asked(5))
    run.finish()
    return run.out


@pytest.fixture(scope="module")
def files(out: Path) -> list[Path]:
    found = sorted((out / "dossiers").iterdir())
    assert len(found) > 1
    return found


@pytest.mark.requirement("TF-DOS-1")
def test_the_command_says_0_for_every_dossier_of_the_run(out: Path, files: list[Path]) -> None:
    trust = sorted((out / "trust").glob("*.json"))
    answer = threeflow("verify", *files, "--trust", *trust, "--json")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert [(each["file"], each["valid"]) for each in json.loads(answer.stdout)] == [
        (str(path), True) for path in files
    ]
    assert threeflow("verify", files[0], "--trust", trust[0]).returncode == 1


def test_the_command_asks_no_network(out: Path, files: list[Path]) -> None:
    words = ["verify", files[0], "--trust", *sorted((out / "trust").glob("*.json"))]
    command = [sys.executable, "-c", WITHOUT_NETWORK, *map(str, words)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    command[-len(words) :] = ["--probe"]
    assert "asked the network" in subprocess.run(command, capture_output=True, text=True, check=False).stderr


@pytest.mark.requirement("TF-DOS-1", "TF-DOS-2", "TF-DOS-4", "TF-DOS-10", "TF-DOS-11", "TF-DOS-31")
def test_a_thousand_single_character_edits_are_refused_by_name(out: Path, files: list[Path]) -> None:
    standard, trust, draw = Standard.load(), runs.trust(out), random.Random(1000)
    whole = [path.read_bytes() for path in files]
    places = [regions(each) for each in whole]
    done = 0
    while done < EDITS:
        number = done % len(whole)
        place, changed = edited(whole[number], draw)
        if changed == whole[number]:
            continue
        verdict = dossier.verify(changed, trust, standard, now=datetime.now(UTC))
        assert_refused(verdict, place, places[number])
        done += 1


def newer(out: Path, folder: Path, states: States) -> list[Path]:
    """Trust files with one more list on each side, in which the keys named stand as `states` says.

    The run forgets its anchors, so both lists stand under new ones.
    """
    paths = []
    for side in SIDES:
        own: Any = strict.parse((out / "trust" / f"{side}.json").read_bytes())
        first = strict.parse_object(envelope.read(strict.dump(own["lists"][0])).payload)
        anchor = SigningKey.generate("ES256", f"{side}.trust#anchor-1", "seal")
        public = {"kid": anchor.kid, "alg": anchor.alg, "jwk": dict(anchor.public.jwk)}
        first = {**first, "anchor": public}
        second: dict[str, Any] = copy.deepcopy(first)
        issued = datetime.now(UTC).isoformat()
        second["header"] |= {"id": str(uuid.uuid4()), "issuedAt": issued}
        sealed = envelope.seal(strict.dump(first), anchor)
        second |= {"sequence": 2, "previous": envelope.read(sealed).digest, "issuedAt": issued}
        for key in (key for node in second["nodes"] for key in node["keys"]):
            key |= {name: at.isoformat() for name, at in states.get(key["kid"], {}).items()}
        lists = [strict.parse(sealed), strict.parse(envelope.seal(strict.dump(second), anchor))]
        paths.append(folder / f"{side}.json")
        paths[-1].write_bytes(strict.dump({"anchor": anchor.public.thumbprint, "lists": lists}))
    return paths


def ask(path: Path, trust: list[Path], *words: object) -> tuple[int, set[tuple[str, str]]]:
    """The command's exit code, and the piece and requirement of each problem."""
    answer = threeflow("verify", path, "--trust", *trust, "--json", *words)
    (found,) = json.loads(answer.stdout)
    return answer.returncode, {(each["where"], each["requirement"]) for each in found["problems"]}


def times(path: Path) -> tuple[datetime, datetime, datetime, str]:
    """When a foreign witness saw the dossier's log, when it was cut, until when it holds; the order's id."""
    read = dossier.read(path.read_bytes())
    witnessed = str(read.witnesses[0].header["issuedAt"])
    moments = (witnessed, str(read.head.header["issuedAt"]), str(read.head.payload["validUntil"]))
    seen, cut, until = (datetime.fromisoformat(each) for each in moments)
    order = next(each.document for each in read.entries if each.document.header["type"] == "order")
    return seen, cut, until, str(order.header["id"])


@pytest.mark.requirement("TF-DOS-22")
def test_a_dossier_whose_keys_were_all_retired_since_verifies(
    out: Path, files: list[Path], tmp_path: Path
) -> None:
    signers = {each.document.envelope.signer for each in dossier.read(files[0].read_bytes()).entries}
    assert {"xa.platform", "xa.customs", "xb.customs"} <= signers
    now = datetime.now(UTC)
    states = {f"{node}#seal-1": {"retiredAt": now} for node in signers}
    assert ask(files[0], newer(out, tmp_path, states)) == (0, set())


@pytest.mark.requirement("TF-DOS-23")
def test_what_a_foreign_witness_saw_before_the_theft_verifies_and_what_none_saw_does_not(
    out: Path, files: list[Path], tmp_path: Path
) -> None:
    seen, _, _, order = times(files[0])
    later = {"xa.platform#seal-1": {"compromisedSince": seen + SECOND}}
    assert ask(files[0], newer(out, tmp_path, later)) == (0, set())
    earlier = {"xa.platform#seal-1": {"compromisedSince": seen - SECOND}}
    assert ask(files[0], newer(out, tmp_path, earlier)) == (1, {(order, "TF-DOS-23")})


@pytest.mark.requirement("TF-DOS-9", "TF-DOS-24")
def test_the_moment_asked_for_decides(out: Path, files: list[Path], tmp_path: Path) -> None:
    seen, cut, until, order = times(files[0])
    trust = sorted((out / "trust").glob("*.json"))
    assert ask(files[0], trust, "--at", (cut + SECOND).isoformat()) == (0, set())
    assert ask(files[0], trust, "--at", (until + SECOND).isoformat()) == (1, {("head", "TF-DOS-9")})
    stolen = newer(out, tmp_path, {"xa.platform#seal-1": {"compromisedSince": seen - SECOND}})
    assert ask(files[0], stolen, "--at", (cut + SECOND).isoformat()) == (1, {(order, "TF-DOS-23")})


def missing(bundle: dict[str, Any], _: dict[str, Any]) -> str:
    bundle["documents"].pop()
    return "wrapper"


def foreign(bundle: dict[str, Any], other: dict[str, Any]) -> str:
    place = _place(bundle, "order")
    its = _id(bundle["documents"][place])
    bundle["documents"][place] = other["documents"][_place(other, "order")]
    return its


def reordered(bundle: dict[str, Any], _: dict[str, Any]) -> str:
    its = _id(bundle["documents"][0])
    bundle["documents"].reverse()
    return its


def self_keyed(bundle: dict[str, Any], _: dict[str, Any]) -> str:
    document = bundle["documents"][_place(bundle, "order")]
    thief = SigningKey.generate("ES256", "xa.platform#seal-1", "seal")
    said = {"alg": thief.alg, "kid": thief.kid, "typ": envelope.TYP, "jwk": dict(thief.public.jwk)}
    protected = base64url.encode(strict.dump(said))
    signature = thief.sign(f"{protected}.{document['document']['payload']}".encode())
    sealed = {"protected": protected, "signature": base64url.encode(signature)}
    document["document"]["signatures"] = [sealed]
    return _id(document)


def _payload(entry: dict[str, Any]) -> dict[str, Any]:
    return strict.parse_object(base64url.decode(entry["document"]["payload"]))


def _id(entry: dict[str, Any]) -> str:
    return str(_payload(entry)["header"]["id"])


def _place(bundle: dict[str, Any], type_: str) -> int:
    types = [_payload(each)["header"]["type"] for each in bundle["documents"]]
    return types.index(type_)


@pytest.mark.requirement("TF-DOS-4", "TF-DOS-10", "TF-DOS-32")
@pytest.mark.parametrize(
    ("change", "requirement"),
    [(missing, "TF-DOS-10"), (foreign, "TF-DOS-10"), (reordered, "TF-DOS-10"), (self_keyed, "TF-DOS-4")],
)
def test_a_piece_that_does_not_belong_is_named(
    change: Callable[..., str], requirement: str, out: Path, files: list[Path], tmp_path: Path
) -> None:
    bundle, other = (strict.parse_object(path.read_bytes()) for path in files[:2])
    where = change(bundle, other)
    path = tmp_path / "changed.json"
    path.write_bytes(strict.dump(bundle))
    code, problems = ask(path, sorted((out / "trust").glob("*.json")))
    assert code == 1
    assert (where, requirement) in problems
