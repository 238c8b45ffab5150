"""Which parts of a document reach whom: by delivery between gateways, on fetch, and in a dossier."""

from pathlib import Path
from typing import Any

import pytest

from kit.asynchronous import eventually, synchronous
from kit.members import Society
from kit.papers import Agreement, Parcel, name, paper, ref
from kit.raw import post
from kit.stations import Fleet, Station, in_process
from threeflow import dossier, envelope, parts, strict
from threeflow.errors import Refused
from threeflow_gateway.domain.visibility import for_reader

PURPOSE = "release-on-documents"
LISTENING = {each: f"http://{each}.example" for each in ("xa.hub", "xa.customs", "xb.customs")}


def order_with(
    society: Society, receivers: list[str], entries: dict[str, dict[str, Any]], **header: Any
) -> tuple[dict[str, Any], bytes, dict[str, bytes]]:
    """An order whose parts are bound as the entries say: payload, envelope with all parts, parts by name."""
    made = {each: parts.make({"name": f"Erika Mustermann, {each}"}) for each in entries}
    payload = paper(
        "order/parcel-to-germany", "xa.platform", receivers, keys=Parcel().case_keys, header=header
    )
    payload["header"]["parts"] += [
        {**parts.bind(each, made[each], entry["purposes"]), **{k: entry[k] for k in entry if k != "purposes"}}
        for each, entry in entries.items()
    ]
    key = society.keys["xa.platform"].seal
    return payload, envelope.seal(strict.dump(payload), key, parts=list(made.values())), made


async def named(station: Station, reader: str, payload: dict[str, Any], made: dict[str, bytes]) -> set[str]:
    """The parts that a reader is given; it may read the document."""
    held = await station.as_(reader).fetch("xa.platform", payload["header"]["id"])
    assert held.payload == strict.dump(payload)
    envelope.check_seals(held, station.society.store().verifying_key)
    return {each for each, octets in made.items() if octets in held.parts}


async def arrived(station: Station, reader: str, payload: dict[str, Any]) -> bool:
    header = payload["header"]
    try:
        await station.as_(reader).fetch(header["issuer"], header["id"])
    except Refused as refused:
        if refused.code != "not-found":
            raise
        return False
    return True


@pytest.mark.slow
@pytest.mark.usefixtures("each_storage")
@pytest.mark.requirement("TF-PART-14", "TF-PART-15", "TF-PART-5", "TF-INTAKE-30")
@synchronous
async def test_between_gateways_a_receiver_gets_only_the_parts_that_it_may_have(tmp_path: Path) -> None:
    fleet = Fleet(tmp_path, ("xa.hub", "xa.customs", "xb.customs"))
    fleet.start()
    try:
        hub, xa, xb = (fleet.stations[each] for each in ("xa.hub", "xa.customs", "xb.customs"))
        agreement = Agreement()
        assert (await xa.submit(agreement.first)).state == "accepted"
        await eventually(lambda: arrived(xb, "xb.customs", agreement.first))
        assert (await xb.submit(agreement.second)).state == "accepted"
        for each in (agreement.first, agreement.second):
            await eventually(lambda said=each: arrived(hub, "xa.hub", said))
        entries: dict[str, dict[str, Any]] = {
            "all": {"purposes": ["clearance", PURPOSE]},
            "home": {"purposes": ["clearance"]},
            "office": {"purposes": ["clearance", PURPOSE], "receivers": ["xa.customs"]},
            "abroad": {"purposes": [PURPOSE], "receivers": ["xb.customs"]},
            "pay": {"purposes": ["clearance", "fx"], "receivers": ["xa.pay"]},
        }
        receivers = ["xa.customs", "xb.customs", "xa.pay", "xa.carrier"]
        crossing = {"agreement": name(agreement.second), "purpose": PURPOSE}
        payload, sealed, made = order_with(fleet.society, receivers, entries, **crossing)
        outcome = await hub.as_("xa.platform").submit(sealed)
        assert outcome.state == "accepted", outcome.refusal
        for station, reader, due in (
            (hub, "xa.platform", set(entries)),
            (hub, "xa.hub", set(entries)),
            (hub, "xa.pay", {"all", "home", "pay"}),
            (hub, "xa.carrier", {"all", "home"}),
            (xa, "xa.customs", {"all", "home", "office"}),
            (xb, "xb.customs", {"all", "abroad"}),
        ):
            await eventually(lambda at=station, who=reader: arrived(at, who, payload))
            assert await named(station, reader, payload, made) == due, reader
        # What was withheld is nowhere: neither in what the receiver keeps nor in what it is sent again.
        kept = b"".join(each.read_bytes() for each in (tmp_path / "xb.customs").glob("node.sqlite3*"))
        whole = strict.parse(sealed)
        assert isinstance(whole, dict)
        for each, text in zip(entries, whole["parts"], strict=True):
            assert (text.encode()[60:] in kept) == (each in {"all", "abroad"} and bool(kept)), each
    finally:
        await fleet.close()


@pytest.mark.requirement("TF-PART-14", "TF-DOS-28", "TF-DOS-17")
@synchronous
async def test_a_dossier_holds_a_part_only_if_all_who_get_it_may_have_it(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, _):
        parcel = Parcel()
        entries: dict[str, dict[str, Any]] = {
            "all": {"purposes": ["evidence"]},
            "abroad": {"purposes": ["evidence"], "receivers": ["xb.customs"]},
            "other": {"purposes": ["evidence"], "receivers": ["xa.pay"]},
            "tax": {"purposes": ["tax"]},
        }
        told = ["xa.customs", "xa.hub"]
        order, sealed, made = order_with(station.society, told, entries)
        assert (await post(station, sealed)).status_code == 201
        waybill = paper("waybill/air-parcel-in-two-cartons", "xa.carrier", told, keys=parcel.keys[1:])
        waybill["header"]["references"] = [
            {"type": "order", "issuer": "xa.platform", "id": order["header"]["id"],
             "digest": envelope.read(sealed).digest}
        ]  # fmt: skip
        assert (await station.submit(waybill)).taken_in

        async def given(caller: str, *receivers: str) -> set[str]:
            client = station.as_(caller)
            head = await client.cut_dossier(parcel.keys[1], receivers=list(receivers), purpose="evidence")
            found = await client.dossier(head.digest)
            assert isinstance(found, dossier.Dossier)
            entry = next(each for each in found.entries if each.document.header["type"] == "order")
            return {each for each, octets in made.items() if octets in entry.document.envelope.parts}

        assert await given("xa.customs", "xb.customs") == {"all", "abroad"}
        assert await given("xa.customs", "xb.customs", "xa.pay") == {"all"}
        # Whoever has it cut may fetch it, and so counts among those who get it.
        assert await given("xa.hub", "xb.customs") == {"all"}


@pytest.mark.requirement("TF-PART-15")
def test_abroad_goes_nothing_without_a_purpose_that_the_document_names() -> None:
    society = Society(endpoints=LISTENING)
    store = society.store()
    _, sealed, _ = order_with(society, ["xb.customs"], {"other": {"purposes": ["clearance"]}})
    assert envelope.read(for_reader(sealed, "xb.customs", store.node)).parts == ()
    assert for_reader(sealed, "xa.pay", store.node) == sealed
    bare = for_reader(sealed, "xb.customs", store.node)
    assert for_reader(bare, "xb.customs", store.node) == bare


@pytest.mark.requirement("TF-PART-14")
def test_an_envelope_that_spells_its_members_with_escapes_is_read_all_the_same() -> None:
    society = Society(endpoints=LISTENING)
    entry = {"purposes": ["clearance"], "receivers": ["xa.customs"]}
    _, sealed, _ = order_with(society, ["xa.customs", "xa.pay"], {"other": entry})
    odd = sealed.replace(b'"parts"', b'"p\\u0061rts"')
    assert envelope.read(odd).parts
    assert envelope.read(for_reader(odd, "xa.pay", society.store().node)).parts == ()
    assert for_reader(odd, "xa.customs", society.store().node) == odd


@pytest.mark.requirement("TF-DOS-36")
@synchronous
async def test_a_dossier_for_release_leaves_out_what_was_matched_for_foreign_exchange(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, _):
        parcel = Parcel()
        for each in (parcel.order, parcel.payment, parcel.waybill, parcel.declaration):
            assert (await station.submit(each)).taken_in
        matches = {}
        for kind in ("clearance", "fx"):
            matches[kind] = paper(
                "match-result/matched", "xa.hub", ["xa.customs", "xa.platform"], keys=parcel.case_keys,
                references=[ref(parcel.order)], header={"kind": kind}, purpose=kind,
            )  # fmt: skip
            assert (await station.submit(matches[kind])).taken_in
        client = station.as_("xa.customs")
        for purpose, told, kept in (
            ("risk-assessment", {"clearance"}, ["fx"]),
            ("evidence", {"clearance", "fx"}, []),
        ):
            head = await client.cut_dossier(parcel.keys[0], receivers=["xb.customs"], purpose=purpose)
            found = await client.dossier(head.digest)
            assert isinstance(found, dossier.Dossier)
            assert {each.document.header["kind"] for each in found.of_type("match-result")} == told
            named = [(each["id"], each["reason"]) for each in found.head.payload["withheld"]]
            assert named == [(matches[each]["header"]["id"], "not-for-purpose") for each in kept]
