"""The gRPC binding: the verbs of REST over a real channel, and how calls end that do not go well."""

import asyncio
from pathlib import Path
from typing import Any

import grpc
import pytest

from kit.asynchronous import synchronous
from kit.members import Society
from kit.papers import Parcel
from kit.remote import Remote, both, ended
from threeflow import base64url, dossier, envelope, messages, strict, views
from threeflow.v1 import document_service_pb2 as documents
from threeflow.v1 import event_service_pb2 as events
from threeflow.v1 import log_service_pb2 as log
from threeflow.v1 import node_service_pb2 as nodes
from threeflow.v1 import subject_service_pb2 as subjects
from threeflow.v1.common_pb2 import Key
from threeflow_gateway.grpc.statuses import MOST_DETAIL_OCTETS

SUBMIT = "DocumentService/SubmitDocument"
UNAUTHENTICATED = grpc.StatusCode.UNAUTHENTICATED


@pytest.fixture(autouse=True, params=[False, True], ids=["in-the-node", "own-process"])
def _port(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.remote.OWN_PROCESS", request.param)


async def submitted(remote: Remote, sealed: bytes, **how: Any) -> documents.SubmitDocumentResponse:
    said = documents.SubmitDocumentRequest(envelope=sealed)
    answer = await remote.unary(SUBMIT, said, documents.SubmitDocumentResponse, dig=sealed, **how)
    assert isinstance(answer, documents.SubmitDocumentResponse)
    return answer


@pytest.mark.requirement("TF-GRPC-2", "TF-GRPC-3")
@synchronous
async def test_the_verbs_answer_as_rest_does(tmp_path: Path) -> None:
    async with both(tmp_path, Society()) as (station, remote, _):
        parcel = Parcel()
        client = station.as_("xa.platform")
        sealed = client.seal(parcel.order)
        said = documents.SubmitDocumentRequest(envelope=sealed, view=views.view_of(parcel.order))
        first = await remote.unary(SUBMIT, said, documents.SubmitDocumentResponse, dig=sealed)
        assert not first.repeated_delivery
        assert (await client.submit(sealed)).raw == first.receipt
        assert (await submitted(remote, sealed)).repeated_delivery
        who = {"issuer": "xa.platform", "id": parcel.order["header"]["id"]}
        asked = documents.FetchDocumentRequest(**who, with_view=True)
        found = await remote.unary("DocumentService/FetchDocument", asked, documents.FetchDocumentResponse)
        assert (found.envelope, found.view) == (sealed, said.view)
        receipt = await remote.unary(
            "DocumentService/FetchReceipt",
            documents.FetchReceiptRequest(**who),
            documents.FetchReceiptResponse,
        )
        assert receipt.receipt == first.receipt
        key = parcel.order["header"]["subjects"][0]["keys"][0]
        of_key = subjects.FetchSubjectRequest(kind="case", key=Key(**key))
        subject = await remote.unary("SubjectService/FetchSubject", of_key, subjects.FetchSubjectResponse)
        shown: Any = await client.subject("case", key)
        assert [each.digest for each in subject.documents] == [each["digest"] for each in shown["documents"]]
        assert dict(subject.tracks) == shown["tracks"]
        proof = await remote.unary(
            "LogService/ProveInclusion",
            log.ProveInclusionRequest(index=0, size=1),
            log.ProveInclusionResponse,
        )
        assert (proof.size, list(proof.path)) == (1, [])
        same = await remote.unary(
            "LogService/ProveConsistency",
            log.ProveConsistencyRequest(first=1, second=1),
            log.ProveConsistencyResponse,
        )
        assert list(same.path) == []


@pytest.mark.requirement("TF-GRPC-1", "TF-GRPC-5")
@synchronous
async def test_anyone_may_ask_what_a_node_says_of_itself(tmp_path: Path) -> None:
    async with both(tmp_path, Society()) as (station, remote, gateway):
        statement = await remote.unary(
            "NodeService/FetchStatement", b"", nodes.FetchStatementResponse, metadata=()
        )
        assert statement.statement == gateway.node.statement
        said: Any = await station.as_("xa.platform").statement()
        assert gateway.node.config.grpc is not None
        assert {each["binding"]: each["endpoint"] for each in said["bindings"]} == {
            "rest": station.endpoint, "grpc": gateway.node.config.grpc.endpoint,
        }  # fmt: skip
        lists = await remote.stream(
            "NodeService/FetchTrustLists",
            nodes.FetchTrustListsRequest(),
            nodes.FetchTrustListsResponse,
            metadata=(),
        )
        assert [each.list for each in lists] == gateway.node.trust_lists()
        file = await remote.unary(
            "NodeService/FetchStandardFile",
            nodes.FetchStandardFileRequest(name="codelists/iso-4217.json"),
            nodes.FetchStandardFileResponse,
            metadata=(),
        )
        assert strict.parse_object(file.content)["id"] == "iso-4217"
        rules = await remote.unary(
            "NodeService/ListRules",
            nodes.ListRulesRequest(type="order"),
            nodes.ListRulesResponse,
            metadata=(),
        )
        one = await remote.unary(
            "NodeService/FetchRule",
            nodes.FetchRuleRequest(rule=rules.rules[0].id),
            nodes.FetchRuleResponse,
            metadata=(),
        )
        assert strict.parse_object(one.definition)["pack"] == rules.rules[0].pack
        held = await remote.unary("NodeService/ListCodeLists", b"", nodes.ListCodeListsResponse, metadata=())
        assert "iso-4217" in {each.id for each in held.codelists}
        asked = nodes.FetchCodeListRequest(list="iso-4217", after="CNX", limit=1)
        page = await remote.unary(
            "NodeService/FetchCodeList", asked, nodes.FetchCodeListResponse, metadata=()
        )
        assert (page.codes[0].code, page.next) == ("CNY", "CNY")
        assert page.codes[0].name_en


@pytest.mark.requirement("TF-GRPC-3", "TF-GRPC-4", "TF-GRPC-5", "TF-TOKEN-6", "TF-TOKEN-7", "TF-TOKEN-12")
@synchronous
async def test_a_token_fits_one_call_of_one_method(tmp_path: Path) -> None:
    async with both(tmp_path, Society()) as (station, remote, _):
        parcel = Parcel()
        sealed = station.as_("xa.platform").seal(parcel.order)
        submit = documents.SubmitDocumentRequest(envelope=sealed)
        who = documents.FetchReceiptRequest(issuer="xa.platform", id=parcel.order["header"]["id"])

        async def code(method: str, request: Any, token: str | None) -> tuple[Any, str]:
            said = () if token is None else (("authorization", token),)
            found = await remote.failing(method, request, metadata=said)
            assert found.detail is not None
            assert not found.detail.HasField("envelope")
            assert strict.parse_object(found.detail.problem)["code"] == found.detail.code
            return found.status, found.detail.code

        receipt = "DocumentService/FetchReceipt"
        assert await code(SUBMIT, submit, None) == (UNAUTHENTICATED, "token-malformed")
        assert await code(SUBMIT, submit, remote.token(SUBMIT)) == (UNAUTHENTICATED, "token-binding")
        assert await code(SUBMIT, submit, remote.token(receipt, sealed)) == (UNAUTHENTICATED, "token-binding")
        by_rest = remote.token(SUBMIT, sealed, claims={"htu": station.endpoint + "/v1/documents"})
        assert await code(SUBMIT, submit, by_rest) == (UNAUTHENTICATED, "token-binding")
        assert await code(receipt, who, remote.token(receipt, b"")) == (UNAUTHENTICATED, "token-binding")
        once = (("authorization", remote.token(SUBMIT, sealed)),)
        first = await submitted(remote, sealed, metadata=once)
        assert (await submitted(remote, sealed, metadata=once)).receipt == first.receipt
        token = remote.token(receipt)
        await remote.unary(receipt, who, metadata=(("authorization", token),))
        assert await code(receipt, who, token) == (UNAUTHENTICATED, "token-replayed")
        dossier = "SubjectService/MakeDossier"
        cut = subjects.MakeDossierRequest(purpose="risk-assessment", receivers=["xb.customs"])
        assert await code(dossier, cut, remote.token(dossier)) == (UNAUTHENTICATED, "token-binding")
        bound = remote.token(dossier, cut.SerializeToString())
        assert (await code(dossier, cut, bound))[1] == "bad-request"


@pytest.mark.requirement("TF-GRPC-8", "TF-GRPC-9", "TF-INTAKE-28")
@synchronous
async def test_a_refusal_is_sealed_in_the_details_as_long_as_it_is_small(tmp_path: Path) -> None:
    async with both(tmp_path, Society()) as (station, remote, _):
        client = station.as_("xa.platform")
        small = {**Parcel().order, "currency": "pounds"}
        large = {**Parcel().order, "items": [{"sequence": n} for n in range(1, 60)]}
        for payload, whole in ((small, True), (large, False)):
            sealed = client.seal(payload)
            by_rest = await client.submit(sealed)
            found = await remote.failing(SUBMIT, documents.SubmitDocumentRequest(envelope=sealed), dig=sealed)
            detail = found.detail
            assert detail is not None
            assert found.status == grpc.StatusCode[messages.catalogue()[detail.code].grpc]
            assert by_rest.refusal is not None
            violations: Any = by_rest.refusal["violations"]
            said = (detail.code, detail.requirement, detail.retryable, detail.violations)
            assert said == ("schema-violated", by_rest.refusal["requirement"], False, len(violations))
            assert detail.HasField("envelope") == whole
            assert detail.ByteSize() < MOST_DETAIL_OCTETS
            if whole:
                read = envelope.read(detail.envelope)
                envelope.check_seals(read, station.society.store().verifying_key)
                assert strict.parse_object(read.payload)["problem"] == by_rest.refusal


@pytest.mark.requirement("TF-GRPC-6", "TF-GRPC-7")
@synchronous
async def test_octets_that_are_no_message_are_refused_and_unknown_fields_are_not(tmp_path: Path) -> None:
    async with both(tmp_path, Society()) as (station, remote, _):
        for service, module in (
            ("DocumentService", documents), ("EventService", events), ("LogService", log),
            ("NodeService", nodes), ("SubjectService", subjects),
        ):  # fmt: skip
            for method in module.DESCRIPTOR.services_by_name[service].methods:
                for octets in (b"\xff", b"\x0a\x7f", b"\x0a\x05abc", b"\x08" + b"\x80" * 12):
                    call = remote.channel.stream_stream(f"/threeflow.v1.{service}/{method.name}")
                    said = (("authorization", remote.token(f"{service}/{method.name}")),)
                    with pytest.raises(grpc.aio.AioRpcError) as caught:
                        async for _ in call(iter([octets]), metadata=said):
                            pass
                    found = ended(caught.value)
                    assert found.status == grpc.StatusCode.INVALID_ARGUMENT, (method.name, octets)
                    assert found.detail is not None
                    assert (found.detail.code, found.detail.requirement) == ("bad-request", "TF-GRPC-6")
        sealed = station.as_("xa.platform").seal(Parcel().order)
        octets = documents.SubmitDocumentRequest(envelope=sealed).SerializeToString() + b"\xfa\x7f\x03new"
        answer = await remote.unary(SUBMIT, octets, documents.SubmitDocumentResponse, dig=sealed)
        assert answer.receipt


@pytest.mark.requirement("TF-GRPC-7", "TF-REST-8")
@synchronous
async def test_what_nobody_foresaw_says_that_the_node_is_the_cause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> bytes:
        raise RuntimeError("a secret of the node")

    async with both(tmp_path, Society()) as (station, remote, gateway):
        who = documents.FetchReceiptRequest(issuer="xa.platform", id="11111111-1111-4111-8111-111111111111")
        with monkeypatch.context() as patched:
            patched.setattr(gateway.node.reads, "receipt", broken)
            found = await remote.failing("DocumentService/FetchReceipt", who)
        assert found.status == grpc.StatusCode.UNAVAILABLE
        assert found.detail is not None
        assert (found.detail.code, found.detail.retryable) == ("unavailable", True)
        assert "secret" not in found.message + str(found.detail)
        assert (await station.submit(Parcel().order)).state == "accepted"


@pytest.mark.requirement("TF-GRPC-10")
@synchronous
async def test_a_batch_is_answered_in_its_order_each_document_by_itself(tmp_path: Path) -> None:
    async with both(tmp_path, Society()) as (station, remote, _):
        client = station.as_("xa.platform")
        good = [client.seal(Parcel().order) for _ in range(20)]
        bad = client.seal({**Parcel().order, "currency": "pounds"})
        sent = [*good[:10], bad, b"{", *good[10:], good[0], b"x" * 1_048_577]
        call = remote.channel.stream_stream("/threeflow.v1.DocumentService/SubmitBatch")
        said = (("authorization", remote.token("DocumentService/SubmitBatch")),)
        requests = [
            documents.SubmitBatchRequest(mark=100 + number, envelope=each).SerializeToString()
            for number, each in enumerate(sent)
        ]
        answers = [
            documents.SubmitBatchResponse.FromString(each)
            async for each in call(iter(requests), metadata=said)
        ]
        assert [each.mark for each in answers] == [100 + number for number in range(len(sent))]
        kinds = [each.WhichOneof("outcome") for each in answers]
        assert kinds == [*["receipt"] * 10, *["refusal"] * 2, *["receipt"] * 11, "problem"]
        assert [number for number, each in enumerate(answers) if each.repeated_delivery] == [22]
        assert answers[22].receipt == answers[0].receipt
        for sealed, answer in zip(good[:10], answers, strict=False):
            receipt: Any = strict.parse_object(envelope.read(answer.receipt).payload)
            assert receipt["document"]["digest"] == envelope.read(sealed).digest
        assert strict.parse_object(answers[-1].problem)["code"] == "too-large"


@pytest.mark.requirement("TF-GRPC-11")
@synchronous
async def test_events_go_on_where_the_caller_left_off(tmp_path: Path) -> None:
    async with both(tmp_path, Society()) as (station, remote, _):
        for _ in range(3):
            await station.submit(Parcel().order)
        method, kind = "EventService/ListEvents", events.ListEventsResponse

        async def numbers(**asked: Any) -> list[int]:
            found = await remote.stream(method, events.ListEventsRequest(**asked), kind)
            return [each.event.sequence for each in found]

        assert await numbers(until_current=True) == [1, 2, 3]
        assert await numbers(after=1, limit=1) == [2]
        assert await numbers(after=3, until_current=True) == []
        call = remote.channel.unary_stream(f"/threeflow.v1.{method}")(
            events.ListEventsRequest(after=2).SerializeToString(),
            metadata=(("authorization", remote.token(method)),),
        )
        waiting = aiter(call)
        assert kind.FromString(await anext(waiting)).event.sequence == 3
        coming = asyncio.ensure_future(anext(waiting))
        await station.submit(Parcel().order)
        fourth = kind.FromString(await coming).event
        by_rest = [each async for each in station.as_("xa.platform").events(after=3)]
        assert views.payload_of(_as_view(fourth)) == by_rest[0]
        call.cancel()


def _as_view(event: Any) -> Any:
    from threeflow.v1.document_view_pb2 import DocumentView

    return DocumentView(event=event)


@pytest.mark.requirement("TF-VIEW-5")
@synchronous
async def test_a_view_that_is_not_the_document_is_refused_before_the_seal_is_judged(tmp_path: Path) -> None:
    async with both(tmp_path, Society()) as (station, remote, _):
        parcel = Parcel()
        sealed = station.as_("xa.platform").seal(parcel.order)
        broken: Any = strict.parse_object(sealed)
        broken["signatures"][0]["signature"] = base64url.encode(b"\0" * 64)
        view = views.view_of({**parcel.order, "currency": "XXX"})
        for each in (sealed, strict.dump(broken)):
            said = documents.SubmitDocumentRequest(envelope=each, view=view)
            found = await remote.failing(SUBMIT, said, dig=each)
            assert found.detail is not None
            assert (found.detail.code, found.detail.requirement) == ("bad-request", "TF-VIEW-5")
            assert found.detail.HasField("envelope")


@pytest.mark.requirement("TF-GRPC-4", "TF-GRPC-12")
@synchronous
async def test_a_dossier_comes_in_pieces_that_are_the_bundle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("threeflow_gateway.grpc.subjects._PIECE_OCTETS", 1000)
    async with both(tmp_path, Society()) as (station, remote, _):
        parcel = Parcel()
        for each in (parcel.order, parcel.payment, parcel.waybill, parcel.declaration, parcel.registered):
            assert (await station.submit(each)).state == "accepted"
        cut = subjects.MakeDossierRequest(
            subject=Key(**parcel.keys[0]), receivers=["xb.customs"], purpose="risk-assessment"
        )
        made = await remote.unary(
            "SubjectService/MakeDossier", cut, subjects.MakeDossierResponse,
            dig=cut.SerializeToString(), caller="xa.customs",
        )  # fmt: skip
        head = envelope.read(made.head).digest
        pieces = await remote.stream(
            "SubjectService/FetchDossier",
            subjects.FetchDossierRequest(digest=head),
            subjects.FetchDossierResponse,
            caller="xa.customs",
        )
        assert len(pieces) > 3
        by_rest = await station.as_("xa.customs").dossier(head)
        assert dossier.read(b"".join(each.piece for each in pieces)) == by_rest
