"""Unary gRPC calls over HTTP/2 frames written by hand: a client that costs little (RFC 9113, RFC 7541).

It does what a sender of small messages needs: literal headers, one DATA frame a call, windows, pings.
"""

import asyncio
import contextlib
import struct
from collections.abc import Iterable
from typing import Final, NoReturn

__all__ = ["Connection"]

_PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _RESET, _SETTINGS, _PING, _GOAWAY, _WINDOW = 0, 1, 3, 4, 6, 7, 8
_END_STREAM, _ACK, _END_HEADERS = 1, 1, 4
_INITIAL_WINDOW: Final = 4
_LARGEST: Final = 2**31 - 1
_DEFAULT_WINDOW: Final = 65_535


class Connection:
    """One connection; calls on it may be under way at once."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._next = 1
        self._window = _DEFAULT_WINDOW
        self._widened = asyncio.Event()
        self._heard: dict[int, bytearray] = {}
        self._waiting: dict[int, asyncio.Future[bytes]] = {}
        self._listening = asyncio.get_running_loop().create_task(self._listen())

    @classmethod
    async def open(cls, port: int) -> "Connection":
        """Connect to a port of loopback, and let the server send as much as it likes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            _PREFACE
            + _frame(_SETTINGS, 0, 0, struct.pack(">HI", _INITIAL_WINDOW, _LARGEST))
            + _frame(_WINDOW, 0, 0, struct.pack(">I", _LARGEST - _DEFAULT_WINDOW))
        )
        return cls(reader, writer)

    async def call(self, headers: Iterable[tuple[str, str]], message: bytes) -> bytes:
        """Send one message; return the answer's octets, empty where the call ended without one."""
        octets = b"\0" + struct.pack(">I", len(message)) + message
        while self._window < len(octets):
            self._widened.clear()
            await self._widened.wait()
        self._window -= len(octets)
        stream, self._next = self._next, self._next + 2
        self._heard[stream] = bytearray()
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting[stream] = future
        self._writer.write(
            _frame(_HEADERS, _END_HEADERS, stream, _literal(headers))
            + _frame(_DATA, _END_STREAM, stream, octets)
        )
        return (await future)[5:]

    def close(self) -> None:
        """Close it."""
        self._listening.cancel()
        self._writer.close()

    async def _listen(self) -> None:
        try:
            while True:
                head = await self._reader.readexactly(9)
                length, kind, flags = int.from_bytes(head[:3], "big"), head[3], head[4]
                payload = await self._reader.readexactly(length)
                self._hear(kind, flags, int.from_bytes(head[5:], "big") & _LARGEST, payload)
        except (asyncio.IncompleteReadError, ConnectionError, RuntimeError) as error:
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(ConnectionError(f"the connection ended: {error}"))

    def _hear(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        if kind == _DATA:
            self._heard[stream] += payload
        if kind == _SETTINGS and not flags & _ACK:
            self._writer.write(_frame(_SETTINGS, _ACK, 0, b""))
        elif kind == _PING and not flags & _ACK:
            self._writer.write(_frame(_PING, _ACK, 0, payload))
        elif kind == _WINDOW and stream == 0:
            self._window += int.from_bytes(payload, "big")
            self._widened.set()
        elif kind == _GOAWAY:
            _ended(payload)
        elif kind == _RESET or (kind in {_DATA, _HEADERS} and flags & _END_STREAM):
            with contextlib.suppress(asyncio.InvalidStateError):
                self._waiting.pop(stream).set_result(bytes(self._heard.pop(stream)))


def _ended(payload: bytes) -> NoReturn:
    raise RuntimeError(f"the server goes away: {payload[8:]!r}")


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def _literal(headers: Iterable[tuple[str, str]]) -> bytes:
    """Headers in HPACK without index and without Huffman."""
    return b"".join(b"\0" + _text(name.encode()) + _text(value.encode()) for name, value in headers)


def _text(octets: bytes) -> bytes:
    if len(octets) < 127:
        return bytes([len(octets)]) + octets
    rest, coded = len(octets) - 127, b"\x7f"
    while rest >= 128:
        coded += bytes([rest % 128 + 128])
        rest //= 128
    return coded + bytes([rest]) + octets
