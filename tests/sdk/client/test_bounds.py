"""A node that is asked may be slow or endless: the client hears so much and waits so long, and no more."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from kit.asynchronous import synchronous
from kit.crossing import Crossing
from kit.scripted import CALLER, NODE, NOW
from threeflow.client import Client, Patience
from threeflow.errors import Unavailable

Say = Callable[[asyncio.StreamWriter], Awaitable[None]]


async def asked(crossing: Crossing, say: Say, patience: Patience, declaration: bytes) -> str:
    """Submit to a server that answers by ``say``; return why there is no answer."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            b"HTTP/1.1 201 Created\r\ncontent-type: application/jose+json\r\nconnection: close\r\n\r\n"
        )
        try:
            await say(writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = Client(
        f"http://127.0.0.1:{port}", CALLER, crossing.tokens[CALLER], crossing.keys[CALLER], audience=NODE,
        trust=crossing.store(), patience=patience, now=lambda: NOW,
    )  # fmt: skip
    try:
        with pytest.raises(Unavailable) as told:
            await client.submit(declaration)
    finally:
        await client.close()
        server.close()
        await server.wait_closed()
    return str(told.value)


@synchronous
async def test_an_endless_answer_is_read_to_the_bound_and_not_asked_for_again(
    crossing: Crossing, declaration: bytes
) -> None:
    sent: list[int] = []

    async def endless(writer: asyncio.StreamWriter) -> None:
        sent.append(0)
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()
            sent[-1] += 65_536

    reason = await asked(crossing, endless, Patience(attempts=3, pause=0.001, octets=1_000_000), declaration)
    assert f"{NODE} at http://127.0.0.1" in reason
    assert "more than 1000000 octets" in reason
    # The rest is what the kernel holds between both.
    assert len(sent) == 1
    assert sent[0] < 100_000_000


@synchronous
async def test_an_answer_that_comes_octet_by_octet_ends_at_the_time_for_the_whole(
    crossing: Crossing, declaration: bytes
) -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.01)

    patience = Patience(attempts=2, pause=0.001, answer=30.0, whole=0.3)
    async with asyncio.timeout(30):
        reason = await asked(crossing, drip, patience, declaration)
    assert "not whole after 0.3 s" in reason
