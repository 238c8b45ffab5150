"""Requests as a stranger would write them, octet for octet."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson

from kit.stations import Station
from threeflow import base64url, digest, strict, token
from threeflow.keys import SigningKey

JOSE = "application/jose+json"


def seal_raw(payload: bytes, key: SigningKey, **header: Any) -> dict[str, Any]:
    """An envelope with any protected header; members given as None are left out."""
    said = {"alg": key.alg, "kid": key.kid, "typ": "threeflow-doc+jws", **header}
    protected = base64url.encode(
        orjson.dumps({name: value for name, value in said.items() if value is not None})
    )
    text = base64url.encode(payload)
    signature = base64url.encode(key.sign(f"{protected}.{text}".encode()))
    return {"payload": text, "signatures": [{"protected": protected, "signature": signature}]}


def bearer(
    station: Station,
    caller: str,
    body: bytes | None,
    *,
    method: str = "POST",
    target: str = "/v1/documents",
    shift: timedelta = timedelta(),
    claims: Mapping[str, Any] | None = None,
    key: SigningKey | None = None,
    **header: Any,
) -> str:
    """A caller token with any claim or header member changed; members given as None are left out."""
    key = key or station.society.keys[caller].token
    issued = int((datetime.now(UTC) + shift).timestamp())
    said: dict[str, Any] = {
        "iss": caller,
        "aud": station.node,
        "env": station.society.environment,
        "htm": method,
        "htu": station.endpoint + target,
        "iat": issued,
        "exp": issued + 300,
        "jti": "test-token-0123456789",
    }
    if body is not None:
        said["dig"] = digest.of(body)
    said.update(claims or {})
    kept = {name: value for name, value in said.items() if value is not None}
    top = {"alg": key.alg, "kid": key.kid, "typ": token.TYP, **header}
    protected = base64url.encode(
        orjson.dumps({name: value for name, value in top.items() if value is not None})
    )
    signed = f"{protected}.{base64url.encode(orjson.dumps(kept))}"
    return f"{signed}.{base64url.encode(key.sign(signed.encode()))}"


async def post(
    station: Station,
    body: bytes,
    *,
    caller: str = "xa.platform",
    authorization: str | None = None,
    target: str = "/v1/documents",
    media_type: str = JOSE,
    headers: Mapping[str, str] | None = None,
    method: str = "POST",
) -> httpx.Response:
    """Send any octets to a station in this process."""
    if authorization is None:
        said_body = None if method == "GET" else body
        fresh = {"jti": secrets.token_urlsafe(16)}
        authorization = "Bearer " + bearer(
            station, caller, said_body, target=target, method=method, claims=fresh
        )
    said = {"authorization": authorization, "content-type": media_type, **(headers or {})}
    async with httpx.AsyncClient(transport=station._transport) as client:
        return await client.request(method, station.endpoint + target, content=body, headers=said)


def code_of(answer: httpx.Response) -> str:
    """The refusal code of an answer, sealed or not."""
    value: Any = strict.parse(answer.content)
    if "signatures" in value:
        value = strict.parse(base64url.decode(value["payload"]))["problem"]
    return str(value["code"])
