"""The gRPC connection of a caller that fell silent: asked for a sign of life, and closed where none comes."""

import asyncio
from pathlib import Path

from kit import wire
from kit.asynchronous import synchronous
from kit.members import Society
from kit.remote import Remote, both
from threeflow.v1 import node_service_pb2 as nodes

SETTINGS = {"grpc": {"keepalive_seconds": 0.3, "keepalive_timeout_seconds": 0.6}}
STATEMENT = "NodeService/FetchStatement"


async def pings(port: int, wanted: int, *, answer: bool) -> int:
    """Open a connection, say nothing on it, and count the pings until so many came or it was closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    came = 0
    try:
        writer.write(wire.PREFACE + wire.frame(wire.SETTINGS, 0, 0, b""))
        writer.write(wire.frame(wire.SETTINGS, wire.ACK, 0, b""))
        async with asyncio.timeout(60):
            while came < wanted:
                head = await reader.readexactly(9)
                payload = await reader.readexactly(int.from_bytes(head[:3], "big"))
                if head[3] == wire.PING and not head[4] & wire.ACK:
                    came += 1
                    if answer:
                        writer.write(wire.frame(wire.PING, wire.ACK, 0, payload))
    except (asyncio.IncompleteReadError, ConnectionError):
        return came
    finally:
        writer.transport.abort()
    return came


@synchronous
async def test_a_silent_connection_is_asked_for_life_kept_where_it_answers_and_closed_where_not(
    tmp_path: Path,
) -> None:
    async with both(tmp_path, Society(), settings=SETTINGS) as (_, remote, gateway):
        assert gateway.grpc is not None
        assert await pings(gateway.grpc.port, 6, answer=True) == 6
        # Asked once or twice, never answered: closed long before the sixth.
        assert 1 <= await pings(gateway.grpc.port, 6, answer=False) < 6
        other = Remote(remote.station, f"127.0.0.1:{gateway.grpc.port}")
        try:
            request = nodes.FetchStatementRequest()
            answer = await other.unary(STATEMENT, request, nodes.FetchStatementResponse, metadata=())
            assert answer.statement
        finally:
            await other.channel.close()
