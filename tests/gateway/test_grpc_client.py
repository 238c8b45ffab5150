"""The SDK's gRPC client: the outcomes of the REST client over a real channel."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from kit.asynchronous import synchronous
from kit.members import Society
from kit.papers import Parcel
from kit.remote import both
from kit.stations import Station
from threeflow import dossier, envelope, views
from threeflow.errors import Refused, Unavailable
from threeflow.grpc_channel import address, endpoint_in
from threeflow.grpc_client import GrpcClient
from threeflow.keys import SigningKey
from threeflow.transport import Patience
from threeflow_gateway.app import Gateway

SETTINGS = {"log": {"checkpoint_seconds": 0.1}}


def client_of(station: Station, gateway: Gateway, member: str, **how: Any) -> GrpcClient:
    assert gateway.node.config.grpc is not None
    keys = station.society.keys[member]
    return GrpcClient(
        gateway.node.config.grpc.endpoint, member, keys.token, keys.seal, audience=station.node,
        trust=station.society.store(), patience=Patience(attempts=3, pause=0.05), **how,
    )  # fmt: skip


@asynccontextmanager
async def clients(
    folder: Path, member: str = "xa.platform"
) -> AsyncIterator[tuple[Station, Any, GrpcClient]]:
    """A station, and the clients of one member over both bindings."""
    async with (
        both(folder, Society(), settings=SETTINGS) as (station, _, gateway),
        client_of(station, gateway, member) as client,
    ):
        yield station, station.as_(member), client


@pytest.mark.requirement("TF-GRPC-2")
@synchronous
async def test_both_clients_tell_the_same(tmp_path: Path) -> None:
    async with clients(tmp_path) as (_, rest, remote):
        order = Parcel().order
        sealed = remote.seal(order)
        first = await remote.submit(sealed, view=views.view_of(order))
        assert (first.state, first.sealed) == ("accepted", True)
        assert (await rest.submit(sealed)).receipt == first.receipt
        issuer, name = order["header"]["issuer"], order["header"]["id"]
        assert await remote.fetch(issuer, name) == await rest.fetch(issuer, name)
        assert await remote.receipt(issuer, name) == await rest.receipt(issuer, name)
        key = order["header"]["subjects"][0]["keys"][0]
        assert await remote.subject("case", key) == await rest.subject("case", key)
        assert [each async for each in remote.events()] == [each async for each in rest.events()]
        assert await remote.statement() == await rest.statement()
        assert endpoint_in(await rest.statement()) == remote._channel.endpoint
        assert [envelope.read(each) for each in await remote.trust_lists()] == [
            envelope.read(each) for each in await rest.trust_lists()
        ]
        size = {"size": 1, "root": first.receipt and "sha-256:" + "0" * 64}
        with pytest.raises(Unavailable, match="does not prove leaf"):
            await remote.prove_inclusion(envelope.read(first.raw).payload, 0, size)


@synchronous
async def test_refusals_of_every_size_are_told_whole(tmp_path: Path) -> None:
    async with clients(tmp_path) as (station, rest, remote):
        small = {**Parcel().order, "currency": "pounds"}
        large = {**Parcel().order, "items": [{"sequence": n} for n in range(1, 60)]}
        for payload in (small, large):
            sealed = remote.seal(payload)
            over_grpc, over_rest = await remote.submit(sealed), await rest.submit(sealed)
            assert over_grpc.sealed
            assert over_grpc.refusal == over_rest.refusal
        with pytest.raises(Refused) as caught:
            await remote.fetch("xa.platform", small["header"]["id"])
        assert (caught.value.code, caught.value.requirement) == ("not-found", "TF-INTAKE-12")
        unknown = SigningKey.generate("ES256", "xa.platform#stranger", "token")
        stranger = GrpcClient(
            remote._channel.endpoint, "xa.platform", unknown, audience=station.node,
            trust=station.society.store(),
        )  # fmt: skip
        async with stranger:
            found = await stranger.submit(remote.seal(Parcel().order))
            assert (found.code, found.sealed) == ("caller-unknown", False)
            with pytest.raises(Refused, match="caller-unknown"):
                await stranger.submit_batch([remote.seal(Parcel().order)])


@synchronous
async def test_a_batch_and_a_dossier_over_grpc(tmp_path: Path) -> None:
    async with clients(tmp_path, "xa.customs") as (station, rest, remote):
        parcel = Parcel()
        papers = (parcel.order, parcel.payment, parcel.waybill, parcel.declaration, parcel.registered)
        for each in papers:
            assert (await station.submit(each)).state == "accepted"
        sealed = [station.as_(each["header"]["issuer"]).seal(each) for each in papers]
        outcomes = await remote.submit_batch(sealed)
        assert [each.state for each in outcomes] == ["accepted"] * 5
        head = await remote.cut_dossier(parcel.keys[0], receivers=["xb.customs"], purpose="risk-assessment")
        found = await remote.dossier(head.digest)
        assert isinstance(found, dossier.Dossier)
        assert found == await rest.dossier(head.digest)
        checkpoint = await remote.checkpoint()
        raw = await rest.fetch("xa.platform", parcel.order["header"]["id"])
        assert raw.digest
        receipt = await station.as_("xa.platform").receipt("xa.platform", parcel.order["header"]["id"])
        assert receipt["outcome"] == "accepted"
        await remote.prove_consistency(checkpoint, checkpoint)


@synchronous
async def test_a_node_that_is_not_there_gives_no_answer() -> None:
    members = ("xa.hub", "xa.customs", "xb.customs")
    society = Society(endpoints={each: f"http://127.0.0.1:{port}" for port, each in enumerate(members, 1)})
    keys = society.keys["xa.platform"]
    patience = Patience(attempts=2, pause=0.01, answer=2.0)
    async with GrpcClient(
        "http://127.0.0.1:9", "xa.platform", keys.token, keys.seal, audience="xa.customs",
        trust=society.store(), patience=patience,
    ) as client:  # fmt: skip
        with pytest.raises(Unavailable, match="gave no answer"):
            await client.submit(Parcel().order)


@pytest.mark.requirement("TF-GRPC-1")
def test_an_endpoint_is_scheme_host_and_port() -> None:
    assert address("https://customs.example:8443") == ("customs.example:8443", True)
    assert address("http://[::1]:50051/") == ("[::1]:50051", False)
    for wrong in (
        "customs.example:8443",
        "https://customs.example",
        "https://a:1/path",
        "dns:///a:1",
        "https://a:1?x=1",
    ):
        with pytest.raises(ValueError, match="no gRPC endpoint"):
            address(wrong)
