"""A gateway process that answers over both bindings, and how it stops."""

import asyncio
import time
from pathlib import Path

import grpc
import pytest

from kit.asynchronous import synchronous
from kit.papers import Parcel
from kit.remote import Remote
from kit.stations import Fleet, free_ports
from threeflow.v1 import document_service_pb2 as documents
from threeflow.v1 import event_service_pb2 as events

NODE = "xa.customs"
BATCH = "DocumentService/SubmitBatch"
EVENTS = "EventService/ListEvents"


@pytest.mark.slow
@synchronous
async def test_one_process_serves_both_and_ends_its_streams_when_it_stops(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    settings = {
        "delivery": {"enabled": False},
        "grpc": {"port": port, "endpoint": f"http://127.0.0.1:{port}", "plaintext": True},
    }
    fleet = Fleet(tmp_path, ("xa.hub", NODE, "xb.customs"), settings)
    fleet.processes[NODE].start()
    station = fleet.stations[NODE]
    remote = Remote(station, f"127.0.0.1:{port}")
    try:
        by_rest = station.as_("xa.platform").seal(Parcel().order)
        first = await station.as_("xa.platform").submit(by_rest)
        call = remote.channel.stream_stream(f"/threeflow.v1.{BATCH}")
        sealed = [by_rest, *(station.as_("xa.platform").seal(Parcel().order) for _ in range(50))]
        requests = [documents.SubmitBatchRequest(envelope=each).SerializeToString() for each in sealed]
        answers = [
            documents.SubmitBatchResponse.FromString(each)
            async for each in call(iter(requests), metadata=(("authorization", remote.token(BATCH)),))
        ]
        assert answers[0].receipt == first.raw
        assert all(each.receipt for each in answers)
        feed = remote.channel.unary_stream(f"/threeflow.v1.{EVENTS}")(
            events.ListEventsRequest().SerializeToString(),
            metadata=(("authorization", remote.token(EVENTS)),),
        )
        told = [events.ListEventsResponse.FromString(await anext(aiter(feed))).event for _ in range(51)]
        assert [each.sequence for each in told] == list(range(1, 52))
        began = time.monotonic()
        await asyncio.to_thread(fleet.processes[NODE].stop)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await anext(aiter(feed))
        assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
        assert time.monotonic() - began < 30
    finally:
        await remote.channel.close()
        await fleet.close()
    assert "Traceback" not in (tmp_path / NODE / "log.txt").read_text()
