"""A node that answers from a script of the test, behind a transport; it checks every caller token."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import orjson

from kit.crossing import CUT_AT, Crossing
from threeflow import documents, envelope, messages, strict, token
from threeflow.keys import SigningKey
from threeflow.trust import TrustStore

ENDPOINT = "https://customs.xa.example/node"
NODE = "xa.customs"
CALLER = "xa.declarant"
NOW = CUT_AT
Handler = Callable[[httpx.Request], httpx.Response]


class Node:
    """A node behind a transport of the test: it checks every caller token and answers from a script."""

    def __init__(self, crossing: Crossing, trust: TrustStore) -> None:
        self.crossing, self.trust = crossing, trust
        self.script: list[Handler | Exception] = []
        self.requests: list[httpx.Request] = []
        self.callers: list[token.Caller] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        bearer = request.headers.get("authorization", "")
        if bearer:
            self.callers.append(self.check(bearer.removeprefix("Bearer "), request))
        step = self.script.pop(0)
        if isinstance(step, Exception):
            raise step
        return step(request)

    def check(self, raw: str, request: httpx.Request) -> token.Caller:
        body = request.content
        sent = f"{request.url.scheme}://{request.url.host}{request.url.raw_path.decode()}"
        return token.check(
            raw,
            resolver=self.trust.verifying_key,
            aud=NODE,
            method=request.method,
            uri=sent,
            body_digest=f"sha-256:{_sha(body)}" if body else None,
            now=NOW,
            environment="demo",
        )

    # -- answers

    def receipt(self, request: httpx.Request, *, by: str = NODE, digest: str = "") -> httpx.Response:
        return httpx.Response(201, content=self.receipt_octets(request.content, by=by, digest=digest))

    def receipt_octets(self, raw: bytes, *, by: str = NODE, digest: str = "") -> bytes:
        env = envelope.read(raw)
        payload = strict.parse_object(env.payload)
        return self.crossing.receipt_for(payload, digest or env.digest, by, NOW, index=1)

    def refusal(self, code: str, status: int, *, key: SigningKey | None = None) -> Handler:
        return lambda request: httpx.Response(status, content=self.refusal_octets(code, key))

    def refusal_octets(self, code: str, key: SigningKey | None = None) -> bytes:
        payload = messages.payload(
            messages.refused(code, "because"),
            id="00000000-0000-4000-8000-000000000001",
            issuer=NODE,
            environment="demo",
            issued_at=documents.timestamp(NOW),
            receiver=CALLER,
        )
        return envelope.seal(strict.dump(payload), key or self.crossing.keys[NODE])

    @staticmethod
    def plain(code: str, status: int) -> Handler:
        refused = messages.refused(code, "because")
        return lambda request: httpx.Response(status, content=strict.dump(messages.problem(refused)))

    @staticmethod
    def json(value: object, status: int = 200) -> Handler:
        return lambda request: httpx.Response(status, content=orjson.dumps(value))

    @staticmethod
    def raw(octets: bytes, status: int = 200) -> Handler:
        return lambda request: httpx.Response(status, content=octets)


def _sha(octets: bytes) -> str:
    from hashlib import sha256

    return sha256(octets).hexdigest()


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)
