"""The audit trail: who was refused what and who read personal data, in bounded room and without the data."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from kit.asynchronous import synchronous
from kit.members import Society
from kit.papers import Parcel, ref
from kit.people import ordered
from kit.raw import post
from kit.stations import Station, in_process
from threeflow.errors import Refused, Unavailable
from threeflow_gateway.app import Gateway
from threeflow_gateway.cli import main
from threeflow_gateway.intake.audit import Audit
from threeflow_gateway.store import trail

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WRONG = Refused("seal-invalid", "TF-SEAL-8", "the seal does not verify")


async def entries(gateway: Gateway, what: str = "") -> list[dict[str, Any]]:
    """What the trail says once everything gathered is written."""
    await gateway.node.intake.note(gateway.node.intake.audit.drain(gateway.node.now(), last=True))
    with gateway.node.database.reading() as connection:
        return trail.read(connection, trail.Asked(what=what, limit=1000))


@pytest.mark.requirement("TF-INTAKE-37")
@synchronous
async def test_every_decision_is_there_with_caller_issuer_id_and_digest(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, gateway):
        parcel = Parcel()
        assert (await station.submit(parcel.order)).state == "accepted"
        changed = {**parcel.order, "orderNumber": "another"}
        assert (await station.submit(changed)).code == "document-conflict"
        with pytest.raises(Refused, match="not-found"):
            await station.as_("xa.pay").fetch("xa.platform", parcel.order["header"]["id"])
        accepted, *_ = [each for each in await entries(gateway) if each["what"] == "accepted"]
        assert (accepted["caller"], accepted["code"]) == ("xa.platform", "accepted")
        assert accepted["digest"] == ref(parcel.order)["digest"]
        refused = {each["code"]: each for each in await entries(gateway, "refused")}
        conflict = refused["document-conflict"]
        assert (conflict["caller"], conflict["issuer"]) == ("xa.platform", "xa.platform")
        assert conflict["digest"] == ref(changed)["digest"] != accepted["digest"]
        assert (refused["not-found"]["caller"], refused["not-found"]["id"]) == ("xa.pay", accepted["id"])


@pytest.mark.requirement("TF-INTAKE-38", "TF-INTAKE-39")
@synchronous
async def test_personal_data_is_given_out_only_once_the_read_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with in_process(tmp_path, Society()) as (station, gateway):
        payload, sealed, _ = ordered(station, "Erika Mustermann")
        assert (await post(station, sealed)).status_code == 201
        plain = Parcel().order
        assert (await station.submit(plain)).state == "accepted"
        await station.as_("xa.customs").fetch("xa.platform", payload["header"]["id"])
        await station.as_("xa.customs").fetch("xa.platform", plain["header"]["id"])
        (read,) = await entries(gateway, "read")
        assert (read["caller"], read["id"]) == ("xa.customs", payload["header"]["id"])
        assert read["detail"] == "buyer for import-clearance"
        assert "Mustermann" not in json.dumps(await entries(gateway))

        async def broken(*_: object, **__: object) -> None:
            raise Unavailable("the disk is full")

        monkeypatch.setattr(gateway.node.intake, "note", broken)
        with pytest.raises(Unavailable):
            await station.as_("xa.customs", attempts=1).fetch("xa.platform", payload["header"]["id"])


@pytest.mark.requirement("TF-INTAKE-37")
@synchronous
async def test_strangers_are_counted_by_code_and_never_written_one_by_one(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, gateway):
        async with httpx.AsyncClient(transport=station._transport) as client:
            for number in range(50):
                headers = {"authorization": f"Bearer {number}"}
                await client.get(station.endpoint + "/v1/events", headers=headers)
        found = await entries(gateway, "refused")
        assert [(each["caller"], each["code"], each["times"]) for each in found] == [
            ("", "token-malformed", 50)
        ]


@pytest.mark.requirement("TF-INTAKE-37")
def test_the_room_of_refusals_is_bounded_whoever_is_refused() -> None:
    audit = Audit()
    for number in range(10_000):
        audit.refused(WRONG, NOW, caller="xa.one", issuer="xa.one", document=str(number))
        audit.refused(WRONG, NOW)
    audit.refused(WRONG, NOW, caller="xa.two")
    first = audit.drain(NOW + timedelta(seconds=1))
    assert len(first) == 21
    assert audit.drain(NOW + timedelta(seconds=2)) == ()
    rest = audit.drain(NOW + timedelta(seconds=61))
    assert {(each["caller"], each["times"]) for each in rest} == {("", 10_000), ("xa.one", 9_980)}
    assert audit.drain(NOW + timedelta(seconds=200)) == ()


@pytest.mark.requirement("TF-INTAKE-39")
@synchronous
async def test_what_is_older_than_its_retention_is_dropped_and_nothing_else(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (_, gateway):
        audit, intake = Audit(), gateway.node.intake
        audit.refused(WRONG, NOW, caller="xa.old")
        audit.refused(WRONG, NOW + timedelta(days=2), caller="xa.new")
        await intake.note(audit.drain(NOW))
        await intake.note((), forget_before="2026-03-02T00:00:00.000000Z")
        assert [each["caller"] for each in await entries(gateway, "refused")] == ["xa.new"]


@synchronous
async def test_the_command_prints_the_trail_of_a_running_node(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with in_process(tmp_path, Society()) as (station, gateway):
        await submitted(station)
        await entries(gateway)
        config = str(tmp_path / "xa.customs" / "node.toml")
        assert await asyncio.to_thread(main, ["audit", "--config", config, "--json"]) == 0
        assert [each["what"] for each in json.loads(capsys.readouterr().out)] == ["accepted"] * 2
        since = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        assert await asyncio.to_thread(main, ["audit", "--config", config, "--since", since]) == 0
        assert "0 entries" in capsys.readouterr().out


async def submitted(station: Station) -> None:
    for payload in (Parcel().order, Parcel().order):
        assert (await station.submit(payload)).state == "accepted"
