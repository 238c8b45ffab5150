"""The published vectors of bytes and trust, each with exactly its verdict."""

import json
import subprocess
import sys
from base64 import b64decode
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import threeflow_spec
from threeflow import digest, envelope, log, strict, token, trust
from threeflow.errors import Refused
from threeflow.keys import SigningKey, VerifyingKey, jwk_of

ROOT = Path(__file__).resolve().parents[2]


def vectors(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(threeflow_spec.read(f"v1/vectors/{name}.json"))
    return found


def params(name: str) -> list[Any]:
    return [
        pytest.param(each, id=each["name"], marks=pytest.mark.requirement(each["requirement"]))
        for each in vectors(name)["cases"]
    ]


def keys(name: str) -> dict[str, VerifyingKey]:
    made = [SigningKey.from_json(json.dumps(each).encode()) for each in vectors(name)["testKeys"]]
    return {each.kid: each.public for each in made}


def verdict_of(action: Any) -> tuple[str, str]:
    try:
        action()
    except Refused as refused:
        return refused.code, refused.requirement
    return "ok", ""


def expect(case: dict[str, Any], action: Any) -> None:
    verdict, requirement = verdict_of(action)
    assert verdict == case["verdict"]
    assert requirement in {"", case["requirement"]}


@pytest.mark.parametrize("case", params("strict/cases"))
def test_strict_json(case: dict[str, Any]) -> None:
    expect(case, lambda: strict.parse(b64decode(case["octets"])))


@pytest.mark.parametrize("case", params("seal/cases"))
def test_seal(case: dict[str, Any]) -> None:
    known = keys("seal/cases")

    def open_it() -> None:
        env = envelope.read(case["envelope"].encode())
        envelope.check_seals(env, known.get)
        envelope.check_issuer(env, vectors("seal/cases")["issuer"])
        envelope.check_required(env, case.get("required", ()))

    verdict, requirement = verdict_of(open_it)
    assert verdict == case["verdict"]
    # comparing octet for octet shows in the refusals of other requirements
    assert requirement in {"", case["requirement"]} or case["requirement"] == "TF-CONV-13"


@pytest.mark.parametrize("case", params("seal/keys"))
def test_unfit_key(case: dict[str, Any]) -> None:
    expect(
        case,
        lambda: VerifyingKey("xa.customs#seal-1", case["alg"], "seal", jwk_of(case["jwk"], case["alg"])),
    )


@pytest.mark.parametrize("case", params("token/cases"))
def test_token(case: dict[str, Any]) -> None:
    request = vectors("token/cases")["request"]
    verdict, _ = verdict_of(
        lambda: token.check(
            case["token"],
            resolver=keys("token/cases").get,
            aud=request["aud"],
            method=request["method"],
            uri=request["uri"],
            body_digest=digest.of(request["body"].encode()),
            now=datetime.fromisoformat(request["now"]),
            environment=request["environment"],
        )
    )
    assert verdict == case["verdict"]


@pytest.mark.parametrize("case", params("trust/lists"))
def test_trust_list(case: dict[str, Any]) -> None:
    common = vectors("trust/lists")
    store = trust.TrustStore(common["environment"])
    fingerprint = case.get("fingerprint", common["fingerprint"])
    now = datetime.fromisoformat(common["now"])
    *before, last = [each.encode() for each in case["lists"]]
    for each in before:
        store.add(each, anchor_fingerprint=fingerprint, now=now)
    held = store.digests()
    expect(case, lambda: store.add(last, anchor_fingerprint=fingerprint, now=now))
    assert case["verdict"] == "ok" or store.digests() == held


@pytest.mark.parametrize("case", params("trust/keys"))
def test_key_status(case: dict[str, Any]) -> None:
    common = vectors("trust/keys")
    store = trust.TrustStore(common["environment"])
    for each in case["lists"]:
        newest = store.add(
            each.encode(),
            anchor_fingerprint=common["fingerprint"],
            now=datetime.fromisoformat(common["now"]),
        )
    listed = store.key(case["kid"])
    assert listed is not None
    seen = case["witnessedAt"]
    status = trust.key_status(
        listed,
        newest,
        at=datetime.fromisoformat(case["at"]),
        witnessed_at=None if seen is None else datetime.fromisoformat(seen),
    )
    assert status == case["verdict"]


def octets(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("sha-256:"))


@pytest.mark.parametrize("case", params("log/inclusion"))
def test_inclusion(case: dict[str, Any]) -> None:
    leaf = log.leaf_hash(case["leaf"].encode())
    path = [octets(each) for each in case["path"]]
    holds = log.verify_inclusion(leaf, case["index"], case["size"], path, octets(case["root"]))
    assert holds == (case["verdict"] == "ok")


@pytest.mark.parametrize("case", params("log/consistency"))
def test_consistency(case: dict[str, Any]) -> None:
    path = [octets(each) for each in case["path"]]
    roots = octets(case["firstRoot"]), octets(case["secondRoot"])
    holds = log.verify_consistency(case["first"], case["second"], *roots, path)
    assert holds == (case["verdict"] == "ok")


def test_the_vectors_are_what_their_generator_makes() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tools.vectors", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
