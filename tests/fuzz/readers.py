"""What a stranger's octets reach first, each beside an oracle of other code.

A reader may refuse, and then only by ``Refused`` or as its description says. It accepts nothing that the
oracle does not: an envelope's payload was sealed by nobody but its key, a dossier is one octet string alone.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import threeflow_spec
from kit.crossing import ASKED_AT, ENVIRONMENT, Crossing
from threeflow import digest, dossier, envelope, strict, token
from threeflow.errors import Refused
from threeflow.keys import SigningKey
from threeflow.standard import Standard
from threeflow.trust import TrustStore
from threeflow_conformance.judge import octets as other
from threeflow_conformance.judge import schemas, seals

__all__ = ["READERS", "FalseVerdictError", "Reader"]

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class FalseVerdictError(AssertionError):
    """A reader and its oracle disagree, or a reader fell over."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader of strangers' octets; ``accepts`` raises ``FalseVerdictError`` where its verdict is wrong."""

    name: str
    seeds: Callable[[], list[bytes]]
    accepts: Callable[[bytes], bool]


def _agree(mine: bool, others: bool, octets: bytes) -> bool:
    if mine != others:
        raise FalseVerdictError(f"accepted here: {mine}, by the oracle: {others}: {octets[:2000]!r}")
    return mine


# ---- strict JSON: two parsers, one verdict, one value


def _strict_seeds() -> list[bytes]:
    cases: list[dict[str, str]] = json.loads(threeflow_spec.read("v1/vectors/strict/cases.json"))["cases"]
    return [base64.b64decode(each["octets"]) for each in cases]


def _strict(octets: bytes) -> bool:
    try:
        mine = [strict.parse(octets)]
    except Refused:
        mine = []
    try:
        others = [other.parse(octets)]
    except ValueError:
        others = []
    if mine != others:
        raise FalseVerdictError(f"read as {mine!r:.500}, by the oracle as {others!r:.500}: {octets[:2000]!r}")
    return bool(mine)


# ---- envelopes: only what was sealed, and whatever the other library takes

_ES = SigningKey.from_secret(bytes([1]) * 32, "ES256", "xa.customs#seal-1", "seal")
_ED = SigningKey.from_secret(bytes([2]) * 32, "Ed25519", "xa.customs#seal-2", "seal")
_TOKEN = SigningKey.from_secret(bytes([3]) * 32, "ES256", "xa.customs#token-1", "token")
_KEYS = {each.kid: each.public for each in (_ES, _ED, _TOKEN)}
_LISTED = {
    kid: seals.ListedKey(kid, key.alg, key.use, dict(key.jwk)) for kid, key in _KEYS.items()
}  # fmt: skip
_PAYLOADS = (
    strict.dump({"header": {"issuer": "xa.customs"}, "text": "三流合一"}),
    strict.dump({"header": {"issuer": "xa.customs"}, "lines": list(range(40))}),
)


def _envelope_seeds() -> list[bytes]:
    one, two = _PAYLOADS
    return [
        envelope.seal(one, _ES),
        envelope.seal(one, _ED),
        envelope.seal(one, _ES, _ED),
        envelope.seal(two, _ED, _ES, parts=[b'{"salt":"x"}', b'{"salt":"y"}']),
    ]


def _envelope(octets: bytes) -> bool:
    try:
        read = envelope.read(octets)
        envelope.check_seals(read, _KEYS.get)
        envelope.check_issuer(read, _issuer(read.payload))
    except Refused:
        read = None
    if read is not None and read.payload not in _PAYLOADS:
        raise FalseVerdictError(f"nobody sealed {read.payload!r}")
    try:
        opened = seals.open_envelope(octets, _LISTED)
    except (seals.SealError, ValueError, TypeError, KeyError):
        opened = None
    if read is not None and opened is not None and read.payload != opened.payload:
        raise FalseVerdictError(f"two payloads of one envelope: {octets[:2000]!r}")
    if read is not None and opened is None:
        raise FalseVerdictError(f"accepted here alone: {octets[:2000]!r}")
    return read is not None


def _issuer(payload: bytes) -> object:
    header = strict.parse_object(payload).get("header")
    return header.get("issuer") if isinstance(header, Mapping) else None


# ---- caller tokens: only what was signed, for the request it was signed for

_BODY = b"{}"
_URI = "https://xa.example/v1/documents"


@cache
def _token_seeds() -> list[bytes]:
    return [
        token.make(_TOKEN, "xa.customs", "xa.hub", "POST", _URI, _BODY, NOW, environment="sandbox").encode(),
        token.make(_TOKEN, "xa.customs", "xa.hub", "GET", _URI, None, NOW, environment="sandbox").encode(),
    ]


def _token(octets: bytes) -> bool:
    text = octets.decode("latin-1")
    try:
        token.check(
            text, resolver=_KEYS.get, aud="xa.hub", method="POST", uri=_URI, body_digest=digest.of(_BODY),
            now=NOW, environment="sandbox",
        )  # fmt: skip
    except Refused:
        return False
    # What was signed is the header and the claims; an ES256 signature over them has a second form.
    if octets.split(b".")[:2] != _token_seeds()[0].split(b".")[:2]:
        raise FalseVerdictError(f"nobody signed {text!r}")
    try:
        seals.open_token(text, _LISTED)
    except seals.SealError as error:
        raise FalseVerdictError(f"accepted here alone: {text!r}") from error
    return True


# ---- trust files, dossiers: signed by the anchor, or exact to the octet


@cache
def _crossing() -> Crossing:
    return Crossing().until_release()


@cache
def _standard() -> Standard:
    return Standard.load()


@cache
def _store() -> TrustStore:
    return _crossing().store()


@cache
def _trust_seeds() -> list[bytes]:
    return [_store().to_file(each) for each in _store().jurisdictions()]


@cache
def _lists() -> frozenset[str]:
    store = _store()
    return frozenset(each.digest for name in store.jurisdictions() for each in store.lists(name))


def _trust(octets: bytes) -> bool:
    store = TrustStore(ENVIRONMENT)
    try:
        newest = store.add_file(octets, now=ASKED_AT + timedelta(days=1))
    except Refused:
        return False
    if newest.digest not in _lists():
        raise FalseVerdictError(f"no anchor sealed the list {newest.digest}")
    return True


@cache
def _dossier_seeds() -> list[bytes]:
    return [_crossing().dossier(_standard())]


def _dossier(octets: bytes) -> bool:
    verdict = dossier.verify(octets, _store(), _standard(), now=ASKED_AT)
    return _agree(verdict.valid, octets == _dossier_seeds()[0], octets)


# ---- documents: two validators, one verdict


@cache
def _document_seeds() -> list[bytes]:
    return [strict.dump(piece.payload) for piece in _crossing().pieces.values()]


def _document(octets: bytes) -> bool:
    try:
        value = strict.parse_object(octets)
        header = value.get("header")
        type_ = header.get("type") if isinstance(header, Mapping) else None
        if not isinstance(type_, str):
            return False
        violations = _standard().schemas.validate(type_, value)
    except Refused:
        return False
    return _agree(not violations, not schemas.violations(type_, value), octets)


READERS = {
    each.name: each
    for each in (
        Reader("strict", _strict_seeds, _strict),
        Reader("envelope", _envelope_seeds, _envelope),
        Reader("token", _token_seeds, _token),
        Reader("trust", _trust_seeds, _trust),
        Reader("document", _document_seeds, _document),
        Reader("dossier", _dossier_seeds, _dossier),
    )
}
