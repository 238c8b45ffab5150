"""A proxy in front of a gateway that mistreats what peers send: each fault is drawn, counted and told.

Requests are HTTP/1.1 as the nodes speak it. Only those of other gateways suffer, told by the issuer of the
caller token: the parties and desks of the demo talk to their own gateway over a wire that works.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import random
from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field

KINDS = (
    "cut-before",  # the request never arrives
    "cut-after",  # it arrives, its answer is lost
    "half-request",  # half of it arrives, then the line is dead
    "half-answer",  # half of the answer comes back
    "delay",  # it arrives late
    "duplicate",  # it arrives twice, at once
    "late-duplicate",  # it arrives, and once more behind later ones
    "reorder",  # it waits until a later one has passed
    "partition",  # nothing of any peer arrives for a while
)
_CUTS = frozenset({"cut-before", "cut-after", "half-request", "partition"})
_REORDER_SECONDS = 0.8
_PARTITION_SECONDS = 1.0


@dataclass
class Faults:
    """What is done to requests: so many faults in all, each with a chance until they are used up."""

    wanted: int
    seed: int
    chance: float = 0.5
    done: Counter[str] = field(default_factory=Counter)
    met: int = 0
    passed: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._next: list[str] = []

    def draw(self) -> str:
        """The fault of the next request; empty for none."""
        if self.done.total() >= self.wanted or self._random.random() > self.chance:
            return ""
        if not self._next:
            # Every kind comes once before any comes again.
            self._next = self._random.sample(KINDS, len(KINDS))
        return self._next.pop()

    def between(self, least: float, most: float) -> float:
        """Some seconds."""
        return self._random.uniform(least, most)


@dataclass(frozen=True)
class Message:
    """One request or answer as it stood on the wire."""

    head: bytes
    body: bytes

    @property
    def octets(self) -> bytes:
        return self.head + self.body

    @property
    def half(self) -> bytes:
        return self.octets[: len(self.head) + len(self.body) // 2] if self.body else self.head[:-2]

    @property
    def caller(self) -> str:
        """Who says that it calls."""
        for line in self.head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.strip().lower() == b"authorization":
                claims = value.strip().split(b" ")[-1].split(b".")
                with suppress(IndexError, ValueError, binascii.Error):
                    padded = claims[1] + b"=" * (-len(claims[1]) % 4)
                    return str(json.loads(base64.urlsafe_b64decode(padded))["iss"])
        return ""


class FaultProxy:
    """Stands at one gateway's published address."""

    def __init__(self, node: str, peers: Collection[str], upstream: int, faults: Faults) -> None:
        self._peers = set(peers) - {node}
        self._upstream = upstream
        self._faults = faults
        self._server: asyncio.Server | None = None
        self._passed = asyncio.Event()
        self._behind: list[Message] = []
        self._cut_until = 0.0
        self._serving: set[asyncio.Task[None]] = set()

    async def start(self) -> int:
        """Listen; return the port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop, and end what is under way."""
        if self._server is not None:
            self._server.close()
        for each in tuple(self._serving):
            each.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        try:
            while (request := await _read(reader)) is not None:
                answer, whole = await self._pass(request)
                writer.write(answer)
                await writer.drain()
                if not whole:
                    break
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._serving.discard(task)
            with suppress(OSError):
                writer.transport.abort()

    async def _pass(self, request: Message) -> tuple[bytes, bool]:
        """Carry a request; return what comes back, and whether that is a whole answer."""
        if request.caller not in self._peers:
            answer = await self._forward(request)
            return answer, bool(answer)
        if asyncio.get_running_loop().time() < self._cut_until:
            # One partition is one fault, however many requests it meets.
            self._faults.met += 1
            return b"", False
        kind = self._faults.draw()
        if kind:
            self._faults.done[kind] += 1
        else:
            self._faults.passed += 1
        if kind in _CUTS:
            await self._cut(kind, request)
            return b"", False
        answer = await self._bend(kind, request)
        self._passed.set()
        while kind != "late-duplicate" and self._behind:
            await self._forward(self._behind.pop())
        if kind == "half-answer":
            return answer[: len(answer) // 2], False
        return answer, bool(answer)

    async def _cut(self, kind: str, request: Message) -> None:
        """Do what leaves a request without any answer."""
        if kind == "cut-after":
            await self._forward(request)
        elif kind == "half-request":
            await self._send_half(request)
        elif kind == "partition":
            self._cut_until = asyncio.get_running_loop().time() + _PARTITION_SECONDS

    async def _bend(self, kind: str, request: Message) -> bytes:
        """Carry a request in another way than it came."""
        if kind == "duplicate":
            first, _ = await asyncio.gather(self._forward(request), self._forward(request))
            return first
        if kind == "late-duplicate":
            self._behind.append(request)
        elif kind == "delay":
            await asyncio.sleep(self._faults.between(0.1, 1.5))
        elif kind == "reorder":
            self._passed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(_REORDER_SECONDS):
                    await self._passed.wait()
        return await self._forward(request)

    async def _forward(self, request: Message) -> bytes:
        """Return the gateway's answer; nothing where it gives none."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._upstream)
        except OSError:
            return b""
        try:
            writer.write(request.octets)
            await writer.drain()
            answer = await _read(reader)
        except (OSError, asyncio.IncompleteReadError):
            return b""
        finally:
            writer.close()
        return b"" if answer is None else answer.octets

    async def _send_half(self, request: Message) -> None:
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", self._upstream)
            writer.write(request.half)
            await writer.drain()
            writer.transport.abort()


async def _read(reader: asyncio.StreamReader) -> Message | None:
    """One message; None where the line ended before it began."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise
        return None
    lengths = [
        int(line.partition(b":")[2])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length:")
    ]
    if lengths:
        return Message(head, await reader.readexactly(lengths[0]))
    if b"transfer-encoding: chunked" not in head.lower():
        return Message(head, b"")
    body = b""
    while True:
        line = await reader.readuntil(b"\r\n")
        size = int(line, 16)
        body += line + await reader.readexactly(size + 2)
        if size == 0:
            return Message(head, body)
