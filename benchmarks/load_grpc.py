"""Send prepared gRPC messages in a process of its own, as calls of their own or as one stream.

A request is a caller token, a line break and the message. With ``at_once`` 0 all messages go on one
`SubmitBatch` stream under the first token; else so many `SubmitDocument` calls are under way at once.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import grpc.aio
from benchmarks import load

SERVICE = "/threeflow.v1.DocumentService/"
CHANNELS = 4
Request = tuple[str, bytes]


def split(request: bytes) -> Request:
    """The token of a request and its message."""
    token, _, message = request.partition(b"\n")
    return token.decode("ascii"), message


async def calls(port: int, at_once: int, requests: list[Request]) -> list[bytes]:
    """Answer octets of one call a request."""
    answers = [b""] * len(requests)
    share = iter(list(enumerate(requests)))
    # Channels with the same options share a connection; a number of its own gives each one of its own.
    channels = [
        grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=[("grpc.channel_number", number)])
        for number in range(min(CHANNELS, at_once))
    ]

    async def work(channel: grpc.aio.Channel, share: Iterator[tuple[int, Request]]) -> None:
        submit: Any = channel.unary_unary(SERVICE + "SubmitDocument")
        for number, (token, message) in share:
            answers[number] = await submit(message, metadata=(("authorization", f"Bearer {token}"),))

    async with asyncio.timeout(load.TIMEOUT_SECONDS):
        await asyncio.gather(*(work(channels[number % len(channels)], share) for number in range(at_once)))
    for channel in channels:
        await channel.close()
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
