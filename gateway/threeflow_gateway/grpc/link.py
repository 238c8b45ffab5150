"""What a node and a gRPC port in a process of its own say to each other: frames over a pipe.

Each is a head of length, number of the call and kind, then octets. Frames of one turn of the event loop go
out in one write, and of frames that come together the first have their effect before the last are heard.
"""

import asyncio
import struct
from collections.abc import Callable
from enum import IntEnum
from typing import Final, cast

__all__ = ["NO_CALL", "SIZE", "Link", "Say", "opened", "opening", "packed", "unpacked"]

NO_CALL: Final = 0
SIZE: Final = struct.Struct(">I")
"""How the size of a message is told, in octets."""

_HEARD_AT_ONCE: Final = 8
_HEAD: Final = struct.Struct(">IIB")
_OPENING: Final = struct.Struct(">dHHH")
_STATUS: Final = struct.Struct(">iH")
_NO_DEADLINE: Final = -1.0
_UNAVAILABLE: Final = 14


class Say(IntEnum):
    """The kinds of frames."""

    SETTINGS = 1
    """To the port: by what it serves, as JSON."""
    READY = 2
    """From the port: it listens at this TCP port."""
    FAILED = 3
    """From the port: it does not, and why."""
    OPEN = 4
    """From the port: a call, with its first message unless it is an exchange."""
    MESSAGE = 5
    """Either way: one message of a stream."""
    MORE = 6
    """A message was taken: by the node of an exchange, with its size; by the caller of an answer."""
    NO_MORE = 7
    """From the port: the caller of an exchange sends no more."""
    GONE = 8
    """From the port: nobody waits for the call's answer any more."""
    DONE = 9
    """To the port: the call went well; the answer where it has one only."""
    STATUS = 10
    """To the port: the call ends with a status."""
    HEALTH = 11
    """To the port: whether the node can take in documents."""
    STOP = 12
    """To the port: take no new call, let those under way end, then exit."""


def opening(method: str, seconds: float | None, metadata: tuple[bytes, bytes], octets: bytes) -> bytes:
    """Return what opens a call: its method, the seconds it may take, two members of metadata, a message."""
    name = method.encode("utf-8")
    lengths = len(name), len(metadata[0]), len(metadata[1])
    left = _NO_DEADLINE if seconds is None else max(seconds, 0.0)
    return b"".join((_OPENING.pack(left, *lengths), name, *metadata, octets))


def opened(payload: bytes) -> tuple[str, float | None, tuple[bytes, bytes], bytes]:
    """Read what `opening` wrote."""
    left, name, first, second = _OPENING.unpack_from(payload)
    at = _OPENING.size
    method, at = payload[at : at + name].decode("utf-8"), at + name
    one, at = payload[at : at + first], at + first
    two, at = payload[at : at + second], at + second
    return method, None if left == _NO_DEADLINE else left, (one, two), payload[at:]


def packed(code: int, message: str, details: bytes) -> bytes:
    """Return a status as octets, for a port that is elsewhere."""
    said = message.encode("utf-8")
    return _STATUS.pack(code, len(said)) + said + details


def unpacked(octets: bytes) -> tuple[int, str, bytes]:
    """Read what `packed` wrote; of no octets, that the node is gone."""
    if not octets:
        return _UNAVAILABLE, "the node is gone", b""
    code, length = _STATUS.unpack_from(octets)
    at = _STATUS.size
    return code, octets[at : at + length].decode("utf-8"), octets[at + length :]


class Link(asyncio.Protocol):
    """One side of the pipe; used inside the event loop alone."""

    def __init__(self, heard: Callable[[int, Say, bytes], None], lost: Callable[[], None]) -> None:
        self._heard = heard
        self._lost = lost
        self._came = bytearray()
        self._hearing = False
        self._ended = False
        self._going: list[bytes] = []
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.WriteTransport, transport)

    def connection_lost(self, _error: Exception | None) -> None:
        """End, once all is heard that came before it."""
        self._transport = None
        self._ended = True
        if not self._hearing:
            self._lost()

    def data_received(self, data: bytes) -> None:
        """Hear every frame that is whole."""
        self._came += data
        if not self._hearing:
            self._hear()

    def _hear(self) -> None:
        """Hear some frames, and the others in the next turns of the event loop.

        What a frame lets happen begins so before the last is heard: of many answers that come together the
        first are with their callers, and followed by their next calls, while the others are given out.
        """
        self._hearing = False
        for _ in range(_HEARD_AT_ONCE):
            frame = self._next()
            if frame is None:
                if self._ended:
                    self._lost()
                return
            self._heard(*frame)
        self._hearing = True
        asyncio.get_running_loop().call_soon(self._hear)

    def _next(self) -> tuple[int, Say, bytes] | None:
        """Take the first frame, if it is whole."""
        came = self._came
        if len(came) < _HEAD.size:
            return None
        length, call, kind = _HEAD.unpack_from(came)
        end = _HEAD.size + length
        if end > len(came):
            return None
        octets = bytes(came[_HEAD.size : end])
        del came[:end]
        return call, Say(kind), octets

    def send(self, call: int, kind: Say, octets: bytes = b"") -> None:
        """Say something; to a side that is gone, nothing."""
        if self._transport is None:
            return
        if not self._going:
            asyncio.get_running_loop().call_soon(self._flush)
        self._going += (_HEAD.pack(len(octets), call, kind), octets)

    def close(self) -> None:
        """End the pipe once all is said."""
        self._flush()
        if self._transport is not None:
            self._transport.close()

    def _flush(self) -> None:
        going, self._going = self._going, []
        if going and self._transport is not None:
            self._transport.write(b"".join(going))
