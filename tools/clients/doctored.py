"""Dossiers and trust files that are not what they should be, for clients to refuse.

Each is one edit away from the true pair, which the client has just found good.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any, Final

from tools.clients.society import CUSTOMS

from threeflow import base64url, envelope, strict
from threeflow.keys import SigningKey

KID: Final = f"{CUSTOMS}#seal-1"
Pair = tuple[bytes, bytes]


def doctored(dossier: bytes, trust: bytes, seal: SigningKey) -> Iterator[tuple[str, bytes, bytes]]:
    """Give name, dossier and trust file of each case; ``seal`` is the key with which customs seals."""
    bundle, file = json.loads(dossier), json.loads(trust)
    yield "release altered", _with(bundle, _altered), trust
    yield "signature altered", _with(bundle, _signature), trust
    yield "release the head does not name", _with(bundle, lambda each: _other_release(each, seal)), trust
    yield "token's typ in the seal's place", _with(bundle, lambda each: _as_token(each, seal)), trust
    yield "another key under the kid", dossier, _listed(file, SigningKey.generate("ES256", KID, "seal"))
    yield "another algorithm in the list", dossier, _listed(file, SigningKey.generate("Ed25519", KID, "seal"))
    yield "key listed for tokens", dossier, _listed(file, seal, use="token")
    yield "anchor of another fingerprint", dossier, _dump({**file, "anchor": "sha-256:" + "0" * 64})
    yield "list altered", dossier, _dump({**file, "lists": [_list_altered(file["lists"][-1])]})


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _with(bundle: Mapping[str, Any], edit: Callable[[dict[str, Any]], dict[str, Any]]) -> bytes:
    """Return the bundle with its release edited."""
    made = deepcopy(dict(bundle))
    for each in made["documents"]:
        if _payload(each["document"])["header"]["type"] == "release":
            each["document"] = edit(each["document"])
    return _dump(made)


def _payload(sealed: Mapping[str, Any]) -> Any:
    return json.loads(base64url.decode(sealed["payload"]))


def _altered(sealed: dict[str, Any]) -> dict[str, Any]:
    payload = base64url.decode(sealed["payload"]).replace(b'"R-', b'"S-', 1)
    return {**sealed, "payload": base64url.encode(payload)}


def _signature(sealed: dict[str, Any]) -> dict[str, Any]:
    (seal,) = sealed["signatures"]
    first = "A" if seal["signature"][0] != "A" else "B"
    return {**sealed, "signatures": [{**seal, "signature": first + seal["signature"][1:]}]}


def _other_release(sealed: dict[str, Any], seal: SigningKey) -> dict[str, Any]:
    """A release that customs truly sealed, but another than the dossier is of."""
    payload = {**_payload(sealed), "releaseNumber": "R-OTHER"}
    made: dict[str, Any] = json.loads(envelope.seal(strict.dump(payload), seal))
    return made


def _as_token(sealed: dict[str, Any], seal: SigningKey) -> dict[str, Any]:
    header = {"alg": seal.alg, "kid": seal.kid, "typ": "threeflow-token+jwt"}
    protected = base64url.encode(_dump(header))
    signature = base64url.encode(seal.sign(f"{protected}.{sealed['payload']}".encode()))
    return {**sealed, "signatures": [{"protected": protected, "signature": signature}]}


def _listed(file: Mapping[str, Any], key: SigningKey, use: str = "seal") -> bytes:
    """Return a trust file, consistent under a new anchor, that lists this key under customs' kid."""
    payload = _payload(file["lists"][-1])
    anchor = SigningKey.generate("ES256", payload["anchor"]["kid"], "seal")
    payload["anchor"] = {"kid": anchor.kid, "alg": anchor.alg, "jwk": dict(anchor.public.jwk)}
    for listed in (each for node in payload["nodes"] for each in node["keys"]):
        if listed["kid"] == KID:
            listed |= {"alg": key.alg, "jwk": dict(key.public.jwk), "use": use}
    sealed = json.loads(envelope.seal(strict.dump(payload), anchor))
    return _dump({"anchor": anchor.public.thumbprint, "lists": [sealed]})


def _list_altered(sealed: dict[str, Any]) -> dict[str, Any]:
    payload = base64url.decode(sealed["payload"]).replace(b'"xa.carrier"', b'"xa.currier"', 1)
    return {**sealed, "payload": base64url.encode(payload)}
