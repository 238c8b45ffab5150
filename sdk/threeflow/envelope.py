"""The envelope: exact payload octets under one or several seals (spec page ``envelope``)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, NoReturn

import orjson

from threeflow import base64url, digest, names, strict
from threeflow.errors import Refused
from threeflow.keys import ALGORITHMS, Signer, VerifyingKey

TYP: Final = "threeflow-doc+jws"
MEDIA_TYPE: Final = "application/jose+json"
MAX_SIGNATURES: Final = 8
MAX_PARTS: Final = 20

_PROTECTED_MEMBERS: Final = {"alg", "kid", "typ"}
_ENVELOPE_MEMBERS: Final = ({"payload", "signatures"}, {"payload", "signatures", "parts"})
# twice what the longest kid needs
_MAX_PROTECTED: Final = 512

Resolver = Callable[[str], VerifyingKey | None]


@dataclass(frozen=True, slots=True)
class Signature:
    """One seal: the protected header as transmitted, the signature's octets, and what the header says."""

    protected: str
    signature: bytes
    alg: str
    kid: str


@dataclass(frozen=True)
class Envelope:
    """An envelope that was read; its seals are not yet checked. ``raw`` are the octets as they came."""

    payload: bytes
    signatures: tuple[Signature, ...]
    parts: tuple[bytes, ...]
    raw: bytes
    payload_text: str

    @cached_property
    def digest(self) -> str:
        """The digest of the payload."""
        return digest.of(self.payload)

    @property
    def kids(self) -> tuple[str, ...]:
        """The kids of the seals, in their order."""
        return tuple(each.kid for each in self.signatures)

    @property
    def signer(self) -> str:
        """The node id that all kids share."""
        return names.node_of(self.signatures[0].kid)

    @cached_property
    def compact(self) -> bytes:
        """The one layout without white space, in the order payload, signatures, parts; seals are the same."""
        return _write(
            self.payload_text,
            [(each.protected, base64url.encode(each.signature)) for each in self.signatures],
            self.parts,
        )


def read(raw: bytes) -> Envelope:
    """Read an envelope's form; its payload may still be no JSON, its seals still be wrong.

    Raises:
        Refused: ``envelope-malformed``, ``header-malformed``, ``unsupported-algorithm``, ``wrong-typ`` or
            ``issuer-mismatch`` (two seals of two nodes).
    """
    members = _members(raw)
    payload_text = members["payload"]
    if not isinstance(payload_text, str) or not payload_text:
        _malformed("TF-SEAL-1", "the payload is no text", "/payload")
    payload = _decode(payload_text, "/payload")
    entries = members["signatures"]
    if not isinstance(entries, list) or not 1 <= len(entries) <= MAX_SIGNATURES:
        _malformed("TF-SEAL-13", f"an envelope has 1 to {MAX_SIGNATURES} signatures", "/signatures")
    signatures = tuple(_signature(entry, f"/signatures/{index}") for index, entry in enumerate(entries))
    _check_kids(signatures)
    parts = _parts(members["parts"]) if "parts" in members else ()
    return Envelope(payload, signatures, parts, raw, payload_text)


def seal(payload: bytes, *keys: Signer, parts: Sequence[bytes] = ()) -> bytes:
    """Return the compact envelope of the payload, sealed with each key in order, with the parts attached.

    Raises:
        Refused: ``key-use``, where a key is not for seals; ``json-malformed``, where the payload or a part is
            not strict JSON.
    """
    for octets in (payload, *parts):
        strict.parse(octets)
    text = base64url.encode(payload)
    signatures = []
    for key in keys:
        if key.use != "seal":
            raise Refused("key-use", "TF-SEAL-7", f"the key {key.kid} is not for seals")
        protected = protect(key.alg, key.kid, TYP)
        signature = key.sign(f"{protected}.{text}".encode("ascii"))
        signatures.append((protected, base64url.encode(signature)))
    return _write(text, signatures, parts)


def protect(alg: str, kid: str, typ: str) -> str:
    """Return the base64url text of a protected header."""
    return base64url.encode(strict.dump({"alg": alg, "kid": kid, "typ": typ}))


def check_seals(env: Envelope, resolver: Resolver) -> tuple[str, ...]:
    """Verify every seal and return the kids; the time of validity of the keys is not judged here.

    Raises:
        Refused: ``unknown-signer``, ``key-use``, ``unsupported-algorithm`` or ``seal-invalid``.
    """
    for index, each in enumerate(env.signatures):
        pointer = f"/signatures/{index}"
        key = resolver(each.kid)
        if key is None:
            raise Refused("unknown-signer", "TF-SEAL-10", f"no list names the key {each.kid}", pointer)
        if key.use != "seal":
            raise Refused("key-use", "TF-SEAL-7", f"the key {each.kid} is listed for tokens", pointer)
        if key.alg != each.alg:
            raise Refused(
                "unsupported-algorithm", "TF-SEAL-6", f"the key {each.kid} is listed for {key.alg}", pointer
            )
        if not key.verify(each.signature, f"{each.protected}.{env.payload_text}".encode("ascii")):
            raise Refused("seal-invalid", "TF-SEAL-8", f"the seal of {each.kid} does not verify", pointer)
    return env.kids


def check_required(env: Envelope, algorithms: Iterable[str]) -> None:
    """Refuse an envelope that lacks a seal of a required algorithm.

    Raises:
        Refused: ``seal-missing``.
    """
    present = {each.alg for each in env.signatures}
    missing = [each for each in algorithms if each not in present]
    if missing:
        detail = f"{env.signer} must also seal with {', '.join(missing)}"
        raise Refused("seal-missing", "TF-SEAL-12", detail, "/signatures")


def check_issuer(env: Envelope, issuer: object) -> None:
    """Refuse a document whose issuer is not the node of its seals.

    Raises:
        Refused: ``issuer-mismatch``.
    """
    if issuer != env.signer:
        raise Refused(
            "issuer-mismatch", "TF-SEAL-11", f"sealed by {env.signer}, issued by {issuer}", "/header/issuer"
        )


def read_protected(text: str, typ: str) -> tuple[str, str]:
    """Return ``alg`` and ``kid`` of a protected header of the given ``typ``.

    Raises:
        Refused: ``header-malformed``, ``unsupported-algorithm`` or ``wrong-typ``.
    """
    if len(text) > _MAX_PROTECTED:
        raise Refused("header-malformed", "TF-SEAL-3", f"the header has over {_MAX_PROTECTED} characters")
    return _read_protected(text, typ)


@lru_cache(maxsize=4096)
def _read_protected(text: str, typ: str) -> tuple[str, str]:
    try:
        header = strict.parse_object(base64url.decode(text))
    except ValueError as error:
        raise Refused("header-malformed", "TF-CONV-10", f"the header is no base64url: {error}") from None
    except Refused as refused:
        raise Refused("header-malformed", refused.requirement, refused.detail) from None
    if "alg" in header and header["alg"] not in ALGORITHMS:
        raise Refused("unsupported-algorithm", "TF-SEAL-5", f"the algorithm {str(header['alg'])[:40]!r}")
    if set(header) != _PROTECTED_MEMBERS:
        raise Refused("header-malformed", "TF-SEAL-3", "the header has exactly the members alg, kid and typ")
    if header["typ"] != typ:
        raise Refused("wrong-typ", "TF-SEAL-4", f"typ is {str(header['typ'])[:40]!r}, not {typ!r}")
    kid = header["kid"]
    if not isinstance(kid, str) or not names.is_kid(kid):
        raise Refused("header-malformed", "TF-CONV-12", "the kid is no node-id#key-id")
    return str(header["alg"]), kid


def _members(raw: bytes) -> dict[str, object]:
    try:
        members = strict.parse_object(raw)
    except Refused as refused:
        raise Refused("envelope-malformed", refused.requirement, refused.detail) from None
    if set(members) not in _ENVELOPE_MEMBERS:
        _malformed("TF-SEAL-1", "an envelope has exactly payload, signatures and, if any, parts")
    return members


def _signature(entry: object, pointer: str) -> Signature:
    if not isinstance(entry, dict) or set(entry) != {"protected", "signature"}:
        _malformed("TF-SEAL-2", "a signature has exactly protected and signature", pointer)
    protected, text = entry["protected"], entry["signature"]
    if not isinstance(protected, str) or not isinstance(text, str):
        _malformed("TF-SEAL-2", "protected and signature are texts", pointer)
    try:
        alg, kid = read_protected(protected, TYP)
    except Refused as refused:
        raise Refused(refused.code, refused.requirement, refused.detail, f"{pointer}/protected") from None
    octets = _decode(text, f"{pointer}/signature")
    if len(octets) != 64:
        detail = f"a signature has 64 octets, not {len(octets)}"
        raise Refused("seal-invalid", "TF-SEAL-9", detail, f"{pointer}/signature")
    return Signature(protected, octets, alg, kid)


def _check_kids(signatures: tuple[Signature, ...]) -> None:
    kids = [each.kid for each in signatures]
    if len(set(kids)) != len(kids):
        _malformed("TF-SEAL-13", "two seals of one key", "/signatures")
    if len({names.node_of(kid) for kid in kids}) > 1:
        raise Refused("issuer-mismatch", "TF-SEAL-11", "the seals are of different nodes", "/signatures")


def _parts(value: object) -> tuple[bytes, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_PARTS:
        _malformed("TF-SEAL-1", f"parts, where present, are 1 to {MAX_PARTS} texts", "/parts")
    octets = []
    for index, each in enumerate(value):
        if not isinstance(each, str) or not each:
            _malformed("TF-SEAL-1", "a part is a text", f"/parts/{index}")
        octets.append(_decode(each, f"/parts/{index}"))
    return tuple(octets)


def _decode(text: str, pointer: str) -> bytes:
    try:
        return base64url.decode(text)
    except ValueError as error:
        _malformed("TF-CONV-10", f"no canonical base64url: {error}", pointer)


def _malformed(requirement: str, detail: str, pointer: str = "") -> NoReturn:
    raise Refused("envelope-malformed", requirement, detail, pointer)


def _write(payload: str, signatures: Sequence[tuple[str, str]], parts: Sequence[bytes]) -> bytes:
    envelope: dict[str, object] = {
        "payload": payload,
        "signatures": [{"protected": protected, "signature": text} for protected, text in signatures],
    }
    if parts:
        envelope["parts"] = [base64url.encode(part) for part in parts]
    return orjson.dumps(envelope)
