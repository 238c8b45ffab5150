"""Send prepared gRPC messages in a process of its own, as calls of their own or as one stream.

A request is a caller token, a line break and the message. With ``at_once`` 0 all messages go on one
`SubmitBatch` stream under the first token; else so many `SubmitDocument` calls are under way at once.
"""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import grpc.aio
from benchmarks import frames, load

SERVICE = "/threeflow.v1.DocumentService/"
CHANNELS = 4
Request = tuple[str, bytes]


def split(request: bytes) -> Request:
    """The token of a request and its message."""
    token, _, message = request.partition(b"\n")
    return token.decode("ascii"), message


async def calls(port: int, at_once: int, requests: list[Request]) -> list[bytes]:
    """Answer octets of one call a request; as bare as the load on REST, so that the server sets the pace."""
    loop = asyncio.get_running_loop()
    answers = [b""] * len(requests)
    share = iter(list(enumerate(requests)))
    waiting = list[asyncio.Future[None]]()
    channels = min(CHANNELS, at_once)
    for _ in range(channels):
        done: asyncio.Future[None] = loop.create_future()
        waiting.append(done)
        made = partial(
            frames.Connection, SERVICE + "SubmitDocument", at_once // channels, share, answers, done
        )
        await loop.create_connection(made, "127.0.0.1", port)
    async with asyncio.timeout(load.TIMEOUT_SECONDS):
        await asyncio.gather(*waiting)
    return answers


async def stream(port: int, requests: list[Request]) -> list[bytes]:
    """Answer octets of one stream."""

    async def messages() -> AsyncIterator[bytes]:
        for _, message in requests:
            yield message

    async with (
        grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel,
        asyncio.timeout(load.TIMEOUT_SECONDS),
    ):
        call: Any = channel.stream_stream(SERVICE + "SubmitBatch")
        authorization = (("authorization", f"Bearer {requests[0][0]}"),)
        return [bytes(each) async for each in call(messages(), metadata=authorization)]


async def run(port: int, at_once: int, requests: list[Request]) -> list[bytes]:
    """All answers, in the order of the requests."""
    return await (calls(port, at_once, requests) if at_once else stream(port, requests))
