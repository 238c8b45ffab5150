"""The suite's judges agree with the standard's vectors, and see what a broken SDK does not."""

import base64
import json
from typing import Any

import pytest

import threeflow_spec
from threeflow.keys import SigningKey, VerifyingKey
from threeflow_conformance.judge import merkle
from threeflow_conformance.judge.guards import holds
from threeflow_conformance.judge.octets import parse
from threeflow_conformance.judge.seals import ListedKey, SealError, open_envelope
from threeflow_conformance.judge.table import acts, part
from threeflow_conformance.judge.walks import walks_of
from threeflow_conformance.speak.forge import dump, edited, flipped, sealed


def _vectors(name: str) -> Any:
    return json.loads(threeflow_spec.read(f"v1/vectors/{name}.json"))


def _cases(name: str) -> list[Any]:
    found = _vectors(name)
    return list(found if isinstance(found, list) else found["cases"])


def test_strict_json_is_read_as_the_vectors_say() -> None:
    for case in _cases("strict/cases"):
        octets = base64.b64decode(case["octets"])
        if case["verdict"] == "ok":
            parse(octets)
        else:
            with pytest.raises(ValueError, match=r"."):
                parse(octets)


def test_proofs_of_inclusion_are_judged_as_the_vectors_say() -> None:
    def octets(text: str) -> bytes:
        return bytes.fromhex(text.removeprefix("sha-256:"))

    for case in _cases("log/inclusion"):
        path = [octets(each) for each in case["path"]]
        leaf = merkle.leaf(case["leaf"].encode())
        found = merkle.included(leaf, case["index"], case["size"], path, octets(case["root"]))
        assert found is (case["verdict"] == "ok"), case


@pytest.mark.parametrize("size", range(1, 18))
def test_a_tree_is_consistent_with_each_of_its_beginnings(size: int) -> None:
    leaves = [merkle.leaf(bytes([each])) for each in range(size)]
    for first in range(1, size + 1):
        path = merkle.proof_of_consistency(first, leaves)
        roots = merkle.root(leaves[:first]), merkle.root(leaves)
        assert merkle.consistent(first, size, path, *roots)
        assert not merkle.consistent(first, size, path, bytes(32), roots[1])


@pytest.mark.parametrize("alg", ["ES256", "Ed25519"])
def test_a_bug_in_the_sdk_does_not_blind_the_judge(monkeypatch: pytest.MonkeyPatch, alg: Any) -> None:
    key = SigningKey.generate(alg, "xa.node#seal-1", "seal")
    listed = {key.kid: ListedKey(key.kid, key.alg, key.use, dict(key.public.jwk))}
    raw = sealed(dump({"header": {"issuer": "xa.node"}}), key)
    monkeypatch.setattr(VerifyingKey, "verify", lambda *_: True)
    assert open_envelope(raw, listed).kids == (key.kid,)

    def spoil(value: dict[str, Any]) -> None:
        value["signatures"][0]["signature"] = flipped(value["signatures"][0]["signature"])

    with pytest.raises(SealError) as told:
        open_envelope(edited(raw, spoil), listed)
    assert told.value.requirement == "TF-SEAL-8"


@pytest.mark.parametrize(
    ("text", "facts", "due"),
    [
        ("doc.classifier == 'actual'", {"doc": {"classifier": "actual"}}, True),
        ("!(a in ['x', 'y']) && b", {"a": "z", "b": True}, True),
        ("list.exists(each, each == 2) || missing", {"list": [1, 2]}, True),
        ("list.all(each, each > 0)", {"list": [1, 0]}, False),
        ("a ? b : c", {"a": False, "b": True, "c": True}, True),
        ("missing == 'x'", {}, False),
        ("a", {"a": "true"}, False),
    ],
)
def test_guards_are_read_as_their_language_says(text: str, facts: dict[str, Any], due: bool) -> None:
    assert holds(text, facts) is due


def test_every_guard_of_the_table_can_be_read() -> None:
    from threeflow_conformance.judge.guards import _read

    for act in acts():
        for each in (*part(act, "steps", ()), *part(act, "post", ()), *part(act, "findings", ())):
            for said in (each, *each.get("moves", ())):
                for name in ("guard", "when"):
                    if name in said:
                        assert _read(" ".join(said[name].split()))


def test_walks_reach_every_state_of_the_customs_tracks() -> None:
    for track in ("export", "import", "admission"):
        good, bad = walks_of(track)
        assert len(good) > 20
        assert bad
