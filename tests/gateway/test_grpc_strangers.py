"""The gRPC port under strangers' octets: what one of them sends keeps nobody else from being answered."""

import asyncio
from pathlib import Path

import grpc
import grpc.aio
import pytest

from fuzz.grpc_port import SUBMIT, GrpcPort, record
from fuzz.wire import exchange
from kit.asynchronous import synchronous
from kit.members import Society
from kit.remote import Remote, both, dig_of
from threeflow import envelope
from threeflow.v1 import document_service_pb2 as documents
from threeflow.v1 import event_service_pb2 as events

EVENTS = "EventService/ListEvents"


@pytest.fixture(autouse=True, params=[False, True], ids=["in-the-node", "own-process"])
def _port(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.remote.OWN_PROCESS", request.param)


@pytest.mark.requirement("TF-GRPC-7")
@synchronous
async def test_a_method_named_in_no_utf8_keeps_nobody_from_being_served(tmp_path: Path) -> None:
    async with both(tmp_path, Society()) as (_, remote, gateway):
        assert gateway.grpc is not None
        port, calls = gateway.grpc.port, GrpcPort(remote)
        (recorded,) = await record(port, remote, [calls.good()])
        odd = recorded.replace(b"/threeflow.v1.D", b"/thr\xdbeflow.v1.D")
        assert odd != recorded
        stream = remote.channel.unary_stream(f"/threeflow.v1.{EVENTS}")(
            events.ListEventsRequest().SerializeToString(),
            metadata=(("authorization", remote.token(EVENTS)),),
        )
        told = aiter(stream)
        await anext(told)
        for _ in range(3):
            assert not (await exchange(port, odd)).hung
            sealed = calls.good()
            taken = await _patiently(f"127.0.0.1:{port}", remote, sealed)
            assert taken.receipt
            # The stream that was under way tells of it: it was not cut.
            event = events.ListEventsResponse.FromString(await anext(told)).event
            assert event.document.digest == dig_of(sealed_payload(sealed))


def sealed_payload(sealed: bytes) -> bytes:
    return envelope.read(sealed).payload


async def _patiently(address: str, remote: Remote, sealed: bytes) -> documents.SubmitDocumentResponse:
    """Submit as a client that tries again while the node is unavailable."""
    request = documents.SubmitDocumentRequest(envelope=sealed)
    client = Remote(remote.station, address)
    try:
        for _ in range(100):
            try:
                answer = await client.unary(SUBMIT, request, documents.SubmitDocumentResponse, dig=sealed)
            except grpc.aio.AioRpcError as error:
                assert error.code() == grpc.StatusCode.UNAVAILABLE  # noqa: PT017 - the next attempt
                await asyncio.sleep(0.1)
            else:
                assert isinstance(answer, documents.SubmitDocumentResponse)
                return answer
    finally:
        await client.channel.close()
    raise AssertionError("nobody is served any more")
