"""One document, however often and by whatever way it comes: one effect, one receipt, octet for octet.

Over real processes, across their death and across a change of keys; `test_intake` shows the same inside one.
"""

import asyncio
import secrets
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from kit.asynchronous import eventually, synchronous
from kit.papers import Parcel
from kit.raw import bearer, code_of, post
from kit.stations import Fleet, Station, configure
from threeflow import envelope, strict
from threeflow.keys import SigningKey

NODES = ("xa.hub", "xa.customs", "xb.customs")
DELIVERED = (
    "select id from outbox join document on document.no = outbox.document"
    " where type = 'order' and state = 'done' order by id"
)
pytestmark = pytest.mark.slow


async def events(station: Station) -> list[str]:
    return [each["document"]["id"] async for each in station.as_(station.node).events()]


def stored(folder: Path, node: str, query: str) -> list[str]:
    """The first column of what a node's database answers."""
    with sqlite3.connect(f"file:{folder / node / 'node.sqlite3'}?mode=ro", uri=True) as database:
        return [str(row[0]) for row in database.execute(query)]


@pytest.mark.requirement("TF-INTAKE-5", "TF-INTAKE-8")
@synchronous
async def test_deliveries_that_race_on_two_ways_have_one_effect_at_each_node(tmp_path: Path) -> None:
    fleet = Fleet(tmp_path, NODES)
    fleet.start()
    try:
        hub, customs, _ = (fleet.stations[node] for node in NODES)
        orders = [Parcel().order for _ in range(5)]
        sealed = [hub.as_("xa.platform").seal(each) for each in orders]
        # The platform hands each order to both nodes at once, while the hub delivers it to customs too.
        outcomes = await asyncio.gather(
            *(
                station.as_("xa.platform").submit(each)
                for each in sealed
                for station in (hub, customs)
                for _ in range(6)
            )
        )
        for number in range(len(sealed)):
            own = outcomes[number * 12 : number * 12 + 12]
            for at_one_node in (own[:6], own[6:]):
                assert len({each.raw for each in at_one_node}) == 1
        ids = sorted(each["header"]["id"] for each in orders)

        async def all_delivered() -> bool:
            return stored(tmp_path, "xa.hub", DELIVERED) == ids

        await eventually(all_delivered)
        assert sorted(await events(customs)) == ids
        for node in ("xa.hub", "xa.customs"):
            assert stored(tmp_path, node, "select id from document where type = 'order' order by id") == ids
        subject = await customs.as_("xa.customs").subject(
            "case", orders[0]["header"]["subjects"][0]["keys"][0]
        )
        assert len(subject["documents"]) == len(subject["steps"]) == 1
    finally:
        await fleet.close()


@pytest.mark.requirement("TF-INTAKE-5", "TF-TOKEN-12")
@synchronous
async def test_a_captured_request_earns_the_same_receipt_also_from_a_node_that_died(tmp_path: Path) -> None:
    fleet = Fleet(tmp_path, NODES)
    fleet.processes["xa.hub"].start()
    fleet.processes["xa.customs"].start()
    try:
        hub, customs, _ = (fleet.stations[node] for node in NODES)
        body = hub.as_("xa.platform").seal(Parcel().order)
        captured = "Bearer " + bearer(hub, "xa.platform", body, claims={"jti": secrets.token_urlsafe(16)})
        first = await post(hub, body, authorization=captured)
        second = await post(hub, body, authorization=captured)
        fleet.processes["xa.hub"].kill()
        fleet.processes["xa.hub"].start()
        third = await post(hub, body, authorization=captured)
        assert [each.status_code for each in (first, second, third)] == [201, 200, 200]
        assert first.content == second.content == third.content
        other_body = hub.as_("xa.platform").seal(Parcel().order)
        assert code_of(await post(hub, other_body, authorization=captured)) == "token-binding"
        assert code_of(await post(customs, body, authorization=captured)) == "token-audience"
        assert stored(tmp_path, "xa.hub", "select caller from document where type = 'order'") == [
            "xa.platform"
        ]
    finally:
        await fleet.close()


@pytest.mark.requirement("TF-INTAKE-5")
@synchronous
async def test_a_repeat_after_all_keys_changed_earns_the_old_receipt(tmp_path: Path) -> None:
    fleet = Fleet(tmp_path, NODES)
    node, process, society = "xa.customs", fleet.processes["xa.customs"], fleet.society
    process.start()
    before = fleet.stations[node]
    try:
        sealed = before.as_("xa.platform").seal(Parcel().order)
        first = await before.as_("xa.platform").submit(sealed)
        assert first.state == "accepted"
        process.kill()

        now = datetime.now(UTC)
        changed = ("xa.customs", "xa.platform")
        retired = {society.keys[each].seal.kid: {"retired_at": now} for each in changed}
        for each in changed:
            society.keys[each].seals.append(SigningKey.generate("Ed25519", f"{each}#seal-2", "seal"))
        society.publish("xa", key_states=retired)
        port = int(society.endpoints[node].rpartition(":")[2])
        configure(tmp_path, society, node, port)
        process.start()

        after = Station(society, node)
        again = await after.as_("xa.platform").submit(sealed)
        assert (again.status, again.raw) == (200, first.raw)
        assert envelope.read(again.raw).kids == ("xa.customs#seal-1",)
        raced = await asyncio.gather(*(after.as_("xa.platform").submit(sealed) for _ in range(8)))
        assert {each.raw for each in raced} == {first.raw}

        old = envelope.seal(strict.dump(Parcel().order), society.keys["xa.platform"].seals[0])
        assert (await after.as_("xa.platform").submit(old)).code == "key-retired"
        new = await after.submit(Parcel().order)
        assert (new.state, envelope.read(new.raw).kids) == ("accepted", ("xa.customs#seal-2",))
        assert orjson.loads(envelope.read(new.raw).payload)["log"]["index"] == 1
        await after.close()
    finally:
        await fleet.close()
