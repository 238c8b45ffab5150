"""Documents are moved to an archive, and nobody can tell: neither then, nor later, nor when it goes wrong."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kit.asynchronous import eventually, synchronous
from kit.members import Society
from kit.papers import Parcel
from kit.people import ordered
from kit.raw import code_of, post
from kit.shelf import NAME, SETTINGS, Shelf, bring, get, place, repeat, seen
from kit.stations import Station, in_process
from threeflow import dossier, envelope
from threeflow.errors import Refused, Unavailable
from threeflow.standard import Standard
from threeflow_gateway.app import Gateway

PAPERS = ("order", "payment", "waybill", "declaration", "registered")


class Case:
    """One parcel whose documents were taken in, and how its subjects are named."""

    def __init__(self, station: Station) -> None:
        self.parcel = Parcel()
        self.subjects = [("consignment", self.parcel.keys[0]), ("case", self.parcel.case_keys[0])]
        self.sealed = {}
        for name in PAPERS:
            payload = getattr(self.parcel, name)
            self.sealed[place(payload)] = station.as_(payload["header"]["issuer"]).seal(payload)

    async def take_in(self, station: Station) -> None:
        for target, octets in self.sealed.items():
            answer = await bring(station, target, octets)
            assert answer.status_code == 201, answer.content

    async def seen(self, station: Station, gateway: Gateway) -> dict[str, Any]:
        return await seen(station, gateway, self.sealed, self.subjects)


async def told(asked: Awaitable[object]) -> str:
    """What a question earns: the code of its refusal, or that it was answered."""
    try:
        await asked
    except Unavailable:
        return "unavailable"
    except Refused as refused:
        return refused.code
    return "answered"


@asynccontextmanager
async def running(
    folder: Path, society: Society, **more: dict[str, Any]
) -> AsyncIterator[tuple[Station, Gateway]]:
    async with in_process(folder, society, settings={**SETTINGS, **more}) as made:
        yield made


@pytest.mark.usefixtures("each_storage")
@pytest.mark.requirement("TF-INTAKE-4", "TF-INTAKE-5", "TF-INTAKE-21", "TF-LOG-1", "TF-LOG-3")
@synchronous
async def test_nothing_that_anybody_can_see_changes_when_documents_are_moved(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    shelf, society = Shelf(tmp_path, capfd), Society()
    async with running(tmp_path, society) as (station, gateway):
        case = Case(station)
        await case.take_in(station)
        await shelf.let_outbox_be("done")
        await shelf.write(gateway)
        before = await case.seen(station, gateway)
        verified = await shelf.verify_database()
        said = await shelf.move()
        assert (said["moved"], said["movedBefore"], sum(said["kept"].values())) == (len(PAPERS), 0, 0)
        assert said["freedOctets"] > len(PAPERS) * 2_000
        assert set((await shelf.moved()).values()) == {(True, True)}
        assert await case.seen(station, gateway) == before
        assert await shelf.verify_database() == verified
        (report,) = await shelf.run("archive", "verify", shelf.path, "--trust", *shelf.trust)
        assert report["good"]
        # What was moved once is not moved again, and an archive is written of it as before.
        again = await shelf.move()
        assert (again["moved"], again["movedBefore"], again["freedOctets"]) == (0, len(PAPERS), 0)
        await shelf.run("archive", "write", "--config", shelf.config, "--out", shelf.folder / "copy")
        assert (shelf.folder / "copy").read_bytes() == shelf.path.read_bytes()
    # A node that starts anew knows nothing but what it reads.
    async with running(tmp_path, society) as (station, gateway):
        assert await case.seen(station, gateway) == before
        client = station.as_("xa.customs")
        head = await client.cut_dossier(case.parcel.keys[0], receivers=["xa.hub"], purpose="evidence")
        found = await client.dossier(head.digest)
        assert isinstance(found, dossier.Dossier)
        verdict = dossier.verify(found.octets, society.store(), Standard.load(), now=datetime.now(UTC))
        assert verdict.problems == ()
        assert {each.document.envelope.compact for each in found.entries} >= {
            before["documents"][place(case.parcel.declaration)][1]
        }
        # A late document is judged by all that went before it.
        assert (await station.submit(case.parcel.release)).state == "accepted"
        now = await client.subject(*case.subjects[0])
        assert now["tracks"]["export"] == "released"
        assert (await shelf.verify_database())["good"]


@pytest.mark.usefixtures("each_storage")
@pytest.mark.requirement("TF-INTAKE-5", "TF-INTAKE-25", "TF-INTAKE-27", "TF-REST-8")
@synchronous
async def test_an_archive_that_is_gone_is_told_as_unavailable_and_nothing_is_lost(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    shelf, society = Shelf(tmp_path, capfd), Society()
    async with running(tmp_path, society) as (station, gateway):
        case = Case(station)
        await case.take_in(station)
        await shelf.let_outbox_be("done")
        await shelf.write(gateway)
        before = await case.seen(station, gateway)
        await shelf.move()
    away = shelf.path.rename(tmp_path / "elsewhere")
    async with running(tmp_path, society) as (station, gateway):
        target = place(case.parcel.order)
        for asked in (target, f"{target}/receipt"):
            answer = await post(station, b"", method="GET", target=asked, caller="xa.customs")
            assert (answer.status_code, code_of(answer)) == (503, "unavailable")
            assert answer.headers["retry-after"]
            assert NAME.encode() not in answer.content
            # Whose it is not is told what it would be told if nothing were held.
            assert (await get(station, asked, "xa.pay"))[0] == 404
            # Who brings documents of a party may ask for it, and is told to come again.
            assert (await get(station, asked, "xa.hub"))[0] == 503
        key = case.parcel.keys[0]
        for caller in ("xa.customs", "xa.declarant", "xa.hub", "xa.pay"):
            client = station.as_(caller, attempts=1)
            expected = "not-found" if caller == "xa.pay" else "unavailable"
            assert await told(client.subject("consignment", key)) == expected, caller
            cut = client.cut_dossier(key, receivers=["xa.hub"], purpose="evidence")
            assert await told(cut) == expected, caller
        with caplog.at_level(logging.ERROR, "threeflow_gateway.store.kept"):
            answer = await bring(station, target, case.sealed[target])
        assert (answer.status_code, code_of(answer)) == (503, "unavailable")
        assert [each for each in caplog.messages if NAME in each and "No such file" in each]
        leaves = gateway.node.ledger.catch_up()
        # Neither a document of the case is half taken in, nor one beside it kept out.
        other = Parcel().order
        waybill = case.sealed[place(case.parcel.waybill)]
        body = b"\n".join([case.sealed[target], station.as_("xa.platform").seal(other), waybill])
        batch = await post(
            station, body, caller="xa.hub", target="/v1/documents/batch", media_type="application/x-ndjson"
        )
        said = [json.loads(each) for each in batch.content.splitlines()]
        assert [each.get("code") for each in said] == ["unavailable", None, "unavailable"]
        release = await station.submit(case.parcel.release)
        assert (release.code, release.retryable) == ("unavailable", True)
        assert gateway.node.ledger.catch_up() == leaves + 1
        assert (await get(station, place(other)))[0] == 200
        assert (await get(station, place(case.parcel.release)))[0] == 404
        assert (await get(station, "/ready"))[0] == 200
        found = await shelf.run("doctor", "--config", shelf.config, "--offline", code=1)
        assert "archive-gone" in {each["code"] for each in found["findings"]}
        verified = await shelf.verify_database(code=1)
        assert [each for each in verified["faults"] if NAME in each and f"{len(PAPERS)} documents" in each]
        away.rename(shelf.path)
        after = await case.seen(station, gateway)
        for each in ("documents", "receipts", "repeats", "subjects"):
            assert after[each] == before[each]
        assert (await station.submit(case.parcel.release)).state == "accepted"
        assert (await shelf.verify_database())["good"]


@pytest.mark.requirement("TF-REST-8", "TF-INTAKE-5")
@synchronous
async def test_an_octet_that_was_changed_in_an_archive_is_never_given_out(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    shelf, society = Shelf(tmp_path, capfd), Society()
    async with running(tmp_path, society) as (station, gateway):
        orders = [Parcel().order for _ in range(3)]
        first = [(await station.submit(each)).raw for each in orders]
        await shelf.write(gateway)
        await shelf.move()
        good = shelf.path.read_bytes()
        lines = good.splitlines(keepends=True)
        start = len(b"".join(lines[:2])) + lines[2].index(b"payload") + 14
        for at in range(start, start + 2000, 97):
            bad = bytearray(good)
            bad[at] ^= 1
            shelf.path.write_bytes(bad)
            answers = [await get(station, place(each)) for each in orders]
            receipts = [await get(station, place(each) + "/receipt") for each in orders]
            assert {status for status, _ in (*answers, *receipts)} == {200, 503}, at
            assert [octets for status, octets in receipts if status == 200] == [first[0], first[2]]
            await shelf.run("archive", "verify", shelf.path, "--trust", *shelf.trust, code=1)
        assert "not those that were moved" in str(await shelf.verify_database(code=1))
        found = await shelf.run("doctor", "--config", shelf.config, "--offline", code=1)
        assert "archive-damaged" in {each["code"] for each in found["findings"]}
        said = await shelf.move("--back", code=1)
        assert (said["back"], len(said["faults"])) == (2, 1)
        shelf.path.write_bytes(good)
        said = await shelf.move("--back")
        assert (said["back"], said["faults"]) == (1, [])
        assert set((await shelf.moved()).values()) == {(False, False)}
        shelf.path.unlink()
        assert [(await get(station, place(each) + "/receipt"))[1] for each in orders] == first


@pytest.mark.usefixtures("each_storage")
@pytest.mark.requirement("TF-PART-9", "TF-PART-13")
@synchronous
async def test_what_still_holds_personal_data_waits_or_is_owed_is_kept_and_moved_later(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    shelf, society = Shelf(tmp_path, capfd), Society()
    async with running(tmp_path, society) as (station, gateway):
        payload, sealed, part = ordered(station, "Erika Mustermann")
        receipt = (await post(station, sealed)).content
        case = Case(station)
        await case.take_in(station)
        waits = Parcel()
        assert (await station.submit(waits.registered)).state == "pending"
        await shelf.write(gateway)
        assert part not in shelf.path.read_bytes()
        assert b"parts" not in shelf.path.read_bytes().replace(b'\\"parts\\":[{', b"")
        said = await shelf.move()
        owed = said["kept"]["owed"]
        assert owed > 0
        assert said["kept"]["personal-data"] == said["kept"]["pending"] == 1
        assert said["moved"] == len(PAPERS) + 2 - owed - 2
        assert await get(station, place(payload)) == (200, sealed)
        await shelf.let_outbox_be("dead")
        said = await shelf.move()
        assert (said["moved"], said["kept"]["dead-letter"]) == (0, owed)
        await shelf.let_outbox_be("done")
        header = payload["header"]
        asked = ["--document", header["issuer"], header["id"], "--why", "asked for by the person"]
        await shelf.run("erase", "--config", shelf.config, *asked)
        bare = await get(station, place(payload))
        said = await shelf.move()
        assert said["kept"] == {"personal-data": 0, "pending": 1, "owed": 0, "dead-letter": 0}
        # What it waited for comes, after the case was moved around it.
        assert (await station.submit(waits.declaration)).state in {"accepted", "pending"}
        assert await get(station, place(payload)) == bare
        assert envelope.read(bare[1]).parts == ()
        assert await repeat(station, place(payload), sealed) == (200, receipt)
        assert await get(station, place(payload)) == bare
        assert sum((await shelf.moved()).values(), ()).count(True) == 2 * (len(PAPERS) + 1)


@pytest.mark.usefixtures("each_storage")
@pytest.mark.requirement("TF-INTAKE-22", "TF-INTAKE-27")
@synchronous
async def test_a_case_that_cannot_be_read_keeps_no_other_from_running_out(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    shelf, society = Shelf(tmp_path, capfd), Society()
    patient = {"process": {"pending_seconds": 3, "sweep_seconds": 3600.0}}
    swept = {"process": {"pending_seconds": 3, "sweep_seconds": 0.2}}
    async with running(tmp_path, society, **patient) as (station, gateway):
        bound, alone = Parcel(), Parcel()
        for paper in (bound.order, bound.payment, bound.waybill, bound.declaration):
            assert (await station.submit(paper)).state == "accepted"
        await shelf.let_outbox_be("done")
        await shelf.write(gateway)
        assert (await shelf.move())["moved"] == 4
        states = [(await station.submit(each)).state for each in (bound.release, alone.registered)]
        assert states == ["pending", "pending"]
    away = shelf.path.rename(tmp_path / "elsewhere")
    async with running(tmp_path, society, **swept) as (station, _):
        client = station.as_("xa.customs")

        async def ended(payload: dict[str, Any]) -> bool:
            events = [each async for each in client.events()]
            about = [each["outcome"] for each in events if each["document"]["id"] == payload["header"]["id"]]
            return about == ["pending", "no-effect"]

        await eventually(lambda: ended(alone.registered))
        assert not await ended(bound.release)
        assert (await get(station, "/ready"))[0] == 200
        away.rename(shelf.path)
        await eventually(lambda: ended(bound.release))


@pytest.mark.usefixtures("each_storage")
@pytest.mark.requirement("TF-INTAKE-5", "TF-INTAKE-26")
@synchronous
async def test_both_processes_of_a_node_go_on_while_documents_are_moved_and_put_back(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    shelf, society = Shelf(tmp_path, capfd), Society()
    async with running(tmp_path, society) as (one, gateway), running(tmp_path, society) as (other, _):
        orders = [Parcel().order for _ in range(300)]
        first = {place(each): (await one.submit(each)).raw for each in orders}
        await shelf.write(gateway)
        done, taken, read = False, 0, 0

        async def bring(station: Station) -> None:
            nonlocal taken
            while not done:
                assert (await station.submit(Parcel().order)).state == "accepted"
                taken += 1

        async def look(station: Station) -> None:
            nonlocal read
            while not done:
                for target in list(first)[read % 7 :: 7]:
                    assert await get(station, f"{target}/receipt") == (200, first[target])
                    read += 1

        load = [asyncio.create_task(work(at)) for at in (one, other) for work in (bring, look)]
        moved = await shelf.move()
        back = await shelf.move("--back")
        again = await shelf.move()
        done = True
        await asyncio.gather(*load)
        assert (moved["moved"], back["back"], again["moved"]) == (300, 300, 300)
        assert moved["freedOctets"] == back["octets"]
        assert taken > 20
        assert read > 20
        assert (await shelf.verify_database())["leaves"] == 300 + taken
