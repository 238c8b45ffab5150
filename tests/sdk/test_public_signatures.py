"""Signatures by the public vectors of others: every good one is accepted, every bad one refused, here and by
the library that the conformance suite judges with."""

from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey

from kit import wycheproof
from threeflow import base64url, envelope, strict
from threeflow.errors import Refused
from threeflow.keys import Algorithm, VerifyingKey

FILES: dict[Algorithm, tuple[str, int, int]] = {
    "ES256": ("ecdsa_secp256r1_sha256_p1363_test", 150, 50),
    "Ed25519": ("ed25519_test", 60, 60),
}
"""The file of each algorithm, with the least numbers of good and of bad signatures in it."""


def _jwk(alg: Algorithm, key: dict[str, Any]) -> dict[str, str]:
    if alg == "Ed25519":
        return {"crv": "Ed25519", "kty": "OKP", "x": base64url.encode(bytes.fromhex(key["pk"]))}
    point = bytes.fromhex(key["uncompressed"])
    x, y = (base64url.encode(each) for each in (point[1:33], point[33:]))
    return {"crv": "P-256", "kty": "EC", "x": x, "y": y}


def _sdk(alg: Algorithm, each: wycheproof.Signature) -> bool:
    try:
        key = VerifyingKey("xa.customs#seal-1", alg, "seal", _jwk(alg, each.key))
    except Refused as refused:
        if refused.requirement != "TF-SEAL-14":
            raise
        return False
    return key.verify(each.signature, each.message)


def _judge(alg: Algorithm, each: wycheproof.Signature) -> bool:
    kind = ECKey if alg == "ES256" else OKPKey
    model = jws.JWSRegistry(algorithms=[alg]).get_alg(alg)
    return bool(model.verify(each.message, each.signature, kind.import_key(_jwk(alg, each.key))))


@pytest.mark.requirement("TF-SEAL-5", "TF-SEAL-8", "TF-SEAL-9")
@pytest.mark.parametrize("alg", FILES)
def test_every_public_vector_gets_the_verdict_that_it_states(
    alg: Algorithm, tmp_path_factory: pytest.TempPathFactory
) -> None:
    name, least_good, least_bad = FILES[alg]
    vectors = wycheproof.read(name, tmp_path_factory.getbasetemp() / "wycheproof")
    good = sum(each.good for each in vectors)
    assert good >= least_good
    assert len(vectors) - good >= least_bad
    for verify in (_sdk, _judge):
        wrong = [(each.number, each.comment) for each in vectors if verify(alg, each) != each.good]
        assert not wrong, (verify.__name__, wrong)


RFC_7515_A_3 = (
    {
        "kty": "EC",
        "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    },
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0"
    "cnVlfQ",
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
)
RFC_8037_A_4 = (
    {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
)


@pytest.mark.requirement("TF-SEAL-3", "TF-SEAL-5")
@pytest.mark.parametrize(
    ("alg", "example"),
    [("ES256", RFC_7515_A_3), ("Ed25519", RFC_8037_A_4)],
    ids=["RFC 7515 A.3", "RFC 8037 A.4"],
)
def test_the_examples_of_jose_verify_but_their_headers_are_no_seals(
    alg: Algorithm, example: tuple[dict[str, str], str, str]
) -> None:
    jwk, signed, signature = example
    key = VerifyingKey("xa.customs#seal-1", alg, "seal", jwk)
    octets = base64url.decode(signature)
    assert key.verify(octets, signed.encode())
    for at in range(64):
        assert not key.verify(octets[:at] + bytes([octets[at] ^ 1]) + octets[at + 1 :], signed.encode())
    protected, payload = signed.split(".")
    seal = {"protected": protected, "signature": signature}
    with pytest.raises(Refused) as caught:
        envelope.read(strict.dump({"payload": payload, "signatures": [seal]}))
    assert caught.value.code in {"header-malformed", "unsupported-algorithm"}
