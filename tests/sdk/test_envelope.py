"""Envelopes: what one library seals every other verifies, and no edit goes unseen."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey

from threeflow import envelope, strict
from threeflow.errors import Refused
from threeflow.keys import Algorithm, SigningKey

ES = SigningKey.generate("ES256", "xa.customs#seal-1", "seal")
ED = SigningKey.generate("Ed25519", "xa.customs#seal-2", "seal")
TOKEN = SigningKey.generate("ES256", "xa.customs#token-1", "token")
KEYS = {each.kid: each.public for each in (ES, ED, TOKEN)}
PAYLOAD = strict.dump({"header": {"issuer": "xa.customs"}, "text": "三流合一"})
SEALED = envelope.seal(PAYLOAD, ES, ED, parts=[b'{"salt":"x"}'])
CHARACTERS = [chr(code) for code in range(32, 127)]


def opened(raw: bytes) -> envelope.Envelope:
    env = envelope.read(raw)
    envelope.check_seals(env, KEYS.get)
    envelope.check_required(env, ["ES256", "Ed25519"])
    return env


def test_what_was_sealed_comes_out_octet_for_octet() -> None:
    env = opened(SEALED)
    assert (env.payload, env.parts, env.raw) == (PAYLOAD, (b'{"salt":"x"}',), SEALED)
    assert env.kids == (ES.kid, ED.kid)
    assert env.signer == "xa.customs"


@pytest.mark.requirement("TF-SEAL-1", "TF-SEAL-3", "TF-SEAL-8", "TF-CONV-10")
@given(st.integers(0, SEALED.index(b'"parts"') - 1), st.sampled_from(CHARACTERS))
def test_any_other_character_anywhere_is_refused(at: int, character: str) -> None:
    edited = SEALED[:at] + character.encode() + SEALED[at + 1 :]
    if edited != SEALED:
        with pytest.raises(Refused):
            opened(edited)


@pytest.mark.requirement("TF-SEAL-8", "TF-CONV-10")
def test_a_thousand_random_edits_of_a_sealed_text_are_refused() -> None:
    chance = random.Random(2026)
    end = SEALED.index(b'"parts"')
    for _ in range(1000):
        at = chance.randrange(end)
        edits = [SEALED[:at] + SEALED[at + 1 :], SEALED[:at] + SEALED[at : at + 1] + SEALED[at:]]
        for edited in edits:
            with pytest.raises(Refused):
                opened(edited)


@pytest.mark.parametrize("alg", ["ES256", "Ed25519"])
@pytest.mark.requirement("TF-SEAL-5", "TF-SEAL-8", "TF-SEAL-9")
def test_another_library_verifies_our_seal_and_we_verify_its(alg: Algorithm) -> None:
    ours = {"ES256": ES, "Ed25519": ED}[alg]
    kind = {"ES256": ECKey, "Ed25519": OKPKey}[alg]
    private = kind.import_key(json.loads(ours.to_json())["jwk"])
    made = json.loads(envelope.seal(PAYLOAD, ours))
    entry = made["signatures"][0]
    compact = f"{entry['protected']}.{made['payload']}.{entry['signature']}"
    assert jws.deserialize_compact(compact, private, algorithms=[alg]).payload == PAYLOAD
    header = {"alg": alg, "kid": ours.kid, "typ": envelope.TYP}
    protected, payload, signature = jws.serialize_compact(header, PAYLOAD, private, algorithms=[alg]).split(
        "."
    )
    theirs = {"payload": payload, "signatures": [{"protected": protected, "signature": signature}]}
    envelope.check_seals(envelope.read(strict.dump(theirs)), KEYS.get)


def test_the_compact_layout_keeps_every_seal() -> None:
    spacious = json.dumps(json.loads(SEALED), indent=2, sort_keys=True).encode()
    env = opened(spacious)
    assert env.raw == spacious
    assert env.compact == SEALED


@pytest.mark.requirement("TF-SEAL-7")
def test_a_token_key_makes_no_seal() -> None:
    with pytest.raises(Refused, match="key-use"):
        envelope.seal(PAYLOAD, TOKEN)


@pytest.mark.requirement("TF-CONV-1")
def test_what_is_no_strict_json_is_not_sealed() -> None:
    with pytest.raises(Refused, match="TF-CONV-6"):
        envelope.seal(b'{"a":1.5}', ES)


@pytest.mark.requirement("TF-SEAL-11")
def test_the_issuer_is_the_node_of_the_seals() -> None:
    env = opened(SEALED)
    envelope.check_issuer(env, "xa.customs")
    for other in ("xb.customs", "xa.Customs", "xa.customs2", None):
        with pytest.raises(Refused, match="issuer-mismatch"):
            envelope.check_issuer(env, other)


@pytest.mark.requirement("TF-SEAL-12")
def test_a_required_seal_may_not_be_left_out() -> None:
    env = envelope.read(envelope.seal(PAYLOAD, ES))
    envelope.check_required(env, ["ES256"])
    with pytest.raises(Refused) as caught:
        envelope.check_required(env, ["ES256", "Ed25519"])
    assert caught.value.code == "seal-missing"
    assert "Ed25519" in caught.value.detail


@pytest.mark.parametrize("alg", ["ES256", "Ed25519"])
def test_a_key_file_is_read_back_and_only_its_owner_may_read_it(alg: Algorithm, tmp_path: Path) -> None:
    made = SigningKey.generate(alg, "xa.customs#seal-1", "seal")
    path = tmp_path / "key.json"
    made.save(path)
    assert path.stat().st_mode & 0o777 == 0o600
    again = SigningKey.load(path)
    assert again.public == made.public
    assert again.public.verify(made.sign(b"x"), b"x")
    with pytest.raises(FileExistsError):
        made.save(path)
    assert json.loads(made.to_json())["jwk"]["d"] not in repr(made)


@pytest.mark.parametrize(
    "change", [{"alg": "ES512"}, {"kid": "x"}, {"use": "both"}, {"jwk": {"d": "AA"}}, {"more": 1}]
)
def test_a_key_file_of_another_form_is_refused(change: dict[str, object]) -> None:
    file = {**json.loads(ES.to_json()), **change}
    with pytest.raises(Refused):
        SigningKey.from_json(json.dumps(file).encode())
