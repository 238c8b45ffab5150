"""Seals, tokens and keys judged by ``joserfc`` (pages envelope and token)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

from threeflow_conformance.judge.octets import decode, digest, parse

__all__ = ["DOC", "TOKEN", "ListedKey", "Opened", "SealError", "open_envelope", "open_token", "thumbprint"]

DOC = "threeflow-doc+jws"
TOKEN = "threeflow-token+jwt"  # noqa: S105 - a media type
_ALGORITHMS = ["ES256", "Ed25519"]


class _Registry(jws.JWSRegistry):
    """The library's own bounds are for web tokens; documents are larger."""

    max_payload_length = 32 * 1024 * 1024
    max_header_length = 1024

    def validate_compact_value_size(self, value: bytes) -> None:
        """Say nothing: a document's size is judged by the node's own limits."""


_REGISTRY = _Registry(algorithms=_ALGORITHMS, strict_check_header=False)
_MOST_PROTECTED = 512


class SealError(Exception):
    """What is wrong, and the requirement that it breaks."""

    def __init__(self, requirement: str, message: str) -> None:
        super().__init__(message)
        self.requirement = requirement


@dataclass(frozen=True, slots=True)
class ListedKey:
    """A public key as a trust list names it."""

    kid: str
    alg: str
    use: str
    jwk: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Opened:
    """An envelope whose seals hold: exact payload octets, what they say, the kids, the parts."""

    payload: bytes
    value: Any
    kids: tuple[str, ...]
    parts: tuple[bytes, ...]

    @property
    def digest(self) -> str:
        """Digest of the payload octets."""
        return digest(self.payload)


def open_envelope(raw: bytes, keys: Mapping[str, ListedKey]) -> Opened:
    """Open an envelope and verify every seal of it.

    Raises:
        SealError: the envelope's form or a seal is wrong.
    """
    try:
        envelope = parse(raw)
    except ValueError as error:
        raise SealError("TF-SEAL-1", f"the envelope is no strict JSON: {error}") from error
    if not isinstance(envelope, dict) or set(envelope) - {"parts"} != {"payload", "signatures"}:
        raise SealError("TF-SEAL-1", "the envelope has not exactly payload, signatures and parts")
    signatures = envelope["signatures"]
    if not isinstance(signatures, list) or not 1 <= len(signatures) <= 8:
        raise SealError("TF-SEAL-13", "an envelope has 1 to 8 signatures")
    payload = _decode(envelope["payload"])
    kids = tuple(_check_seal(each, envelope["payload"], keys, DOC, "seal") for each in signatures)
    if len(set(kids)) != len(kids):
        raise SealError("TF-SEAL-13", "two seals of one key")
    try:
        value = parse(payload)
    except ValueError as error:
        raise SealError("TF-CONV-1", f"the payload is no strict JSON: {error}") from error
    issuer = value.get("header", {}).get("issuer") if isinstance(value, dict) else None
    if {kid.partition("#")[0] for kid in kids} != {issuer}:
        raise SealError("TF-SEAL-11", f"issued by {issuer}, sealed by {', '.join(kids)}")
    return Opened(payload, value, kids, tuple(_decode(each) for each in envelope.get("parts", ())))


def open_token(text: str, keys: Mapping[str, ListedKey]) -> dict[str, Any]:
    """Verify a caller token and return its claims.

    Raises:
        SealError: the token's form or signature is wrong.
    """
    segments = text.split(".")
    if len(segments) != 3 or len(text) > 4096:
        raise SealError("TF-TOKEN-1", "a token is three segments in at most 4096 characters")
    entry = {"protected": segments[0], "signature": segments[2]}
    kid = _check_seal(entry, segments[1], keys, TOKEN, "token")
    claims = parse(_decode(segments[1]))
    wanted = {"iss", "aud", "env", "htm", "htu", "iat", "exp", "jti"}
    if not isinstance(claims, dict) or set(claims) - {"dig"} != wanted:
        raise SealError("TF-TOKEN-3", f"the claims are {sorted(claims)}")
    if claims["iss"] != kid.partition("#")[0]:
        raise SealError("TF-TOKEN-9", f"a token of {claims['iss']} with the key {kid}")
    if not 0 < claims["exp"] - claims["iat"] <= 300:
        raise SealError("TF-TOKEN-4", "a token lives for at most 300 s")
    return claims


def thumbprint(jwk: Mapping[str, str]) -> str:
    """RFC 7638 thumbprint of a public key, written as a digest."""
    names = ("crv", "kty", "x", "y") if jwk["kty"] == "EC" else ("crv", "kty", "x")
    said = json.dumps({name: jwk[name] for name in names}, separators=(",", ":"))
    return "sha-256:" + hashlib.sha256(said.encode()).hexdigest()


def _decode(text: object) -> bytes:
    try:
        return decode(text)
    except ValueError as error:
        raise SealError("TF-CONV-10", str(error)) from error


def _check_seal(
    entry: Any, payload: str, keys: Mapping[str, ListedKey], typ: str, use: str
) -> str:  # fmt: skip
    if not isinstance(entry, dict) or set(entry) != {"protected", "signature"}:
        raise SealError("TF-SEAL-2", "a signature has not exactly protected and signature")
    if len(entry["protected"]) > _MOST_PROTECTED:
        raise SealError("TF-SEAL-3", "the protected header is too long")
    header = parse(_decode(entry["protected"]))
    if not isinstance(header, dict) or set(header) != {"alg", "kid", "typ"}:
        raise SealError("TF-SEAL-3", "the protected header has not exactly alg, kid and typ")
    if header["typ"] != typ:
        raise SealError("TF-SEAL-4", f"typ is {header['typ']}")
    if header["alg"] not in _ALGORITHMS:
        raise SealError("TF-SEAL-5", f"alg is {header['alg']}")
    key = keys.get(header["kid"])
    if key is None:
        raise SealError("TF-SEAL-10", f"no list names the key {header['kid']}")
    if key.use != use:
        raise SealError("TF-SEAL-7", f"{key.kid} is listed for another use")
    if key.alg != header["alg"]:
        raise SealError("TF-SEAL-6", f"{key.kid} is listed for {key.alg}")
    if len(_decode(entry["signature"])) != 64:
        raise SealError("TF-SEAL-9", "a signature has 64 octets")
    _verify(entry, payload, key)
    return key.kid


def _verify(entry: Mapping[str, str], payload: str, key: ListedKey) -> None:
    text = f"{entry['protected']}.{payload}.{entry['signature']}"
    public = (ECKey if key.alg == "ES256" else OKPKey).import_key(dict(key.jwk))
    try:
        signed = jws.extract_compact(text.encode("ascii"), registry=_REGISTRY)
        good = jws.validate_compact(signed, public, registry=_REGISTRY)
    except (JoseError, ValueError) as error:
        raise SealError("TF-SEAL-8", f"the seal of {key.kid} does not verify: {error}") from error
    if not good:
        raise SealError("TF-SEAL-8", f"the seal of {key.kid} does not verify")
