"""Envelopes and tokens, right and wrong, octet for octet: the suite forges its bad messages itself."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from threeflow.keys import SigningKey
from threeflow_conformance.judge.octets import decode, digest, encode
from threeflow_conformance.judge.seals import DOC, TOKEN

__all__ = ["dump", "edited", "flipped", "members", "sealed", "token"]


def dump(value: Any) -> bytes:
    """JSON without white space, members in the order given."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def members(
    payload: bytes, *keys: SigningKey, parts: Sequence[bytes] = (), header: Mapping[str, Any] | None = None,
    protected: Callable[[dict[str, Any]], bytes] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """An envelope as a value; ``header`` changes members of the protected header, None leaves one out."""
    text = encode(payload)
    signatures = []
    for key in keys:
        said = {"alg": key.alg, "kid": key.kid, "typ": DOC, **(header or {})}
        kept = {name: value for name, value in said.items() if value is not None}
        top = encode(protected(kept) if protected else dump(kept))
        signatures.append({"protected": top, "signature": encode(key.sign(f"{top}.{text}".encode("ascii")))})
    made: dict[str, Any] = {"payload": text, "signatures": signatures}
    if parts:
        made["parts"] = [encode(each) for each in parts]
    return made


def sealed(payload: bytes, *keys: SigningKey, parts: Sequence[bytes] = ()) -> bytes:
    """A right envelope."""
    return dump(members(payload, *keys, parts=parts))


def edited(raw: bytes, edit: Callable[[dict[str, Any]], Any]) -> bytes:
    """An envelope after one edit of its value."""
    value = json.loads(raw)
    edit(value)
    return dump(value)


def flipped(text: str, at: int = 0) -> str:
    """Base64url of the same octets, of which one bit differs."""
    octets = bytearray(decode(text))
    octets[at] ^= 1
    return encode(bytes(octets))


def token(key: SigningKey, claims: Mapping[str, Any], *, header: Mapping[str, Any] | None = None) -> str:
    """A token with any claims and header members; those given as None are left out."""
    top = {"alg": key.alg, "kid": key.kid, "typ": TOKEN, **(header or {})}
    first = encode(dump({name: value for name, value in top.items() if value is not None}))
    second = encode(dump({name: value for name, value in claims.items() if value is not None}))
    return f"{first}.{second}.{encode(key.sign(f'{first}.{second}'.encode('ascii')))}"


def digest_of(payload: Mapping[str, Any]) -> str:
    """Digest of a payload as ``dump`` writes it."""
    return digest(dump(payload))
