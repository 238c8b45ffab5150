"""HTTP to one node: a fresh caller token an attempt, kept connections, repeats where they are safe.

Every operation of the binding is safe to repeat: a document's outcome is bound to its octets (TF-INTAKE-5)
and the rest only reads. So a request that got no answer, or an answer that says *later*, is sent again with
the same body.
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final

import httpx

from threeflow import token
from threeflow.errors import Unavailable
from threeflow.keys import Signer

LATER: Final = frozenset({429, 502, 503, 504})
_CONNECTIONS: Final = 64
_OF_THE_WIRE: Final = frozenset({"content-encoding", "content-length", "transfer-encoding"})


def utc_now() -> datetime:
    """The present moment; what a caller may replace in a test."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who calls whom: the caller's node id and token key, the audience's node id, the environment of both."""

    node_id: str
    token_key: Signer
    audience: str
    environment: str

    async def token(self, method: str, uri: str, body: bytes | None, now: datetime) -> str:
        """Return a fresh token for one request, as ``token.make``.

        Raises:
            Unavailable: the token key is kept elsewhere, and its keeper does not answer.
        """
        make = partial(
            token.make, self.token_key, self.node_id, self.audience, method, uri, body, now,
            environment=self.environment,
        )  # fmt: skip
        return await asyncio.to_thread(make) if self.token_key.remote else make()


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds, how often to try in all, and how much to hear.

    ``answer`` is the longest silence, ``whole`` the time in which an answer has to be there to its end, and
    ``octets`` the largest body that is read: who is asked may be slow or endless, by fault or by will.
    """

    connect: float = 5.0
    answer: float = 60.0
    whole: float = 600.0
    octets: int = 134_217_728
    attempts: int = 4
    pause: float = 0.2
    longest_pause: float = 5.0


class Transport:
    """Sends requests to the endpoint of one node. Redirects are never followed (TF-INTAKE-31)."""

    def __init__(
        self,
        endpoint: str,
        identity: Identity,
        *,
        patience: Patience,
        now: Callable[[], datetime],
        http: httpx.AsyncBaseTransport | None,
    ) -> None:
        self.endpoint = endpoint.rstrip("/")
        self.identity = identity
        self._patience = patience
        self._now = now
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(patience.answer, connect=patience.connect),
            limits=httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS),
            follow_redirects=False,
            trust_env=False,
            transport=http,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def request(
        self,
        method: str,
        target: str,
        *,
        body: bytes | None = None,
        media_type: str = "",
        accept: str = "*/*",
        anonymous: bool = False,
        more: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send one request and return the last answer; ``target`` is path and query as sent.

        ``more`` are headers beside those of the binding.

        Raises:
            Unavailable: no attempt got an answer, or one came that is too large.
        """
        headers = {**(more or {}), "accept": accept} | ({"content-type": media_type} if media_type else {})
        fault = ""
        for attempt in range(1, self._patience.attempts + 1):
            if not anonymous:
                headers["authorization"] = f"Bearer {await self._token(method, target, body)}"
            answer: httpx.Response | None = None
            try:
                request = self._http.build_request(
                    method, self.endpoint + target, content=body, headers=headers
                )
                async with asyncio.timeout(self._patience.whole):
                    answer = await self._answer(request)
            except httpx.TransportError as error:
                fault = f"{type(error).__name__} {error}".strip()
            except TimeoutError:
                fault = f"an answer was not whole after {self._patience.whole:g} s"
            last = attempt == self._patience.attempts
            if answer is not None and (last or answer.status_code not in LATER):
                return answer
            if not last:
                await asyncio.sleep(self._pause(attempt, answer))
        raise Unavailable(f"{self.identity.audience} at {self.endpoint} gave no answer: {fault}")

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        """Send a request and read its answer as far as it may go."""
        coming = await self._http.send(request, stream=True)
        pieces: list[bytes] = []
        size = 0
        try:
            async for piece in coming.aiter_bytes():
                size += len(piece)
                if size > self._patience.octets:
                    told = f"answered with more than {self._patience.octets} octets"
                    raise Unavailable(f"{self.identity.audience} at {self.endpoint} {told}")
                pieces.append(piece)
        finally:
            await coming.aclose()
        # The body is decoded: what the headers say of how it was sent holds no more.
        headers = [each for each in coming.headers.multi_items() if each[0] not in _OF_THE_WIRE]
        return httpx.Response(coming.status_code, headers=headers, content=b"".join(pieces), request=request)

    async def _token(self, method: str, target: str, body: bytes | None) -> str:
        return await self.identity.token(method, self.endpoint + target, body, self._now())

    def _pause(self, attempt: int, answer: httpx.Response | None) -> float:
        asked = _seconds(answer.headers) if answer is not None else 0.0
        doubled = self._patience.pause * 2.0 ** (attempt - 1)
        jitter = 0.5 + secrets.randbelow(1000) / 1000
        return min(max(asked, doubled * jitter), self._patience.longest_pause)


def _seconds(headers: Mapping[str, str]) -> float:
    text = headers.get("retry-after", "")
    return float(text) if text.isdigit() else 0.0
