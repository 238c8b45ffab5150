"""Send prepared gRPC messages in a process of its own, as calls of their own or as one stream.

A request is a caller token, a line break and the message. With ``at_once`` 0 all messages go on one
`SubmitBatch` stream under the first token; else so many `SubmitDocument` calls are under way at once.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import grpc.aio
from benchmarks import frames, load

SERVICE = "/threeflow.v1.DocumentService/"
CHANNELS = 4
HEADERS = (
    (":method", "POST"), (":scheme", "http"), (":path", SERVICE + "SubmitDocument"),
    (":authority", "127.0.0.1"), ("te", "trailers"), ("content-type", "application/grpc"),
)  # fmt: skip
Request = tuple[str, bytes]


def split(request: bytes) -> Request:
    """The token of a request and its message."""
    token, _, message = request.partition(b"\n")
    return token.decode("ascii"), message


async def calls(port: int, at_once: int, requests: list[Request]) -> list[bytes]:
    """Answer octets of one call a request; as bare as the load on REST, so that the server sets the pace."""
    answers = [b""] * len(requests)
    share = iter(list(enumerate(requests)))
    lines = [await frames.Connection.open(port) for _ in range(min(CHANNELS, at_once))]

    async def work(line: frames.Connection, share: Iterator[tuple[int, Request]]) -> None:
        for number, (token, message) in share:
            headers = (*HEADERS, ("authorization", f"Bearer {token}"))
            answers[number] = await line.call(headers, message)

    async with asyncio.timeout(load.TIMEOUT_SECONDS):
        await asyncio.gather(*(work(lines[number % len(lines)], share) for number in range(at_once)))
    for line in lines:
        line.close()
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
