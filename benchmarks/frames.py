"""Unary gRPC calls over HTTP/2 frames written by hand: a client that costs little (RFC 9113, RFC 7541).

It does what a sender of small messages needs: one DATA frame a call, windows, pings, and headers that name
what is the same in every call once a connection, as clients do.
"""

import asyncio
import struct
from collections.abc import Iterator, Sequence
from typing import Final, cast

__all__ = ["Connection"]

Call = tuple[str, bytes]
"""A caller token and a message."""

_PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _RESET, _SETTINGS, _PING, _GOAWAY, _WINDOW = 0, 1, 3, 4, 6, 7, 8
_END_STREAM, _ACK, _END_HEADERS = 1, 1, 4
_INITIAL_WINDOW: Final = 4
_LARGEST: Final = 2**31 - 1
_DEFAULT_WINDOW: Final = 65_535
_HEAD: Final = struct.Struct(">IBI")

# RFC 7541, appendix A: `:method: POST`, `:scheme: http`, and the names `:path`, `:authority`, `content-type`.
_FIXED: Final = b"\x83\x86"
_PATH, _AUTHORITY, _CONTENT_TYPE, _AUTHORIZATION = 4, 1, 31, 23
_FIRST_KEPT: Final = 62


class Connection(asyncio.Protocol):
    """One connection that keeps so many calls of a share under way until the share is used up."""

    def __init__(
        self,
        path: str,
        at_once: int,
        share: Iterator[tuple[int, Call]],
        answers: list[bytes],
        done: asyncio.Future[None],
    ) -> None:
        self._at_once = at_once
        self._share, self._answers, self._done = share, answers, done
        self._named, self._again = _headers(path)
        self._stream = 1
        self._window = _DEFAULT_WINDOW
        self._came = bytearray()
        self._going: list[bytes] = []
        self._following: tuple[int, Call] | None = None
        self._under_way: dict[int, tuple[int, bytearray]] = {}
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, and let the server send as much as it likes."""
        self._transport = cast(asyncio.Transport, transport)
        self._going += (
            _PREFACE,
            _frame(_SETTINGS, 0, 0, struct.pack(">HI", _INITIAL_WINDOW, _LARGEST)),
            _frame(_WINDOW, 0, 0, struct.pack(">I", _LARGEST - _DEFAULT_WINDOW)),
        )
        self._following = next(self._share, None)
        self._go_on()

    def data_received(self, data: bytes) -> None:
        """Hear every frame that is whole, then send what may be sent, all at once."""
        came, at = self._came, 0
        came += data
        while len(came) - at >= 9:
            sized, flags, stream = _HEAD.unpack_from(came, at)
            end = at + 9 + (sized >> 8)
            if end > len(came):
                break
            self._hear(sized & 255, flags, stream & _LARGEST, bytes(came[at + 9 : end]))
            at = end
        del came[:at]
        self._go_on()

    def connection_lost(self, error: Exception | None) -> None:
        """A connection that ends before its share does fails the run."""
        self._fail(error or ConnectionError("the server closed a connection"))

    def _fail(self, error: Exception) -> None:
        if not self._done.done():
            self._done.set_exception(error)

    def _hear(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        if kind == _DATA and stream in self._under_way:
            self._under_way[stream][1].extend(payload)
        if kind == _SETTINGS and not flags & _ACK:
            self._going.append(_frame(_SETTINGS, _ACK, 0, b""))
        elif kind == _PING and not flags & _ACK:
            self._going.append(_frame(_PING, _ACK, 0, payload))
        elif kind == _WINDOW and stream == 0:
            self._window += int.from_bytes(payload, "big")
        elif kind == _GOAWAY:
            self._fail(ConnectionError(f"the server goes away: {payload[8:]!r}"))
        elif kind == _RESET or (kind in {_DATA, _HEADERS} and flags & _END_STREAM):
            number, heard = self._under_way.pop(stream)
            # Empty where the call ended without an answer, as by a status.
            self._answers[number] = bytes(heard[5:])

    def _go_on(self) -> None:
        while self._following is not None and len(self._under_way) < self._at_once:
            number, (token, message) = self._following
            if self._window < len(message) + 5:
                break
            self._send(number, token, message)
            self._following = next(self._share, None)
        if self._going and self._transport is not None:
            self._transport.write(b"".join(self._going))
            self._going.clear()
        if self._following is None and not self._under_way and not self._done.done():
            self._done.set_result(None)
            if self._transport is not None:
                self._transport.close()

    def _send(self, number: int, token: str, message: bytes) -> None:
        stream, self._stream = self._stream, self._stream + 2
        self._under_way[stream] = number, bytearray()
        headers = (self._named if stream == 1 else self._again) + _text(f"Bearer {token}")
        self._window -= len(message) + 5
        self._going += (
            _frame(_HEADERS, _END_HEADERS, stream, headers),
            _frame(_DATA, _END_STREAM, stream, b"\0" + struct.pack(">I", len(message)) + message),
        )


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return _HEAD.pack(len(payload) << 8 | kind, flags, stream) + payload


def _headers(path: str) -> tuple[bytes, bytes]:
    """The headers of a connection's first call up to the token, and those of all after it."""
    kept: Sequence[tuple[bytes, str]] = (
        (_kept(_PATH), path),
        (_kept(_AUTHORITY), "127.0.0.1"),
        (_kept(0) + _text("te"), "trailers"),
        (_kept(_CONTENT_TYPE), "application/grpc"),
    )
    named = b"".join(name + _text(value) for name, value in kept)
    again = bytes(0x80 | _FIRST_KEPT + place for place in reversed(range(len(kept))))
    # A token is of one call: it is not kept. Its name does not fit the four bits of the form's prefix.
    token = bytes((15, _AUTHORIZATION - 15))
    return _FIXED + named + token, _FIXED + again + token


def _kept(name: int) -> bytes:
    """A literal that both sides keep, with the index of its name; 0 where the name follows."""
    return bytes([0x40 | name])


def _text(said: str) -> bytes:
    """A text of HPACK without Huffman."""
    octets = said.encode("ascii")
    if len(octets) < 127:
        return bytes([len(octets)]) + octets
    rest, coded = len(octets) - 127, b"\x7f"
    while rest >= 128:
        coded += bytes([rest % 128 + 128])
        rest //= 128
    return coded + bytes([rest]) + octets
