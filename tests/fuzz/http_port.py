"""Requests to the REST port: right ones, and what a stranger makes of their octets."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Iterator

from fuzz.edits import edits
from kit.papers import Parcel
from kit.raw import bearer
from kit.stations import Station
from threeflow import envelope, strict
from threeflow.keys import SigningKey

__all__ = ["HttpPort"]

_CALLER = "xa.platform"
_READS = (
    "/health", "/ready", "/.well-known/threeflow", "/v1/trust-lists", "/v1/log/checkpoint",
    "/v1/events?after=0&limit=2", "/v1/log/inclusion?index=0&size=1", "/v1/log/consistency?first=1&second=1",
    "/v1/documents/xa.platform/11111111-1111-4111-8111-111111111111", "/v1/standard/refusals.yaml",
    "/v1/subjects/case?scheme=order&issuer=xa.platform&value=O1", "/v1/rules", "/v1/codelists",
)  # fmt: skip


class HttpPort:
    """Makes requests for one station; ``raw`` ones were edited after they were signed, ``signed`` before."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._key: SigningKey = station.society.keys[_CALLER].seal

    def good(self) -> bytes:
        """A submission that must be taken in."""
        return self._request("POST", "/v1/documents", envelope.seal(strict.dump(Parcel().order), self._key))

    def raw(self, count: int, seed: int) -> Iterator[bytes]:
        """So many requests of which octets were changed on their way."""
        return edits(self._right(), count, seed)

    def signed(self, count: int, seed: int) -> Iterator[bytes]:
        """So many requests that are odd before they are signed: target, body, media type, seal."""
        draw = random.Random(seed)
        bodies = [strict.dump(Parcel().order), strict.dump({"payload": "e30", "signatures": []})]
        made: tuple[Callable[[bytes], bytes], ...] = (self._sealed, self._sealed, self._bare, self._batch)
        for octets in edits(bodies, count, seed):
            if draw.random() < 0.3:
                target = next(edits([each.encode() for each in _READS], 1, draw.randrange(2**32)))
                yield self._request("GET", _printable(target), None)
            else:
                yield draw.choice(made)(octets)

    def _right(self) -> list[bytes]:
        order = envelope.seal(strict.dump(Parcel().order), self._key)
        batch = b"\n".join(
            envelope.seal(strict.dump(each), self._key) for each in (Parcel().order, Parcel().order)
        )
        reads = [self._request("GET", each, None) for each in _READS]
        return [
            self._request("POST", "/v1/documents", order),
            self._request("POST", "/v1/documents/batch", batch, "application/x-ndjson"),
            self._request("POST", "/v1/dossiers", b'{"subject":{}}', "application/json"),
            *reads,
        ]

    def _sealed(self, octets: bytes) -> bytes:
        try:
            body = envelope.seal(octets, self._key)
        except Exception:  # noqa: BLE001 - what cannot be sealed is sent as it is
            body = octets
        return self._request("POST", "/v1/documents", body)

    def _bare(self, octets: bytes) -> bytes:
        return self._request("POST", "/v1/documents", octets)

    def _batch(self, octets: bytes) -> bytes:
        return self._request("POST", "/v1/documents/batch", octets, "application/x-ndjson")

    def _request(
        self, method: str, target: str, body: bytes | None, media_type: str = "application/jose+json"
    ) -> bytes:
        fresh = {"jti": secrets.token_urlsafe(16)}
        token = bearer(self._station, _CALLER, body, method=method, target=target, claims=fresh)
        lines = [f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {token}"]
        if body is not None:
            lines += [f"Content-Type: {media_type}", f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + (body or b"")


def _printable(octets: bytes) -> str:
    """A request target of visible ASCII: what cannot stand there is percent-encoded, as a client would."""
    return "/" + "".join(chr(each) if 33 <= each < 127 else f"%{each:02X}" for each in octets.lstrip(b"/"))
