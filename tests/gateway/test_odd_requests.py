"""Odd requests over a real socket: a documented problem each, and never a failure of the node."""

import asyncio
import http.client
import itertools
import json
import secrets
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

import threeflow_spec
from kit.asynchronous import synchronous
from kit.members import Society
from kit.papers import Parcel
from kit.raw import bearer
from kit.stations import Fleet, Station
from threeflow import messages

NODE = "xa.customs"
JOSE, JSON, NDJSON = "application/jose+json", "application/json", "application/x-ndjson"
DIGEST = "sha-256:" + "0" * 64
KEY = "scheme=order&issuer=xa.platform&value=O1"
HERE = {
    "/v1/documents/{issuer}/{id}": "/v1/documents/xa.platform/11111111-1111-4111-8111-111111111111",
    "/v1/documents/{issuer}/{id}/receipt":
        "/v1/documents/xa.platform/11111111-1111-4111-8111-111111111111/receipt",
    "/v1/subjects/{kind}": f"/v1/subjects/case?{KEY}",
    "/v1/dossiers/{digest}": f"/v1/dossiers/{DIGEST}",
    "/v1/log/inclusion": "/v1/log/inclusion?index=0&size=1000000",
    "/v1/log/consistency": "/v1/log/consistency?first=1&second=1000000",
    "/v1/standard/{name}": "/v1/standard/nothing.yaml",
}  # fmt: skip
BIG = "9" * 30


@dataclass(frozen=True)
class Odd:
    """One request; ``token`` none, right, or any octets; ``chunks`` a body without Content-Length."""

    method: str
    target: str
    body: bytes = b""
    headers: Mapping[str, bytes] = field(default_factory=dict)
    token: bytes | None = b""
    chunks: bool = False
    length: bytes | None = None


def _paths() -> dict[str, dict[str, Any]]:
    described: dict[str, Any] = yaml.safe_load(threeflow_spec.read("v1/openapi.yaml"))
    return dict(described["paths"])


def _every_path() -> Iterator[Odd]:
    for path, operations in _paths().items():
        target = HERE.get(path, path)
        for method in ("GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "BREW"):
            if method.lower() not in operations:
                yield Odd(method, target)
        method = "POST" if "post" in operations else "GET"
        yield Odd(method, target, token=None)
        yield Odd(method, target, token=b"\xff\xfe")
        yield Odd(method, target, headers={"accept": b"image/png"})
        yield Odd(method, target, headers={"accept": b"\xff;q=x,,;"})
        yield Odd(method, target + "/more".replace("?", ""))
        for media_type in (b"", b"text/plain", b"\xff", JSON.encode() + b"; charset=utf-16"):
            yield Odd(method, target, body=b"{}", headers={"content-type": media_type})
        for body in (b"", b"{}", b"[]", b"null", b"\xff", b"[" * 5000):
            for known in (JOSE, JSON, NDJSON):
                yield Odd(method, target, body=body, headers={"content-type": known.encode()})
        yield Odd(method, target, body=b"{}", headers={"content-type": JOSE.encode()}, chunks=True)


def _others() -> Iterator[Odd]:
    places = (
        "/", "//", "/v1", "/v1/", "/v1/documents/", "/v1/documents/a", "/v1/documents/%00/%00", "/v1/%ff/%fe",
        "/v1/documents/%ED%A0%80/11111111-1111-4111-8111-111111111111", "/v1/standard/", "/v1/standard/%00",
        "/v1/standard/..~..~pyproject.toml", "/v1/standard/~etc~passwd", "/v1/standard/..%2f..%2fx",
        "/v1/standard/schemas", "/v1/standard/" + "a" * 5000, "/v1/documents/xa.platform/" + "1" * 5000,
        "/health/", "/../health", "/v1/documents/xa.platform/11111111-1111-4111-8111-111111111111/%2e%2e",
        "/.well-known/other", "/v1/subjects/nothing?" + KEY, "/v1/subjects/case",
        "/v1/subjects/case?scheme=a", f"/v1/subjects/case?{KEY}&{KEY}", f"/v1/subjects/case?{KEY}&colour=red",
        "/v1/subjects/case?%00=%00",
        "/v1/subjects/case?scheme=order&issuer=%ff&value=%00",
        f"/v1/dossiers/{DIGEST[:-1]}", "/v1/dossiers/%00",
    )  # fmt: skip
    yield from (Odd("GET", place) for place in places)
    for name, value in itertools.product(
        ("after", "limit", "wait"), ("-1", "x", "1.5", "", "%00", BIG, "0x10")
    ):
        yield Odd("GET", f"/v1/events?{name}={value}")
    for one, other in itertools.product(("-1", "0", "x", BIG, "9223372036854775807"), repeat=2):
        yield Odd("GET", f"/v1/log/inclusion?index={one}&size={other}")
        yield Odd("GET", f"/v1/log/consistency?first={one}&second={other}")
    for length in (b"-1", b"x", b"1e3", b"99999999999999999999999", b"5, 5"):
        yield Odd("POST", "/v1/documents", body=b"{}", headers={"content-type": JOSE.encode()}, length=length)
    yield Odd("GET", "/health", headers={"x-long": b"x" * 200_000})
    yield Odd("GET", "/v1/events", token=b"x" * 60_000)
    yield Odd("POST", "/v1/documents", body=b"{}", headers={"x-\xe9": b"\xe9", "content-type": JOSE.encode()})
    for subject in ("1", "{}", '{"scheme":"order","issuer":"xa.platform","value":"O1"}'):
        said = f'{{"subject":{subject},"receivers":["xb.customs"],"purpose":"risk-assessment"}}'
        yield Odd("POST", "/v1/dossiers", body=said.encode(), headers={"content-type": JSON.encode()})


def _sent(station: Station, odd: Odd) -> bytes:
    place = urlsplit(station.endpoint)
    head = [f"{odd.method} {odd.target} HTTP/1.1".encode(), f"host: {place.netloc}".encode()]
    if odd.token is not None:
        said = odd.body if odd.body or odd.method == "POST" else None
        fresh = bearer(
            station, "xa.platform", said, target=odd.target, method=odd.method,
            claims={"jti": secrets.token_urlsafe(16)},
        )  # fmt: skip
        head.append(b"authorization: Bearer " + (odd.token or fresh.encode()))
    head += [name.encode("latin-1") + b": " + value for name, value in odd.headers.items()]
    if odd.chunks:
        head.append(b"transfer-encoding: chunked")
        pieces = (b"1\r\n%c\r\n" % octet for octet in odd.body)
        sent = b"".join((*pieces, b"0\r\n\r\n"))
    else:
        sent = odd.body
        if odd.body or odd.length is not None:
            head.append(b"content-length: " + (odd.length or b"%d" % len(odd.body)))
    return b"\r\n".join([*head, b"connection: close", b"", sent])


def _answer(station: Station, odd: Odd) -> tuple[int, str, bytes]:
    place = urlsplit(station.endpoint)
    with socket.create_connection((str(place.hostname), int(place.port or 0)), timeout=60) as line:
        # The server may close on an endless header before it has all of it.
        with suppress(BrokenPipeError, ConnectionResetError):
            line.sendall(_sent(station, odd))
        answer = http.client.HTTPResponse(line, method=odd.method)
        answer.begin()
        return answer.status, answer.getheader("content-type", ""), answer.read()


def _complaint(odd: Odd, status: int, media_type: str, body: bytes) -> str:
    if status >= 500:
        return f"{status} {body[:200]!r}"
    if status < 400 or odd.method == "HEAD":
        return ""
    if media_type == JOSE:
        return ""
    if media_type != "application/problem+json":
        # What is no HTTP does not reach the application: the server itself says so.
        by_server = status == 400 and media_type.startswith("text/plain")
        return "" if by_server else f"{status} as {media_type!r}"
    problem = json.loads(body)
    known = messages.catalogue().get(problem["code"])
    return "" if known and problem["status"] == status else f"{status} says {problem}"


@pytest.mark.slow
@pytest.mark.requirement("TF-REST-1", "TF-REST-8", "TF-REST-10")
@synchronous
async def test_odd_requests_are_answered_by_problems_and_the_node_goes_on(tmp_path: Path) -> None:
    elsewhere = {"xa.hub": "http://127.0.0.1:1", "xb.customs": "http://127.0.0.1:2"}
    settings = {"delivery": {"enabled": False}}
    fleet = Fleet(tmp_path, (NODE,), settings, Society(endpoints=elsewhere))
    fleet.start()
    try:
        station = fleet.stations[NODE]
        complaints = []
        for odd in (*_every_path(), *_others()):
            try:
                complaint = _complaint(odd, *await asyncio.to_thread(_answer, station, odd))
            except (OSError, http.client.HTTPException, ValueError) as error:
                complaint = repr(error)
            if complaint:
                complaints.append(f"{odd}: {complaint}"[:400])
        assert not complaints, "\n".join(complaints)
        assert (await station.submit(Parcel().order)).state == "accepted"
    finally:
        await fleet.close()
