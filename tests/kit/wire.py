"""HTTP/2 frames as a stranger would write them: whole or cut, with any header."""

from __future__ import annotations

import asyncio
import re
import struct
from collections.abc import Iterable
from contextlib import suppress

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, SETTINGS, PING = 0, 1, 4, 6
END_STREAM, END_HEADERS, ACK = 1, 4, 1
Header = tuple[str, str]


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """One HTTP/2 frame."""
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def literal(headers: Iterable[Header]) -> bytes:
    """Headers in HPACK without index and without Huffman."""
    coded = b""
    for name, value in headers:
        coded += b"\0" + _text(name.encode()) + _text(value.encode("latin-1"))
    return coded


def _text(octets: bytes) -> bytes:
    if len(octets) < 127:
        return bytes([len(octets)]) + octets
    rest, coded = len(octets) - 127, b"\x7f"
    while rest >= 128:
        coded += bytes([rest % 128 + 128])
        rest //= 128
    return coded + bytes([rest]) + octets


def request(
    path: str, *more: Header, content_type: str = "application/grpc", method: str = "POST"
) -> list[Header]:
    """The headers of a call; ``more`` goes behind them."""
    return [
        (":method", method), (":scheme", "http"), (":path", path), (":authority", "127.0.0.1"),
        ("te", "trailers"), ("content-type", content_type), *more,
    ]  # fmt: skip


def message(octets: bytes, *, compressed: int = 0, length: int | None = None) -> bytes:
    """A message as gRPC frames it, its length as it is or as it is said to be."""
    return bytes([compressed]) + struct.pack(">I", len(octets) if length is None else length) + octets


async def exchange(
    port: int, headers: list[Header], *pieces: bytes, end: bool = True, wait: float = 5.0
) -> bytes:
    """Send one call in pieces of data; return the octets that come back until the stream or the wait ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(PREFACE + frame(SETTINGS, 0, 0, b"") + frame(SETTINGS, ACK, 0, b""))
        block = literal(headers)
        writer.write(frame(HEADERS, END_HEADERS | (END_STREAM if end and not pieces else 0), 1, block))
        for number, piece in enumerate(pieces, 1):
            writer.write(frame(DATA, END_STREAM if end and number == len(pieces) else 0, 1, piece))
        await writer.drain()
        if not end:
            await asyncio.sleep(0.2)
            return b""
        found = b""
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(wait):
                while octets := await reader.read(65536):
                    found += octets
                    if _is_over(found):
                        break
        return found
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


def _is_over(octets: bytes) -> bool:
    """Whether stream 1 ended: a frame of it with END_STREAM, or its reset, or the end of the connection."""
    place = 0
    while place + 9 <= len(octets):
        length = int.from_bytes(octets[place : place + 3], "big")
        kind, flags = octets[place + 3], octets[place + 4]
        stream = int.from_bytes(octets[place + 5 : place + 9], "big")
        whole = place + 9 + length <= len(octets)
        if whole and ((stream == 1 and (kind == 3 or (kind in {0, 1} and flags & END_STREAM))) or kind == 7):
            return True
        place += 9 + length
    return False


def status(octets: bytes) -> int | None:
    """The number of ``grpc-status`` in an answer; None where it names none."""
    found = re.search(rb"grpc-status.(\d\d?)", octets, re.DOTALL)
    return int(found[1]) if found else None
