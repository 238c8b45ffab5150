"""The suite's own nodes: small loopback servers that take in what the node under test delivers."""

import asyncio
import contextlib
import json
import secrets
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from threeflow_conformance.inbox import Arrival, Inbox
from threeflow_conformance.judge.octets import decode, digest, encode, parse
from threeflow_conformance.speak.forge import dump, edited, flipped, sealed
from threeflow_conformance.speak.network import Member, Network
from threeflow_conformance.speak.receipts import artefact_header, problem, receipt

__all__ = ["Peers"]

_REASONS = {200: "OK", 201: "Created", 302: "Found", 404: "Not Found", 409: "Conflict", 500: "Error"}
_JOSE = "application/jose+json"
_WHOLE = frozenset({"500", "drop", "redirect", "unsealed"})
_REFUSALS = {
    "in-progress": (409, "TF-INTAKE-8"), "not-entitled": (403, "TF-INTAKE-9"), "rule-violated": (422, "TF-INTAKE-19"),
}  # fmt: skip
Answered = tuple[int, str, bytes]


class Peers:
    """All members of the network that have an endpoint and are not the node under test."""

    def __init__(self, network: Network, inbox: Inbox) -> None:
        self._network = network
        self._inbox = inbox
        self._servers: list[asyncio.Server] = []
        self._index = 0
        self._began = time.monotonic()
        self._receipts: dict[str, bytes] = {}

    async def start(self) -> None:
        """Listen; OSError where a port that the trust lists name is taken."""
        for member in self._network.members.values():
            if member.endpoint is None or member.id == self._network.node:
                continue
            port = urlsplit(member.endpoint).port

            def serve(
                reader: asyncio.StreamReader, writer: asyncio.StreamWriter, member: Member = member
            ) -> Any:
                return self._connection(member, reader, writer)

            self._servers.append(await asyncio.start_server(serve, "127.0.0.1", port))

    async def close(self) -> None:
        """Listen no more."""
        for server in self._servers:
            server.close()

    async def _connection(
        self, member: Member, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        # At the end of a run the loop cancels what still waits for a next request.
        with contextlib.suppress(
            asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError, ValueError
        ):
            while await self._request(member, reader, writer):
                pass
        writer.close()

    async def _request(
        self, member: Member, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (each.partition(":") for each in head[1:] if each)
        }
        body = await _body(reader, headers)
        answer = self._answer(member, method, target, headers, body)
        if answer is None:
            return False
        status, media, octets = answer
        location = "location: /elsewhere\r\n" if status == 302 else ""
        writer.write(
            f"HTTP/1.1 {status} {_REASONS.get(status, 'Said')}\r\ncontent-type: {media}\r\n{location}"
            f"content-length: {len(octets)}\r\n\r\n".encode("latin-1")
            + octets
        )
        await writer.drain()
        return headers.get("connection", "").lower() != "close"

    def _answer(
        self, member: Member, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> Answered | None:
        if method == "POST" and target in {"/v1/documents", "/v1/documents/batch"}:
            batch = target.endswith("batch")
            lines = [each for each in body.split(b"\n") if each] if batch else [body]
            whole = self._whole(member, lines)
            answers = [self._take(member, method, target, headers, body, line, whole) for line in lines]
            if None in answers:
                return None
            told: Sequence[Answered] = [each for each in answers if each is not None]
            if not batch or whole:
                return told[0]
            return 200, "application/x-ndjson", b"".join(each[2] + b"\n" for each in told)
        held = self._inbox.held.get(target)
        script = self._inbox.scripts.get(f"{member.id}{target}") or []
        said = script.pop(0) if script else "held" if held is not None else "not-found"
        self._arrive(member, method, target, headers, body, b"", "", "", said)
        if said in {"drop", "500"}:
            return None if said == "drop" else (500, "text/plain", b"out of order")
        if held is None:
            return 404, "application/problem+json", b'{"code":"not-found"}'
        return 200, "application/json", held

    def _whole(self, member: Member, lines: Sequence[bytes]) -> str:
        """What one line's script says of the whole request: an error, a redirect or a silence is not a line's own."""
        for line in lines:
            script = self._inbox.script(f"{member.id}/{_id(line)}", line)
            if script and script[0] in _WHOLE:
                return script.pop(0)
        return ""

    def _arrive(
        self, member: Member, method: str, target: str, headers: dict[str, str], body: bytes, line: bytes,
        document: str, type_: str, answered: str,
    ) -> None:  # fmt: skip
        seconds = round(time.monotonic() - self._began, 4)
        arrival = Arrival(member.id, method, target, headers, body, line, document, type_, answered, seconds)
        self._inbox.arrivals.append(arrival)

    def _take(
        self, member: Member, method: str, target: str, headers: dict[str, str], body: bytes, line: bytes,
        whole: str,
    ) -> Answered | None:  # fmt: skip
        try:
            payload = decode(json.loads(line)["payload"])
            header = parse(payload)["header"]
        except (ValueError, KeyError, TypeError):
            self._arrive(member, method, target, headers, body, line, "", "", "malformed")
            return 500, "text/plain", b""
        script = self._inbox.script(f"{member.id}/{header['id']}", line)
        said = whole or (script.pop(0) if script else "receipt")
        self._arrive(member, method, target, headers, body, line, header["id"], header["type"], said)
        if said == "drop":
            return None
        if said == "500":
            return 500, "text/plain", b"out of order"
        if said == "redirect":
            return 302, "text/plain", b""
        if said == "unsealed":
            return 201, "application/json", b'{"outcome":"accepted"}'
        if said == "503":
            return (
                503,
                "application/problem+json",
                dump(problem("unavailable", "TF-REST-8", 503, retryable=True)),
            )
        if said in _REFUSALS:
            return self._refusal(member, said, digest(payload))
        return 201, _JOSE, self._receipt(member, payload, header, json.loads(line), said)

    def _refusal(self, member: Member, code: str, of: str) -> Answered:
        status, requirement = _REFUSALS[code]
        said = {
            "header": self._header(member, "refusal"), "digest": of,
            "problem": problem(code, requirement, status, retryable=code == "in-progress"),
        }  # fmt: skip
        return status, _JOSE, sealed(dump(said), member.seal)

    def _header(self, member: Member, type_: str) -> dict[str, Any]:
        return artefact_header(
            type_, member.id, self._network.node, self._network.environment, id_=str(uuid.uuid4()),
            at=datetime.now(UTC).isoformat(),
        )  # fmt: skip

    def _receipt(
        self, member: Member, payload: bytes, header: dict[str, Any], envelope: dict[str, Any], said: str
    ) -> bytes:
        """The one receipt of a document, or a receipt that lies."""
        key = f"{member.id}/{header['issuer']}/{header['id']}"
        if key in self._receipts and said == "receipt":
            return self._receipts[key]
        kids = [parse(decode(each["protected"]))["kid"] for each in envelope["signatures"]]
        issuer = self._network.foreign("gate") if said == "other-node" else member
        index = None
        if header["type"] != "checkpoint":
            index, self._index = self._index, self._index + 1
        about = digest(payload + b" ") if said == "other-document" else digest(payload)
        made = receipt(
            self._header(issuer, "receipt"), header, about, kids, salt=encode(secrets.token_bytes(16)), index=index,
            outcome=said if said in {"pending", "flagged"} else "accepted",
        )  # fmt: skip
        if said == "pending":
            made["waitsUntil"] = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        raw = sealed(dump(made), issuer.token if said == "token-key" else issuer.seal)
        if said == "forged":
            return edited(raw, _spoil)
        if said not in {"other-node", "other-document", "token-key"}:
            self._receipts[key] = raw
        return raw


def _spoil(envelope: dict[str, Any]) -> None:
    seal = envelope["signatures"][0]
    seal["signature"] = flipped(seal["signature"], 9)


def _id(line: bytes) -> str:
    try:
        return str(parse(decode(json.loads(line)["payload"]))["header"]["id"])
    except (ValueError, KeyError, TypeError):
        return ""


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(headers.get("content-length", "0")))
    pieces = []
    while True:
        size = int((await reader.readline()).split(b";")[0], 16)
        pieces.append(await reader.readexactly(size))
        await reader.readexactly(2)
        if size == 0:
            return b"".join(pieces)
