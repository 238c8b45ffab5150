"""The gRPC port as a process of its own: it is started anew, and goes with its node."""

import asyncio
import os
import signal
import socket
from pathlib import Path

import grpc
import grpc.aio
import pytest

from kit.asynchronous import eventually, synchronous
from kit.members import Society
from kit.papers import Parcel
from kit.remote import Remote, both
from kit.stations import Fleet, free_ports
from threeflow.v1 import document_service_pb2 as documents
from threeflow.v1 import event_service_pb2 as events

pytestmark = pytest.mark.slow
NODE = "xa.customs"
SUBMIT = "DocumentService/SubmitDocument"
EVENTS = "EventService/ListEvents"


def settings(port: int) -> dict[str, dict[str, object]]:
    return {
        "delivery": {"enabled": False},
        "grpc": {
            "port": port, "endpoint": f"http://127.0.0.1:{port}", "plaintext": True, "own_process": True,
            "grace_seconds": 1.0,
        },
    }  # fmt: skip


def port_process(node: int) -> int:
    """The process id of the port's process, a child of the node's."""
    for each in Path(f"/proc/{node}/task/{node}/children").read_text().split():
        if b"threeflow_gateway.grpc.front" in Path(f"/proc/{each}/cmdline").read_bytes():
            return int(each)
    raise LookupError("the port's process is not there")


async def taken(remote: Remote) -> bool:
    """Whether a new document is taken in; the channel connects anew by itself."""
    sealed = remote.station.as_("xa.platform").seal(Parcel().order)
    request = documents.SubmitDocumentRequest(envelope=sealed)
    try:
        answer = await remote.unary(SUBMIT, request, documents.SubmitDocumentResponse, dig=sealed)
    except grpc.aio.AioRpcError as error:
        assert error.code() == grpc.StatusCode.UNAVAILABLE  # noqa: PT017 - the next attempt
        return False
    return bool(answer.receipt)


@synchronous
async def test_a_port_that_is_killed_is_started_anew_and_a_port_without_its_node_ends(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    fleet = Fleet(tmp_path, ("xa.hub", NODE, "xb.customs"), settings(port))
    fleet.processes[NODE].start()
    remote = Remote(fleet.stations[NODE], f"127.0.0.1:{port}")
    try:
        assert await taken(remote)
        feed = remote.channel.unary_stream(f"/threeflow.v1.{EVENTS}")(
            events.ListEventsRequest().SerializeToString(),
            metadata=(("authorization", remote.token(EVENTS)),),
        )
        await anext(aiter(feed))
        node = fleet.processes[NODE].pid
        first = port_process(node)
        os.kill(first, signal.SIGKILL)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await anext(aiter(feed))
        assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
        await eventually(lambda: taken(remote))
        second = port_process(node)
        assert second != first
        # The node's own door was open all the time, and is the same node's.
        assert (await fleet.stations[NODE].submit(Parcel().order)).state == "accepted"
        fleet.processes[NODE].kill()

        async def gone() -> bool:
            return not os.path.exists(f"/proc/{second}")  # noqa: ASYNC240, PTH110 - the kernel's memory

        await eventually(gone)
    finally:
        await remote.channel.close()
        await fleet.close()


@synchronous
async def test_a_port_whose_address_is_taken_says_so_at_the_start(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(OSError, match=f"gRPC cannot listen at 127.0.0.1:{port}"):
            await _start(tmp_path, port)


async def _start(folder: Path, port: int) -> None:
    wanted = {"grpc": {"port": port, "endpoint": f"http://127.0.0.1:{port}", "own_process": True}}
    async with both(folder, Society(), settings=wanted):
        raise AssertionError("it listens where somebody else does")


@synchronous
async def test_who_leaves_an_exchange_is_not_waited_for(tmp_path: Path) -> None:
    async with both(tmp_path, Society(), settings={"grpc": {"own_process": True}}) as (_, remote, _gateway):
        batch = "DocumentService/SubmitBatch"
        before = len(asyncio.all_tasks())
        for _ in range(20):
            call = remote.channel.stream_stream(f"/threeflow.v1.{batch}")(
                metadata=(("authorization", remote.token(batch)),)
            )
            sealed = remote.station.as_("xa.platform").seal(Parcel().order)
            await call.write(documents.SubmitBatchRequest(envelope=sealed).SerializeToString())
            assert documents.SubmitBatchResponse.FromString(await call.read()).receipt
            call.cancel()

        async def quiet() -> bool:
            return len(asyncio.all_tasks()) <= before + 2

        await eventually(quiet)
