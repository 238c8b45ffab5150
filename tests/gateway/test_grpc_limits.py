"""What callers over gRPC can do wrong: cut, stall, flood, come too late; and what the node keeps then."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest

from kit import wire
from kit.asynchronous import synchronous
from kit.members import Society
from kit.papers import Parcel
from kit.remote import Remote, both, ended
from threeflow.v1 import document_service_pb2 as documents
from threeflow.v1 import event_service_pb2 as events
from threeflow.v1 import log_service_pb2 as log
from threeflow.v1 import node_service_pb2 as nodes
from threeflow.v1 import subject_service_pb2 as subjects
from threeflow.v1.common_pb2 import Key
from threeflow_gateway.app import Gateway

SUBMIT, BATCH, EVENTS = (
    "DocumentService/SubmitDocument",
    "DocumentService/SubmitBatch",
    "EventService/ListEvents",
)
PATH = f"/threeflow.v1.{SUBMIT}"


@pytest.fixture(autouse=True, params=[False, True], ids=["in-the-node", "own-process"])
def _port(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.remote.OWN_PROCESS", request.param)


def batch(remote: Remote, requests: Any, **how: Any) -> Any:
    """A batch stream under a fresh token."""
    call = remote.channel.stream_stream(f"/threeflow.v1.{BATCH}")
    return call(requests, metadata=(("authorization", remote.token(BATCH)),), **how)


def said(envelopes: list[bytes]) -> list[bytes]:
    return [
        documents.SubmitBatchRequest(mark=number, envelope=each).SerializeToString()
        for number, each in enumerate(envelopes)
    ]


async def settled(gateway: Gateway, least: int = 0) -> int:
    """How many leaves the log has once it has so many and grows no more."""
    before = -1
    while await asyncio.to_thread(gateway.node.ledger.catch_up) < least:  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    while (now := await asyncio.to_thread(gateway.node.ledger.catch_up)) != before:
        before = now
        await asyncio.sleep(0.5)
    return before


@pytest.mark.slow
@pytest.mark.requirement("TF-GRPC-13", "TF-GRPC-11")
@synchronous
async def test_a_caller_that_stops_reading_is_read_no_more_and_can_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("threeflow_gateway.grpc.batch.MOST_AT_ONCE", 16)
    async with both(tmp_path, Society(), settings={"grpc": {"stalled_seconds": 300.0}}) as (
        station,
        remote,
        gateway,
    ):
        client = station.as_("xa.platform")
        sealed = [client.seal(Parcel().order) for _ in range(600)]
        call = batch(remote, iter(said(sealed)))
        held = await settled(gateway, 1)
        assert held < 300
        assert (await station.submit(Parcel().order)).state == "accepted"
        assert await settled(gateway) == held + 1
        answers = [documents.SubmitBatchResponse.FromString(each) async for each in call]
        assert [each.mark for each in answers] == list(range(600))
        assert all(each.receipt for each in answers)
        # The feed is as long: a caller far behind is held, and misses nothing.
        feed = remote.channel.unary_stream(f"/threeflow.v1.{EVENTS}")(
            events.ListEventsRequest(until_current=True).SerializeToString(),
            metadata=(("authorization", remote.token(EVENTS)),),
        )
        await asyncio.sleep(1)
        told = [events.ListEventsResponse.FromString(each).event.sequence async for each in feed]
        assert told == list(range(1, 602))


@pytest.mark.slow
@pytest.mark.requirement("TF-GRPC-11", "TF-GRPC-14")
@synchronous
async def test_a_caller_that_takes_nothing_for_too_long_resumes(tmp_path: Path) -> None:
    async with both(tmp_path, Society(), settings={"grpc": {"stalled_seconds": 2.0}}) as (station, remote, _):
        client = station.as_("xa.platform")
        sealed = [client.seal(Parcel().order) for _ in range(500)]
        answers = [
            documents.SubmitBatchResponse.FromString(each) async for each in batch(remote, iter(said(sealed)))
        ]
        assert all(each.receipt for each in answers)
        after, streams, statuses = 0, 0, list[grpc.StatusCode]()
        while after < 500:
            call = remote.channel.unary_stream(f"/threeflow.v1.{EVENTS}")(
                events.ListEventsRequest(after=after, until_current=True).SerializeToString(),
                metadata=(("authorization", remote.token(EVENTS)),),
            )
            streams += 1
            try:
                async for each in call:
                    if streams == 1 and after == 0:
                        await asyncio.sleep(6)
                    sequence = events.ListEventsResponse.FromString(each).event.sequence
                    assert sequence == after + 1
                    after = sequence
            except grpc.aio.AioRpcError as error:
                statuses.append(ended(error).status)
        assert (streams, statuses) == (2, [grpc.StatusCode.UNAVAILABLE])


@pytest.mark.slow
@pytest.mark.requirement("TF-GRPC-14", "TF-GRPC-16")
@synchronous
async def test_a_stream_that_is_cut_keeps_what_was_answered_and_nothing_twice(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with both(tmp_path, Society()) as (station, remote, gateway):
        client = station.as_("xa.platform")
        papers = [Parcel().order for _ in range(200)]
        sealed = [client.seal(each) for each in papers]
        call = batch(remote, iter(said(sealed)))
        reading = aiter(call)
        first = [documents.SubmitBatchResponse.FromString(await anext(reading)) for _ in range(40)]
        call.cancel()
        held = await settled(gateway)
        assert held >= 40
        for paper, answer in zip(papers[:40], first, strict=False):
            found = await remote.unary(
                "DocumentService/FetchReceipt",
                documents.FetchReceiptRequest(issuer="xa.platform", id=paper["header"]["id"]),
                documents.FetchReceiptResponse,
            )
            assert found.receipt == answer.receipt
        again = [
            documents.SubmitBatchResponse.FromString(each) async for each in batch(remote, iter(said(sealed)))
        ]
        assert all(each.receipt for each in again)
        assert [each.receipt for each in again[:40]] == [each.receipt for each in first]
        assert sum(each.repeated_delivery for each in again) == held
        assert await settled(gateway) == 200
    assert "Traceback" not in caplog.text
    assert not [each for each in caplog.records if each.levelname == "ERROR"]


@pytest.mark.requirement("TF-GRPC-15")
@synchronous
async def test_a_stream_ends_with_the_key_that_opened_it(tmp_path: Path) -> None:
    society = Society()
    async with both(tmp_path, society, settings={"trust": {"reload_seconds": 0}}) as (
        station,
        remote,
        gateway,
    ):
        client = station.as_("xa.platform")
        sent: asyncio.Queue[bytes] = asyncio.Queue()

        async def requests() -> AsyncIterator[bytes]:
            while True:
                yield await sent.get()

        call = batch(remote, requests())
        feed = remote.channel.unary_stream(f"/threeflow.v1.{EVENTS}")(
            events.ListEventsRequest().SerializeToString(),
            metadata=(("authorization", remote.token(EVENTS)),),
        )
        reading, telling = aiter(call), aiter(feed)
        sent.put_nowait(said([client.seal(Parcel().order)])[0])
        assert documents.SubmitBatchResponse.FromString(await anext(reading)).receipt
        assert events.ListEventsResponse.FromString(await anext(telling)).event.sequence == 1
        kid = society.keys["xa.platform"].token.kid
        society.publish("xa", key_states={kid: {"retired_at": datetime.now(UTC) - timedelta(hours=1)}})
        (tmp_path / "trust" / "xa.json").write_bytes(society.trust_file("xa"))
        assert await gateway.node.reload_trust()
        sent.put_nowait(said([client.seal(Parcel().order)])[0])
        for stream in (reading, telling):
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await anext(stream)
            detail = ended(caught.value).detail
            assert detail is not None
            assert detail.code == "key-retired"
        assert await settled(gateway) == 1


@pytest.mark.requirement("TF-GRPC-16")
@synchronous
async def test_what_comes_past_its_deadline_is_not_taken_in(tmp_path: Path) -> None:
    async with both(tmp_path, Society()) as (station, remote, gateway):
        sealed = station.as_("xa.platform").seal(Parcel().order)
        octets = documents.SubmitDocumentRequest(envelope=sealed).SerializeToString()
        for late in ("0n", "0m", "0S"):
            authorization = ("authorization", remote.token(SUBMIT, sealed))
            headers = wire.request(PATH, ("grpc-timeout", late), authorization)
            answer = await wire.exchange(remote.port, headers, wire.message(octets))
            assert wire.status(answer) in {None, grpc.StatusCode.DEADLINE_EXCEEDED.value[0]}
        assert await settled(gateway) == 0
        # A deadline of a moment may still be met by the time the call is there: the caller cannot know.
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await remote.unary(SUBMIT, octets, dig=sealed, seconds=0.000001)
        assert caught.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED


@pytest.mark.slow
@pytest.mark.requirement("TF-GRPC-6", "TF-GRPC-7", "TF-GRPC-14")
@synchronous
async def test_odd_octets_on_the_wire_are_no_failure_of_the_node(tmp_path: Path) -> None:
    async with both(tmp_path, Society()) as (station, remote, gateway):
        client = station.as_("xa.platform")
        sealed = client.seal(Parcel().order)
        whole = documents.SubmitDocumentRequest(envelope=sealed).SerializeToString()

        def authorized(*more: wire.Header, path: str = PATH, **how: Any) -> list[wire.Header]:
            bound = sealed if path == PATH else None
            token = remote.token(path.removeprefix("/threeflow.v1."), bound)
            return wire.request(path, ("authorization", token), *more, **how)

        framed = wire.message(whole)
        stream = f"/threeflow.v1.{BATCH}"
        nothing = "/threeflow.v1.DocumentService/Nothing"
        calls: dict[str, tuple[list[wire.Header], tuple[bytes, ...]]] = {
            "cut in its frame": (authorized(), (framed[:-100],)),
            "one octet less than said": (authorized(), (wire.message(whole, length=len(whole) + 1),)),
            "4 GB as it says": (authorized(), (wire.message(whole, length=2**32 - 1),)),
            "more than it says": (authorized(), (wire.message(whole, length=10),)),
            "no data": (authorized(), (b"",)),
            "no frame of data": (authorized(), ()),
            "two messages": (authorized(), (framed, framed)),
            "an odd flag": (authorized(), (wire.message(whole, compressed=7),)),
            "gRPC: compressed by nothing": (authorized(), (wire.message(whole, compressed=1),)),
            "gRPC: no gzip": (
                authorized(("grpc-encoding", "gzip")),
                (wire.message(b"no gzip", compressed=1),),
            ),
            "gRPC: an unknown encoding": (
                authorized(("grpc-encoding", "nothing")),
                (wire.message(whole, compressed=1),),
            ),
            "text": (authorized(content_type="text/plain"), (framed,)),
            "JSON": (authorized(content_type="application/grpc+json"), (framed,)),
            "GET": (authorized(method="GET"), (framed,)),
            "PUT": (authorized(method="PUT"), (framed,)),
            "no path": (authorized(path="/"), (framed,)),
            "no method": (authorized(path=nothing), (framed,)),
            "no service": (authorized(path="/threeflow.v1.Nothing/SubmitDocument"), (framed,)),
            "no text for a token": (wire.request(PATH, ("authorization", "\xff\xfe")), (framed,)),
            "gRPC: no base64": (wire.request(PATH, ("authorization-bin", "%%%")), (framed,)),
            "gRPC: no time": (wire.request(PATH, ("grpc-timeout", "soon")), (framed,)),
            "cut in a stream": (authorized(path=stream), (wire.message(said([sealed])[0])[:-50],)),
        }
        found = {
            name: wire.status(await wire.exchange(remote.port, headers, *pieces, wait=2.0))
            for name, (headers, pieces) in calls.items()
        }
        unknown, internal, lost = (
            grpc.StatusCode[each].value[0] for each in ("UNKNOWN", "INTERNAL", "DATA_LOSS")
        )
        assert not {name: each for name, each in found.items() if each in {unknown, lost}}
        assert {name for name, each in found.items() if each == internal} <= {
            name for name in calls if name.startswith("gRPC")
        }
        await wire.exchange(remote.port, authorized(), framed[:-1], end=False)
        assert await settled(gateway) <= 1
        assert (await station.submit(Parcel().order)).state == "accepted"


@pytest.mark.requirement("TF-GRPC-17", "TF-GRPC-18")
@synchronous
async def test_sizes_are_borne_up_to_their_limits_and_refused_beyond(tmp_path: Path) -> None:
    limits = {"body_octets": 60_000}
    async with both(tmp_path, Society(), settings={"limits": limits}) as (station, remote, _):
        client = station.as_("xa.platform")
        sealed = client.seal(Parcel().order)
        exhausted = grpc.StatusCode.RESOURCE_EXHAUSTED
        largest = b"{" * 60_000
        found = await remote.failing(SUBMIT, documents.SubmitDocumentRequest(envelope=largest), dig=largest)
        assert found.detail is not None
        assert found.detail.code == "envelope-malformed"
        found = await remote.failing(
            SUBMIT, documents.SubmitDocumentRequest(envelope=largest + b"{"), dig=b""
        )
        assert found.detail is not None
        assert (found.status, found.detail.code, found.detail.requirement) == (
            exhausted,
            "too-large",
            "TF-INTAKE-2",
        )
        found = await remote.failing(
            SUBMIT, documents.SubmitDocumentRequest(envelope=b"{" * 1_000_000), dig=b""
        )
        assert found.status == exhausted
        request = documents.SubmitDocumentRequest(envelope=sealed)
        authorization = ("authorization", remote.token(SUBMIT, sealed))
        padded = (authorization, ("x-padding", "x" * (8192 - 32 - len("x-padding") - 900)))
        answer = await remote.unary(SUBMIT, request, documents.SubmitDocumentResponse, metadata=padded)
        assert answer.receipt
        for size in (20_000, 200_000):
            flooding = (authorization, *((f"x-{n}", "x" * 2000) for n in range(size // 2000)))
            found = await remote.failing(SUBMIT, request, metadata=flooding)
            assert found.status in {exhausted, grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL}
        again = await remote.unary(SUBMIT, request, documents.SubmitDocumentResponse, dig=sealed)
        assert again.repeated_delivery


@pytest.mark.requirement("TF-GRPC-6")
@synchronous
async def test_parameters_are_held_to_the_openapi_description(tmp_path: Path) -> None:
    key = Key(scheme="order", issuer="xa.platform", value="O1")
    big = 2**63 - 1
    bad, absent = "bad-request", "not-found"
    digest = "sha-256:" + "0" * 64
    documents_, subjects_, nodes_ = "DocumentService", "SubjectService", "NodeService"
    of_case = subjects.FetchSubjectRequest(kind="case", key=key)
    endless = subjects.FetchSubjectRequest(kind="case", key=key, entries_limit=-1)
    no_day = nodes.FetchCodeListRequest(list="iso-4217", on="2026-02-30")
    cases: list[tuple[str, Any, str, str]] = [
        (f"{documents_}/FetchDocument", documents.FetchDocumentRequest(issuer="XA", id="1"), bad, ""),
        (f"{documents_}/FetchReceipt", documents.FetchReceiptRequest(issuer="xa.platform"), bad, "/id"),
        (f"{subjects_}/FetchSubject", subjects.FetchSubjectRequest(kind="thing", key=key), bad, "/kind"),
        (f"{subjects_}/FetchSubject", subjects.FetchSubjectRequest(kind="case"), bad, ""),
        (f"{subjects_}/FetchSubject", endless, bad, "/entries-limit"),
        (f"{subjects_}/FetchSubject", of_case, absent, ""),
        (f"{subjects_}/FetchDossier", subjects.FetchDossierRequest(digest=digest[:-1]), bad, "/digest"),
        (f"{subjects_}/FetchDossier", subjects.FetchDossierRequest(digest=digest), absent, ""),
        (EVENTS, events.ListEventsRequest(after=-1), bad, "/after"),
        (EVENTS, events.ListEventsRequest(after=big), bad, "/after"),
        (EVENTS, events.ListEventsRequest(limit=-5), bad, "/limit"),
        ("LogService/ProveInclusion", log.ProveInclusionRequest(index=-1, size=1), bad, "/index"),
        ("LogService/ProveInclusion", log.ProveInclusionRequest(index=0, size=big), absent, ""),
        ("LogService/ProveInclusion", log.ProveInclusionRequest(index=5, size=1), bad, ""),
        ("LogService/ProveConsistency", log.ProveConsistencyRequest(), bad, ""),
        (f"{nodes_}/FetchStandardFile", nodes.FetchStandardFileRequest(name="../../x"), absent, ""),
        (f"{nodes_}/FetchStandardFile", nodes.FetchStandardFileRequest(name="\0"), absent, ""),
        (f"{nodes_}/FetchRule", nodes.FetchRuleRequest(rule="all"), bad, "/rule"),
        (f"{nodes_}/FetchCodeList", no_day, bad, "/on"),
        (f"{nodes_}/FetchCodeList", nodes.FetchCodeListRequest(list="nothing"), absent, "/list"),
        (f"{nodes_}/ListRules", nodes.ListRulesRequest(type="letter"), absent, "/type"),
    ]  # fmt: skip
    async with both(tmp_path, Society()) as (_, remote, _):
        for method, request, code, pointer in cases:
            call = remote.channel.stream_stream(f"/threeflow.v1.{method}")
            metadata = (("authorization", remote.token(method)),)
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                async for _ in call(iter([request.SerializeToString()]), metadata=metadata, timeout=30):
                    pass
            found = ended(caught.value)
            assert found.detail is not None, found
            assert found.detail.code == code, (method, request, found)
            if pointer:
                assert f'"pointer":"{pointer}"'.encode() in found.detail.problem, (
                    method,
                    found.detail.problem,
                )
