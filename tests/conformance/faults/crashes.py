"""Nodes that break where they should refuse: no case that meets such a crash may pass."""

from collections.abc import Awaitable, Callable
from typing import Any

from faults.plant import Fault, wrap

__all__ = ["CRASHES"]

Instead = Callable[[Any, Any], Awaitable[None]]


def _where_it_refuses(instead: Instead) -> Callable[[], None]:
    """Replace every answer of 400 and more, sealed or not, on its way out, but the first: the opening needs one."""
    first = [True]

    def plant() -> None:
        def make(real: Any) -> Any:
            async def call(self: Any, scope: Any, receive: Any, send: Any) -> None:
                refuses = False

                async def watched(message: Any) -> None:
                    nonlocal refuses
                    if message["type"] == "http.response.start" and message["status"] >= 400:
                        refuses, first[0] = not first[0], False
                        if not refuses:
                            await send(message)
                            return
                        await instead(scope, send)
                    if not refuses:
                        await send(message)

                await real(self, scope, receive, watched)

            return call

        wrap("threeflow_gateway.rest.edge:Edge", "__call__", make)

    return plant


async def _as_500(_scope: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 500, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"Internal Server Error"})


async def _as_hang_up(_scope: Any, send: Any) -> None:
    # A body shorter than its length said: the server can only close the connection.
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", b"1000")]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body", "body": b"{"})


CRASHES = {
    each.name: each
    for each in (
        Fault("every-refusal-is-a-500", ("TF-REST-8",), _where_it_refuses(_as_500)),
        Fault("every-refusal-hangs-up", ("TF-REST-8",), _where_it_refuses(_as_hang_up)),
    )
}
