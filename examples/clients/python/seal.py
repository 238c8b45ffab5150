"""The hand-written half of a Threeflow client, with joserfc: seals, caller tokens, the check of a release."""

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

DOC = "threeflow-doc+jws"
TOKEN = "threeflow-token+jwt"
ALGORITHMS = {"ES256": ECKey, "Ed25519": OKPKey}
TOKEN_SECONDS = 120


class Registry(jws.JWSRegistry):
    """The library's own bounds are for web tokens; documents are larger."""

    max_payload_length = 16 * 1024 * 1024


REGISTRY = Registry(algorithms=list(ALGORITHMS))


class NotTrustedError(Exception):
    """A seal, a key or a digest is not what it should be; the message says which."""


def digest(octets: bytes) -> str:
    """Return a digest as the standard writes it (TF-CONV-9)."""
    return "sha-256:" + hashlib.sha256(octets).hexdigest()


@dataclass(frozen=True)
class Signer:
    """One private key of a key file: `kid`, `alg`, `use` and `jwk`."""

    file: dict[str, Any]

    def compact(self, typ: str, payload: bytes) -> str:
        """Return the compact JWS of a payload; its header is exactly alg, kid and typ (TF-SEAL-3)."""
        alg, kid = self.file["alg"], self.file["kid"]
        key = ALGORITHMS[alg].import_key(self.file["jwk"])
        return jws.serialize_compact({"alg": alg, "kid": kid, "typ": typ}, payload, key, registry=REGISTRY)

    def seal(self, payload: bytes) -> dict[str, Any]:
        """Return the envelope of a document's octets: JWS JSON General, with one seal."""
        protected, sealed, signature = self.compact(DOC, payload).split(".")
        return {"payload": sealed, "signatures": [{"protected": protected, "signature": signature}]}

    def token(self, aud: str, env: str, method: str, uri: str, body: bytes | None) -> str:
        """Return the caller token of one request (TF-TOKEN): REST binds the body, gRPC the `envelope`."""
        now = int(time.time())
        claims = {
            "iss": self.file["kid"].partition("#")[0],
            "aud": aud,
            "env": env,
            "htm": method,
            "htu": uri,
            "iat": now,
            "exp": now + TOKEN_SECONDS,
            "jti": secrets.token_urlsafe(16),
        }
        if body is not None:
            claims["dig"] = digest(body)
        return self.compact(TOKEN, json.dumps(claims).encode())


class Trust:
    """The seal keys of a trust file by kid. Which fingerprint is in the file was agreed on out of band."""

    def __init__(self, path: Path) -> None:
        file = json.loads(path.read_bytes())
        newest = file["lists"][-1]
        listed = json.loads(decoded(newest["payload"]))
        anchor = listed["anchor"]
        if digest(_canonical(anchor["jwk"])) != file["anchor"]:
            raise NotTrustedError("the list's anchor has another fingerprint than the trust file")
        self._keys = {anchor["kid"]: anchor}
        self.open(newest)
        self._keys = {
            key["kid"]: key for node in listed["nodes"] for key in node["keys"] if key["use"] == "seal"
        }

    def open(self, envelope: dict[str, Any]) -> bytes:
        """Return the payload's octets once every seal verified under the listed key of its kid.

        Raises:
            NotTrustedError: a seal does not.
        """
        if not envelope["signatures"]:
            raise NotTrustedError("the envelope has no seal")
        for each in envelope["signatures"]:
            header = json.loads(decoded(each["protected"]))
            if set(header) != {"alg", "kid", "typ"} or header["typ"] != DOC:
                raise NotTrustedError(f"not the header of a seal: {header}")
            key = self._keys.get(header["kid"])
            if key is None:
                raise NotTrustedError(f"the trust list has no seal key {header['kid']}")
            if key["alg"] != header["alg"] or key["alg"] not in ALGORITHMS:
                raise NotTrustedError(
                    f"{header['kid']} is listed for {key['alg']}, the seal says {header['alg']}"
                )
            compact = f"{each['protected']}.{envelope['payload']}.{each['signature']}"
            try:
                jws.deserialize_compact(
                    compact, ALGORITHMS[key["alg"]].import_key(key["jwk"]), registry=REGISTRY
                )
            except JoseError as error:
                raise NotTrustedError(f"the seal of {header['kid']} does not verify: {error}") from error
        payload = decoded(envelope["payload"])
        said = json.loads(payload)["header"]["issuer"]
        if any(kid_of(each).partition("#")[0] != said for each in envelope["signatures"]):
            raise NotTrustedError(f"sealed by another node than its issuer {said}")
        return payload


def release_of(dossier: bytes, trust: Trust, wanted: str | None = None) -> dict[str, Any]:
    """Return the release of a dossier once its seal and the head's verified, and the head names its digest.

    `wanted` is the digest under which the dossier was asked for. What else there is to check is checked by
    `threeflow verify`, and listed in the README.

    Raises:
        NotTrustedError: it is not so, or the dossier has no release.
    """
    bundle = json.loads(dossier)
    head_octets = trust.open(bundle["head"])
    if wanted is not None and digest(head_octets) != wanted:
        raise NotTrustedError(f"asked for the dossier {wanted}, got {digest(head_octets)}")
    named = {
        each["digest"]: each for each in json.loads(head_octets)["documents"] if each["type"] == "release"
    }
    for each in bundle["documents"]:
        payload = decoded(each["document"]["payload"])
        if json.loads(payload)["header"]["type"] == "release":
            if digest(payload) not in named:
                raise NotTrustedError("the head does not name this release")
            release: dict[str, Any] = json.loads(trust.open(each["document"]))
            return release
    raise NotTrustedError("the dossier has no release")


def decoded(text: str) -> bytes:
    """Return the octets of base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def kid_of(signature: dict[str, str]) -> str:
    """Return the kid in a protected header."""
    kid: str = json.loads(decoded(signature["protected"]))["kid"]
    return kid


def _canonical(jwk: dict[str, str]) -> bytes:
    """Return what an RFC 7638 thumbprint is made of."""
    members = {name: jwk[name] for name in sorted(jwk) if name in {"crv", "kty", "x", "y"}}
    return json.dumps(members, separators=(",", ":")).encode()
