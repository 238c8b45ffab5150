"""A parcel crosses between real gateway processes, and survives the death of one of them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from kit.asynchronous import eventually, synchronous
from kit.papers import Agreement, Parcel, name
from kit.stations import Fleet, Station
from threeflow import dossier
from threeflow.errors import Refused
from threeflow.standard import Standard

pytestmark = pytest.mark.usefixtures("each_storage")

NODES = ("xa.hub", "xa.customs", "xb.customs")


async def _holds(station: Station, reader: str, payload: dict) -> bool:
    header = payload["header"]
    try:
        await station.as_(reader).fetch(header["issuer"], header["id"])
    except Refused as refused:
        if refused.code != "not-found":
            raise
        return False
    return True


async def _agree(fleet: Fleet) -> Agreement:
    agreement = Agreement()
    xa, xb = fleet.stations["xa.customs"], fleet.stations["xb.customs"]
    assert (await xa.submit(agreement.first)).state == "accepted"
    await eventually(lambda: _holds(xb, "xb.customs", agreement.first))
    assert (await xb.submit(agreement.second)).state == "accepted"
    await eventually(lambda: _holds(xa, "xa.customs", agreement.second))
    return agreement


@pytest.mark.slow
@pytest.mark.requirement(
    "TF-INTAKE-15", "TF-INTAKE-30", "TF-INTAKE-31", "TF-INTAKE-32", "TF-INTAKE-33", "TF-INTAKE-34"
)
@synchronous
async def test_a_parcel_crosses_and_its_dossier_is_valid(tmp_path: Path) -> None:
    fleet = Fleet(tmp_path, NODES)
    fleet.start()
    try:
        hub, xa, xb = (fleet.stations[node] for node in NODES)
        agreement = await _agree(fleet)
        parcel = Parcel(agreement.second)
        for paper in (parcel.order, parcel.payment, parcel.waybill, parcel.declaration):
            assert (await hub.submit(paper)).state == "accepted"
        await eventually(lambda: _holds(xa, "xa.customs", parcel.declaration))
        for paper in (parcel.registered, parcel.release):
            assert (await xa.submit(paper)).state == "accepted"
        await eventually(lambda: _holds(xb, "xb.customs", parcel.release))
        head = await xa.as_("xa.customs").cut_dossier(
            parcel.keys[0],
            receivers=["xb.customs"],
            purpose="release-on-documents",
            agreement=name(agreement.second),
        )
        found = await xa.as_("xb.customs").dossier(head.digest)
        verdict = dossier.verify(found.octets, fleet.society.store(), Standard.load(), now=datetime.now(UTC))
        assert verdict.problems == ()
        assert {each.envelope.signer for each in found.witnesses} == {"xb.customs"}
        await eventually(lambda: _holds(xb, "xb.customs", parcel.declaration))
        assert (await xb.submit(parcel.advance)).state == "accepted"
        assert (await xb.submit(parcel.accepted)).state == "accepted"
        await eventually(lambda: _holds(xa, "xa.customs", parcel.accepted))
        seen = [await station.as_(node).subject("consignment", parcel.keys[0])
                for node, station in (("xa.customs", xa), ("xb.customs", xb))]  # fmt: skip
        assert seen[0]["tracks"] == seen[1]["tracks"]
        assert (seen[0]["tracks"]["export"], seen[0]["tracks"]["admission"]) == ("released", "accepted")
        events = [each async for each in hub.as_("xa.declarant").events()]
        assert {each["document"]["type"] for each in events} >= {
            "waybill",
            "declaration",
            "customs-status",
            "release",
        }
    finally:
        await fleet.close()


@pytest.mark.slow
@pytest.mark.requirement("TF-INTAKE-25", "TF-INTAKE-30", "TF-INTAKE-4")
@synchronous
async def test_what_was_acknowledged_survives_a_kill_and_reaches_the_peer_once(tmp_path: Path) -> None:
    fleet = Fleet(tmp_path, ("xa.hub", "xa.customs", "xb.customs"))
    fleet.start()
    try:
        hub, xa, _ = (fleet.stations[node] for node in NODES)
        fleet.processes["xa.customs"].stop()
        orders = [Parcel().order for _ in range(40)]
        receipts = [await hub.submit(each) for each in orders]
        assert {each.state for each in receipts} == {"accepted"}
        fleet.processes["xa.hub"].kill()
        fleet.processes["xa.hub"].start()
        fleet.processes["xa.customs"].start()
        again = [await hub.submit(each) for each in orders]
        assert [each.raw for each in again] == [each.raw for each in receipts]

        async def all_there() -> bool:
            return len([each async for each in xa.as_("xa.customs").events()]) >= len(orders)

        await eventually(all_there)
        events = [each async for each in xa.as_("xa.customs").events()]
        assert sorted(each["document"]["id"] for each in events) == sorted(
            each["header"]["id"] for each in orders
        )
    finally:
        await fleet.close()
