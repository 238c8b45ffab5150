"""The soak's connections outlive a server that ends those on which nothing was asked for a while."""

import asyncio

import pytest
from benchmarks.soak import Connection

from kit.asynchronous import synchronous

ANSWER = b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\nok"


@synchronous
async def test_a_connection_that_the_server_ended_is_opened_again() -> None:
    opened = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened
        opened += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ANSWER)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        connection = Connection(server.sockets[0].getsockname()[1])
        for _ in range(3):
            assert await connection.send(b"POST / HTTP/1.1\r\n\r\n")
            await asyncio.sleep(0.1)
        connection.close()
    assert opened == 3


@synchronous
async def test_an_order_that_is_not_taken_in_is_told() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ANSWER.replace(b"201 Created", b"503 Busy"))
        await writer.drain()
        with pytest.raises(asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        connection = Connection(server.sockets[0].getsockname()[1])
        assert not await connection.send(b"POST / HTTP/1.1\r\n\r\n")
        connection.close()
        await asyncio.sleep(0.1)
