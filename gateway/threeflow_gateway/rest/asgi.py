"""The few ASGI shapes that the binding needs: a bounded body, a plain answer."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any

from threeflow.errors import Refused

__all__ = [
    "Answer", "App", "DisconnectedError", "Receive", "Scope", "Send", "headers_of", "read_body", "replayed",
    "send_answer",
]  # fmt: skip

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole HTTP answer."""

    status: int
    media_type: str
    body: bytes
    headers: tuple[Header, ...] = ()


class DisconnectedError(Exception):
    """The caller went away before its body was read."""


def headers_of(scope: Scope) -> dict[bytes, bytes]:
    """Return the request's headers by lower-case name; of repeated ones the first."""
    found: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        found.setdefault(name, value)
    return found


async def read_body(receive: Receive, headers: MutableMapping[bytes, bytes], limit: int) -> bytes:
    """Return the request's body of at most ``limit`` octets.

    Raises:
        Refused: ``too-large`` (TF-INTAKE-2).
        DisconnectedError: the caller went away.
    """
    stated = headers.get(b"content-length", b"0")
    if not stated.isdigit():
        raise Refused("bad-request", "TF-REST-1", "Content-Length is no number")
    if len(stated) > 18 or int(stated) > limit:
        raise _too_large(limit)
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise DisconnectedError
        piece: bytes = message.get("body", b"")
        size += len(piece)
        if size > limit:
            raise _too_large(limit)
        pieces.append(piece)
        if not message.get("more_body"):
            return b"".join(pieces) if len(pieces) > 1 else piece


def _too_large(limit: int) -> Refused:
    return Refused("too-large", "TF-INTAKE-2", f"the body is larger than {limit} octets")


def replayed(body: bytes, receive: Receive) -> Receive:
    """Return a ``receive`` that gives a body which was read already, then what else comes."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def send_answer(send: Send, answer: Answer) -> None:
    """Send a whole answer."""
    headers: Iterable[Header] = (
        (b"content-type", answer.media_type.encode()),
        (b"content-length", b"%d" % len(answer.body)),
        *answer.headers,
    )
    await send({"type": "http.response.start", "status": answer.status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": answer.body})
