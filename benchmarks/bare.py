"""The least server that could answer: reads the body, answers octets of a receipt's size, no more."""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
ANSWER = b"r" * int(os.environ.get("BARE_ANSWER_OCTETS", "1500"))
START: Message = {
    "type": "http.response.start",
    "status": 201,
    "headers": [(b"content-type", b"application/jose+json"), (b"content-length", str(len(ANSWER)).encode())],
}
BODY: Message = {"type": "http.response.body", "body": ANSWER}


async def app(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """One ASGI exchange."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body", False):
        pass
    await send(START)
    await send(BODY)
