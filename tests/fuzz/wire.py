"""Octets to a TCP port, and what became of them: an answer, a closed connection, or a hang."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

__all__ = ["PATIENCE", "Reply", "exchange"]

PATIENCE = 30.0
"""Seconds after which a port that neither answers nor closes is said to hang."""

_STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3}) ")
_LENGTH = re.compile(rb"\r\ncontent-length: ([0-9]+)\r\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reply:
    """``status`` of the first HTTP answer, 0 where the connection was closed without one."""

    status: int
    hung: bool
    octets: bytes = b""


async def exchange(port: int, octets: bytes, *, quiet: float = 0.5) -> Reply:
    """Send octets to a port of loopback; after ``quiet`` seconds without an answer end this side of it."""
    reader, writer = await _connected(port)
    try:
        writer.write(octets)
        answer, done = await _listen(reader, quiet)
        if not done:
            if writer.can_write_eof():
                writer.write_eof()
            more, done = await _listen(reader, PATIENCE)
            answer += more
        found = _STATUS.match(answer)
        return Reply(int(found.group(1)) if found else 0, not done, answer)
    except ConnectionError:
        return Reply(0, False)
    finally:
        writer.transport.abort()


async def _connected(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect; a port that listens no more may listen again soon, as behind a library that fell over."""
    for _ in range(100):
        try:
            return await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        except (ConnectionRefusedError, ConnectionResetError):  # nobody listens, or whoever did just closed
            await asyncio.sleep(0.1)
    raise RuntimeError(f"nobody listens at port {port} any more")


async def _listen(reader: asyncio.StreamReader, seconds: float) -> tuple[bytes, bool]:
    """What came in the time, and whether that was a whole answer or the end."""
    heard = b""
    try:
        async with asyncio.timeout(seconds):
            while not _whole(heard):
                piece = await reader.read(65536)
                if not piece:
                    return heard, True
                heard += piece
    except TimeoutError:
        return heard, False
    return heard, True


def _whole(heard: bytes) -> bool:
    head, gap, body = heard.partition(b"\r\n\r\n")
    length = _LENGTH.search(head + b"\r\n")
    return bool(gap and length and len(body) >= int(length.group(1)))
