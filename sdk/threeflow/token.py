"""The caller token: who calls, for which request (spec page ``token``)."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, NoReturn

from threeflow import base64url, digest, envelope, names, strict
from threeflow.errors import Refused
from threeflow.keys import Signer, VerifyingKey

TYP: Final = "threeflow-token+jwt"
MAX_LIFETIME: Final = timedelta(seconds=300)
SKEW: Final = timedelta(seconds=60)
MAX_LENGTH: Final = 4096

_CLAIMS: Final = {"iss", "aud", "env", "htm", "htu", "iat", "exp", "jti"}
_TEXTS: Final = ("iss", "aud", "env", "htm", "htu", "jti")

Resolver = Callable[[str], VerifyingKey | None]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a checked token vouches for; (``node_id``, ``jti``) names the one request until ``expires``."""

    node_id: str
    kid: str
    jti: str
    expires: datetime


def make(  # noqa: PLR0917 - the order is fixed
    key: Signer,
    iss: str,
    aud: str,
    method: str,
    uri: str,
    body: bytes | None,
    now: datetime,
    ttl: int = 300,
    *,
    environment: str,
) -> str:
    """Return a token for one request.

    ``uri`` is the published endpoint with path and query as sent; ``body`` is None where the request has no
    body or streams it; ``ttl`` is in seconds, at most 300.

    Raises:
        Refused: ``key-use``, where the key is not for tokens.
    """
    if key.use != "token":
        raise Refused("key-use", "TF-TOKEN-9", f"the key {key.kid} is not for tokens")
    issued = int(now.timestamp())
    claims: dict[str, object] = {
        "iss": iss,
        "aud": aud,
        "env": environment,
        "htm": method,
        "htu": uri,
        "iat": issued,
        "exp": issued + ttl,
        "jti": base64url.encode(secrets.token_bytes(16)),
    }
    if body is not None:
        claims["dig"] = digest.of(body)
    signed = f"{envelope.protect(key.alg, key.kid, TYP)}.{base64url.encode(strict.dump(claims))}"
    return f"{signed}.{base64url.encode(key.sign(signed.encode('ascii')))}"


def check(
    raw: str,
    *,
    resolver: Resolver,
    aud: str,
    method: str,
    uri: str,
    body_digest: str | None,
    now: datetime,
    environment: str,
) -> Caller:
    """Return who calls; whether the ``jti`` was seen before, and the key's validity, are the node's to judge.

    ``body_digest`` is None where the request has no body or streams it.

    Raises:
        Refused: ``token-malformed``, ``unsupported-algorithm``, ``wrong-typ``, ``caller-unknown``,
            ``key-use``, ``token-signature``, ``wrong-environment``, ``token-audience``, ``token-binding``,
            ``token-expired`` or ``token-not-yet-valid``; retryable, where a new token may pass.
    """
    protected, payload, signature = _segments(raw)
    alg, kid = _header(protected)
    claims = _claims(payload)
    key = resolver(kid)
    if key is None:
        raise Refused("caller-unknown", "TF-TOKEN-10", f"no list names the key {kid}")
    if key.use != "token":
        raise Refused("key-use", "TF-TOKEN-9", f"the key {kid} is listed for seals")
    if key.alg != alg:
        raise Refused("unsupported-algorithm", "TF-SEAL-6", f"the key {kid} is listed for {key.alg}")
    if not key.verify(signature, f"{protected}.{payload}".encode("ascii")):
        raise Refused("token-signature", "TF-TOKEN-11", f"the signature of {kid} does not verify")
    if claims["iss"] != names.node_of(kid):
        raise Refused("token-binding", "TF-TOKEN-9", f"{kid} is no key of {claims['iss']}")
    _check_place(claims, aud, environment)
    _check_request(claims, method, uri, body_digest)
    expires = _check_time(claims, now)
    return Caller(str(claims["iss"]), kid, str(claims["jti"]), expires)


def _segments(raw: str) -> tuple[str, str, bytes]:
    segments = raw.split(".")
    if len(raw) > MAX_LENGTH or len(segments) != 3:
        _malformed("TF-TOKEN-1", f"a token is three segments in at most {MAX_LENGTH} characters")
    try:
        return segments[0], segments[1], base64url.decode(segments[2])
    except ValueError as error:
        _malformed("TF-TOKEN-1", f"the signature is no base64url: {error}")


def _header(protected: str) -> tuple[str, str]:
    try:
        return envelope.read_protected(protected, TYP)
    except Refused as refused:
        if refused.code == "header-malformed":
            _malformed("TF-TOKEN-2", refused.detail)
        raise


def _claims(payload: str) -> dict[str, object]:
    try:
        claims = strict.parse_object(base64url.decode(payload))
    except ValueError as error:
        _malformed("TF-TOKEN-1", f"the claims are no base64url: {error}")
    except Refused as refused:
        _malformed(refused.requirement, refused.detail)
    if set(claims) - {"dig"} != _CLAIMS:
        _malformed("TF-TOKEN-3", "the claims are exactly those of the standard")
    texts = all(isinstance(claims[name], str) and claims[name] for name in _TEXTS)
    times = all(type(claims[name]) is int for name in ("iat", "exp"))
    if not texts or not times or not ("dig" not in claims or digest.is_digest(claims["dig"])):
        _malformed("TF-TOKEN-3", "a claim has the wrong form")
    return claims


def _check_place(claims: dict[str, object], aud: str, environment: str) -> None:
    if claims["env"] != environment:
        detail = f"the token is for {claims['env']}, not {environment}"
        raise Refused("wrong-environment", "TF-TOKEN-13", detail)
    if claims["aud"] != aud:
        raise Refused("token-audience", "TF-TOKEN-5", f"the token is for {claims['aud']}, not {aud}")


def _check_request(claims: dict[str, object], method: str, uri: str, body_digest: str | None) -> None:
    if claims["htm"] != method or claims["htu"] != uri:
        raise Refused("token-binding", "TF-TOKEN-6", f"the token is for {claims['htm']} {claims['htu']}")
    if claims.get("dig") != body_digest:
        raise Refused("token-binding", "TF-TOKEN-7", "the token is for another body")


def _check_time(claims: dict[str, object], now: datetime) -> datetime:
    issued, expires = claims["iat"], claims["exp"]
    assert isinstance(issued, int)
    assert isinstance(expires, int)
    if not 0 < expires - issued <= MAX_LIFETIME.total_seconds():
        _malformed("TF-TOKEN-4", f"a token lives for at most {MAX_LIFETIME.seconds} s")
    moment, skew = now.timestamp(), SKEW.total_seconds()
    if moment < issued - skew:
        raise Refused("token-not-yet-valid", "TF-TOKEN-8", "the token's time has not come", retryable=True)
    if moment > expires + skew:
        raise Refused("token-expired", "TF-TOKEN-8", "the token's time is over", retryable=True)
    return datetime.fromtimestamp(expires, UTC)


def _malformed(requirement: str, detail: str) -> NoReturn:
    raise Refused("token-malformed", requirement, detail)
