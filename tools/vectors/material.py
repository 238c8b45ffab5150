"""What all vectors are made of: keys from fixed seeds, a fixed moment, and envelopes put together by hand."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from threeflow import base64url, envelope
from threeflow.keys import Algorithm, SigningKey, Use

NOW: Final = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
SEALS: Final = "threeflow-doc+jws"
TOKENS: Final = "threeflow-token+jwt"

Case = dict[str, Any]


def key(kid: str, alg: Algorithm = "ES256", use: Use = "seal") -> SigningKey:
    """Return the test key of a kid: its secret is a digest of the name, and so no secret at all."""
    return SigningKey.from_secret(sha256(f"threeflow test key {kid}".encode()).digest(), alg, kid, use)


def listed(signing: SigningKey) -> Mapping[str, object]:
    """Return a test key as a vector file shows it, its private half included."""
    entry: dict[str, object] = json.loads(signing.to_json())
    return entry


def compact(value: object) -> bytes:
    """Return JSON without white space; also JSON that the standard refuses."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def b64(octets: bytes) -> str:
    """Return canonical base64url."""
    return base64url.encode(octets)


def entry(header: bytes, payload: bytes, signer: SigningKey) -> dict[str, str]:
    """Return a signatures entry with any header octets, properly signed."""
    protected = b64(header)
    signature = signer.sign(f"{protected}.{b64(payload)}".encode())
    return {"protected": protected, "signature": b64(signature)}


def wrap(payload: bytes, entries: Sequence[Mapping[str, object]], **members: object) -> str:
    """Return an envelope's text."""
    return compact({"payload": b64(payload), "signatures": list(entries), **members}).decode()


def header(signer: SigningKey, typ: object = SEALS, **members: object) -> bytes:
    """Return a protected header; members are added or replaced, None takes one away."""
    content = {"alg": signer.alg, "kid": signer.kid, "typ": typ, **members}
    return compact({name: value for name, value in content.items() if value is not None})


def sealed(payload: bytes, *signers: SigningKey) -> str:
    """Return a good envelope."""
    return envelope.seal(payload, *signers).decode()


def case(name: str, verdict: str, requirement: str, **members: object) -> Case:
    """Return one case; its verdict is ``ok`` or a refusal code."""
    return {"name": name, "requirement": requirement, "verdict": verdict, **members}
