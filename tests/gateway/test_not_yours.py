"""What is held and not the caller's looks, octet for octet, like what is not held: over REST and over gRPC.

The same questions go to a node that holds the papers of a parcel and to one that holds nothing; a stranger
must not be able to tell which of the two it asks.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import grpc.aio
import pytest

from kit.asynchronous import synchronous
from kit.members import Society
from kit.papers import Agreement, Parcel, name, paper
from kit.raw import code_of, post
from kit.remote import Remote, both
from kit.stations import Station, in_process
from threeflow import digest, dossier, envelope, parts, strict
from threeflow.errors import Refused
from threeflow.v1 import document_service_pb2 as documents
from threeflow.v1 import event_service_pb2 as events
from threeflow.v1 import log_service_pb2 as log
from threeflow.v1 import subject_service_pb2 as subjects
from threeflow.v1.common_pb2 import Key
from threeflow_gateway.binding.verbs import NOT_FOUND_SECONDS

STRANGER = "xb.declarant"
JSON = "application/json"
SETTINGS = {"log": {"checkpoint_seconds": 3600.0}}


class Pair:
    """A node that holds the papers of a parcel, and one of the same name that holds nothing."""

    def __init__(self, full: tuple[Station, Remote], empty: tuple[Station, Remote]) -> None:
        self.full, self.full_remote = full
        self.empty, self.empty_remote = empty

    async def told_alike(
        self, target: str, *, caller: str = STRANGER, body: bytes | None = None, accept: str = "*/*"
    ) -> str:
        """Ask both over REST; return the code of the one answer."""
        answers = []
        for station in (self.full, self.empty):
            method, sent = ("GET", b"") if body is None else ("POST", body)
            answer = await post(
                station, sent, caller=caller, method=method, target=target, media_type=JSON,
                headers={"accept": accept},
            )  # fmt: skip
            answers.append((answer.status_code, sorted(answer.headers.items()), answer.content))
        assert answers[0] == answers[1], (target, answers)
        return "" if answers[0][0] == 200 else code_of(answer)

    async def ended_alike(
        self, method: str, request: Any, *, caller: str = STRANGER, dig: bool = False
    ) -> str:
        """Call both over gRPC; return the status of the one end."""
        ends = []
        for remote in (self.full_remote, self.empty_remote):
            octets = request.SerializeToString()
            streams = method.endswith(("ListEvents", "FetchDossier"))
            token = remote.token(method, octets if dig else None, caller=caller)
            path, said = f"/threeflow.v1.{method}", (("authorization", token),)
            call: Any = (remote.channel.unary_stream if streams else remote.channel.unary_unary)(path)(
                octets, metadata=said, timeout=60
            )
            answered: Any = b""
            with suppress(grpc.aio.AioRpcError):
                answered = [each async for each in call] if streams else await call
            ends.append(
                (
                    await call.code(), await call.details(), answered,
                    tuple(await call.initial_metadata()), tuple(await call.trailing_metadata()),
                )
            )  # fmt: skip
        assert ends[0] == ends[1], (method, ends)
        return str(ends[0][0].name)


@asynccontextmanager
async def pair(folder: Path) -> AsyncIterator[Pair]:
    society = Society()
    async with (
        both(folder / "full", society, settings=SETTINGS) as (full, full_remote, _),
        both(folder / "empty", society, settings=SETTINGS) as (empty, empty_remote, _),
    ):
        yield Pair((full, full_remote), (empty, empty_remote))


async def taken(station: Station, *papers: Any) -> None:
    for each in papers:
        assert (await station.submit(each)).state == "accepted"


async def parcel_at(station: Station) -> tuple[Parcel, Agreement]:
    agreement = Agreement()
    await taken(station, agreement.first)
    assert (await station.submit(agreement.second, "xb.customs")).taken_in
    parcel = Parcel(agreement.second)
    await taken(station, parcel.order, parcel.payment, parcel.waybill, parcel.declaration, parcel.registered)
    return parcel, agreement


def tracked(kind: str, key: dict[str, str]) -> str:
    return f"/v1/subjects/{kind}?{urlencode(key, quote_via=quote)}"


@pytest.mark.requirement("TF-INTAKE-12", "TF-SUBJ-26", "TF-DOS-35")
@synchronous
async def test_a_stranger_cannot_tell_a_node_that_holds_from_one_that_does_not(tmp_path: Path) -> None:
    async with pair(tmp_path) as nodes:
        parcel, agreement = await parcel_at(nodes.full)
        office = nodes.full.as_("xa.customs")
        head = await office.cut_dossier(
            parcel.keys[0], receivers=["xb.customs"], purpose="risk-assessment",
            agreement=name(agreement.second),
        )  # fmt: skip
        for each in (parcel.order, parcel.payment, parcel.waybill, parcel.declaration, agreement.first):
            issuer, number = each["header"]["issuer"], each["header"]["id"]
            target = f"/v1/documents/{issuer}/{number}"
            for what, accept in (("", "*/*"), ("", JSON), ("/receipt", "*/*")):
                assert await nodes.told_alike(target + what, accept=accept) == "not-found"
            wanted = documents.FetchDocumentRequest(issuer=issuer, id=number, with_view=True)
            assert await nodes.ended_alike("DocumentService/FetchDocument", wanted) == "NOT_FOUND"
            asked = documents.FetchReceiptRequest(issuer=issuer, id=number)
            assert await nodes.ended_alike("DocumentService/FetchReceipt", asked) == "NOT_FOUND"
        for kind, key in (("case", parcel.case_keys[0]), *(("consignment", each) for each in parcel.keys)):
            assert await nodes.told_alike(tracked(kind, key)) == "not-found"
            said = subjects.FetchSubjectRequest(kind=kind, key=Key(**key))
            assert await nodes.ended_alike("SubjectService/FetchSubject", said) == "NOT_FOUND"
        for named in (None, name(agreement.second)):
            order: dict[str, Any] = {
                "subject": parcel.keys[0], "receivers": [STRANGER], "purpose": "risk-assessment",
            }  # fmt: skip
            make = subjects.MakeDossierRequest(
                subject=Key(**parcel.keys[0]), receivers=[STRANGER], purpose="risk-assessment"
            )
            if named is not None:
                order["agreement"] = named
                for member, value in named.items():
                    setattr(make.agreement, member, value)
            assert await nodes.told_alike("/v1/dossiers", body=strict.dump(order)) == "not-found"
            assert await nodes.ended_alike("SubjectService/MakeDossier", make, dig=True) == "NOT_FOUND"
        assert await nodes.told_alike(f"/v1/dossiers/{head.digest}") == "not-found"
        bundle = subjects.FetchDossierRequest(digest=head.digest)
        assert await nodes.ended_alike("SubjectService/FetchDossier", bundle) == "NOT_FOUND"
        for after in (0, 3):
            assert await nodes.told_alike(f"/v1/events?after={after}") == ""
            feed = events.ListEventsRequest(after=after, until_current=True)
            assert await nodes.ended_alike("EventService/ListEvents", feed) == "OK"


@pytest.mark.requirement("TF-INTAKE-12")
@synchronous
async def test_a_party_to_one_document_cannot_tell_whether_the_others_are_held(tmp_path: Path) -> None:
    async with pair(tmp_path) as nodes:
        parcel = Parcel()
        for station in (nodes.full, nodes.empty):
            await taken(station, parcel.waybill)
        await taken(nodes.full, parcel.order, parcel.payment, parcel.declaration, parcel.registered)
        for each in (parcel.order, parcel.declaration):
            target = f"/v1/documents/{each['header']['issuer']}/{each['header']['id']}"
            assert await nodes.told_alike(target, caller="xa.carrier") == "not-found"
        assert (
            await nodes.told_alike(tracked("case", parcel.case_keys[0]), caller="xa.carrier") == "not-found"
        )
        seen = await nodes.full.as_("xa.carrier").subject("consignment", parcel.keys[1])
        assert [each["type"] for each in seen["documents"]] == ["waybill"]


@pytest.mark.requirement("TF-DOS-35", "TF-INTAKE-12")
@synchronous
async def test_who_may_not_read_all_of_a_consignment_gets_no_dossier_of_it(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society(), settings=SETTINGS) as (station, _):
        parcel, agreement = await parcel_at(station)
        for caller in ("xa.carrier", "xa.declarant", "xa.pay"):
            client = station.as_(caller)
            for purpose in ("evidence", "clearance"):
                with pytest.raises(Refused) as caught:
                    await client.cut_dossier(parcel.keys[0], receivers=[caller], purpose=purpose)
                assert (caught.value.code, caught.value.requirement) == ("not-found", "TF-INTAKE-12")
        # One who was told everything gets it, the agreement included.
        told = ["xa.customs", "xa.hub"]
        order = paper("order/parcel-to-germany", "xa.platform", told, keys=Parcel().case_keys)
        other = Parcel(agreement.second)
        waybill = paper("waybill/air-parcel-in-two-cartons", "xa.carrier", told, keys=other.keys[1:])
        await taken(station, order, waybill)
        head = await station.as_("xa.hub").cut_dossier(
            other.keys[1], receivers=["xb.customs"], purpose="evidence", agreement=name(agreement.second)
        )
        found = await station.as_("xa.hub").dossier(head.digest)
        assert isinstance(found, dossier.Dossier)
        assert [each.document.header["type"] for each in found.entries] == ["agreement", "waybill"]


@pytest.mark.requirement("TF-PART-14", "TF-PART-15", "TF-INTAKE-12")
@synchronous
async def test_a_part_that_is_withheld_looks_like_one_that_never_came(tmp_path: Path) -> None:
    async with pair(tmp_path) as nodes:
        octets = parts.make({"name": "Erika Mustermann"})
        order = paper(
            "order/parcel-to-germany", "xa.platform", ["xa.customs", "xa.carrier"], keys=Parcel().case_keys
        )
        order["header"]["parts"] = [
            {**parts.bind("buyer", octets, ["clearance"]), "receivers": ["xa.customs"]}
        ]
        key = nodes.full.society.keys["xa.platform"].seal
        for station, carried in ((nodes.full, [octets]), (nodes.empty, [])):
            sealed = envelope.seal(strict.dump(order), key, parts=carried)
            assert (await post(station, sealed)).status_code == 201
        number = order["header"]["id"]
        assert await nodes.told_alike(f"/v1/documents/xa.platform/{number}", caller="xa.carrier") == ""
        asked = documents.FetchDocumentRequest(issuer="xa.platform", id=number)
        assert await nodes.ended_alike("DocumentService/FetchDocument", asked, caller="xa.carrier") == "OK"
        for reader in ("xa.customs", "xa.platform"):
            assert (await nodes.full.as_(reader).fetch("xa.platform", number)).parts == (octets,)
        assert (await nodes.full.as_("xa.carrier").fetch("xa.platform", number)).parts == ()


@pytest.mark.requirement("TF-INTAKE-12")
@synchronous
async def test_proofs_of_the_log_tell_nobody_whose_a_leaf_is(tmp_path: Path) -> None:
    async with both(tmp_path, Society(), settings=SETTINGS) as (station, remote, _):
        parcel = Parcel()
        await taken(station, parcel.order, parcel.payment, parcel.waybill)
        for target in (
            "/v1/log/inclusion?index=0&size=3", "/v1/log/inclusion?index=1&size=9",
            "/v1/log/consistency?first=1&second=3",
        ):  # fmt: skip
            answers = [
                await post(station, b"", caller=caller, method="GET", target=target)
                for caller in ("xa.platform", STRANGER)
            ]
            assert answers[0].content == answers[1].content
            assert answers[0].status_code == answers[1].status_code
            for each in (parcel.order, parcel.payment):
                assert each["header"]["id"].encode() not in answers[0].content
                assert digest.of(strict.dump(each)).encode() not in answers[0].content
        wanted = log.ProveInclusionRequest(index=0, size=3)
        proofs = [
            await remote.unary("LogService/ProveInclusion", wanted, caller=caller)
            for caller in ("xa.platform", STRANGER)
        ]
        assert proofs[0] == proofs[1]


@pytest.mark.requirement("TF-INTAKE-12")
@synchronous
async def test_what_is_not_held_is_answered_no_sooner_than_what_is_not_yours(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society(), settings=SETTINGS) as (station, _):
        parcel, _ = await parcel_at(station)
        held, key = parcel.order["header"]["id"], parcel.keys[1]
        for target in (
            *(f"/v1/documents/xa.platform/{each}" for each in (held, "00000000-0000-4000-8000-000000000000")),
            *(tracked("consignment", {**key, "value": each}) for each in (key["value"], "nothing")),
        ):
            began = time.monotonic()
            answer = await post(station, b"", caller=STRANGER, method="GET", target=target)
            assert code_of(answer) == "not-found"
            assert time.monotonic() - began >= NOT_FOUND_SECONDS
