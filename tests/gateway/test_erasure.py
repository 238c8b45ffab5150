"""Personal data can be taken out of what a node keeps, for good, and everything else still stands."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from kit.asynchronous import eventually, synchronous
from kit.members import Society
from kit.papers import ref
from kit.people import ordered
from kit.raw import post
from kit.stations import Station, in_process
from threeflow import base64url, digest, envelope, strict
from threeflow.errors import Refused
from threeflow.log import leaf_hash, verify_inclusion
from threeflow_gateway.app import Gateway
from threeflow_gateway.cli import main
from threeflow_gateway.store import tables
from threeflow_gateway.store.verifying import verify

QUIET = {"audit": {"erase_seconds": 0.0}}


async def run(words: list[str]) -> int:
    """A command beside the running node, as an operator gives it."""
    return await asyncio.to_thread(main, words)


def on_disk(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in sorted(folder.glob("node.sqlite3*")))


def shreds(octets: bytes, others: list[bytes]) -> list[bytes]:
    """Every run of 24 characters of a part as it is stored, but for what others have in common with it."""
    text = base64url.encode(octets).encode()
    rest = b" ".join(base64url.encode(each).encode() for each in others)
    runs = (text[start : start + 24] for start in range(len(text) - 23))
    return [each for each in runs if each not in rest]


async def held(station: Station, payload: dict[str, Any]) -> envelope.Envelope:
    header = payload["header"]
    return await station.as_("xa.customs").fetch(header["issuer"], header["id"])


@pytest.mark.requirement("TF-PART-9", "TF-PART-11", "TF-PART-13", "TF-INTAKE-39")
@synchronous
async def test_of_an_erased_part_no_octet_stays_and_all_else_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "xa.customs"
    async with in_process(tmp_path, Society(), settings=QUIET) as (station, gateway):
        made = [ordered(station, f"Erika Mustermann {number}") for number in range(30)]
        answers = [await post(station, sealed) for _, sealed, _ in made]
        assert {each.status_code for each in answers} == {201}
        payload, sealed, octets = made[13]
        own = shreds(octets, [each for _, _, each in made if each != octets])
        assert len(own) > 40
        assert all(each in on_disk(folder) for each in own)
        header = payload["header"]
        asked = ["--config", str(folder / "node.toml"), "--document", header["issuer"], header["id"]]
        assert await run(["erase", *asked, "--why", "asked for by the person", "--vacuum", "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == [
            {"issuer": "xa.platform", "id": header["id"], "part": "buyer", "digest": digest.of(octets)}
        ]
        kept = on_disk(folder)
        assert not [each for each in own if each in kept]
        assert all(each in kept for each in shreds(made[12][2], [octets]))
        stored = await held(station, payload)
        assert stored.parts == ()
        assert stored.payload == strict.dump(payload)
        envelope.check_seals(stored, station.society.store().verifying_key)
        # Neither receipt nor leaf moved, and the same document again changes nothing.
        again = await post(station, sealed)
        assert (again.status_code, again.content) == (200, answers[13].content)
        assert (await held(station, payload)).parts == ()
        index = json.loads(envelope.read(again.content).payload)["log"]["index"]
        proof = gateway.node.proofs.inclusion(index, gateway.node.ledger.catch_up())
        assert proof["index"] == index
        assert await run(["erase", *asked, "--why", "again", "--json"]) == 1
        assert await run(["audit", *asked[:2], "--what", "erased", "--json"]) == 0
        (entry,) = json.loads(capsys.readouterr().out.partition("[]\n")[2])
        assert (entry["id"], entry["detail"]) == (header["id"], "buyer: asked for by the person")
        assert "Mustermann" not in json.dumps(entry)


def _hash(text: str) -> bytes:
    return bytes.fromhex(text.partition(":")[2])


def rows(gateway: Gateway) -> bytes:
    """Every value of every row of every table."""
    with gateway.node.database.reading() as connection:
        return b"\n".join(
            bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
            for table in tables.metadata.sorted_tables
            for row in connection.execute(select(table))
            for value in row
        )


@pytest.mark.usefixtures("each_storage")
@pytest.mark.requirement("TF-PART-9", "TF-PART-13", "TF-LOG-3")
@synchronous
async def test_on_either_database_no_row_keeps_an_erased_part_and_seals_and_log_still_verify(
    tmp_path: Path,
) -> None:
    society = Society()
    async with in_process(tmp_path, society, settings=QUIET) as (station, gateway):
        made = [ordered(station, f"Erika Mustermann {number}") for number in range(5)]
        for _, sealed, _ in made:
            assert (await post(station, sealed)).status_code == 201
        assert await gateway.node._checkpoints.make()
        payload, sealed, octets = made[2]
        own = shreds(octets, [each for _, _, each in made if each != octets])
        assert all(each in rows(gateway) for each in own)
        config, header = str(tmp_path / "xa.customs" / "node.toml"), payload["header"]
        asked = ["--config", config, "--document", header["issuer"], header["id"]]
        assert await run(["erase", *asked, "--why", "asked for by the person"]) == 0
        kept = rows(gateway)
        assert not [each for each in own if each in kept]
        assert all(each in kept for each in shreds(made[1][2], [octets]))
        assert b"asked for by the person" in kept
        # Nothing that was promised moved: seals, the receipt under the checkpoint, the log as a whole.
        stored = await held(station, payload)
        assert (stored.payload, stored.parts) == (strict.dump(payload), ())
        envelope.check_seals(stored, society.store().verifying_key)
        target = f"/v1/documents/{header['issuer']}/{header['id']}/receipt"
        receipt = (await post(station, b"", method="GET", target=target)).content
        checkpoint = strict.parse_object(envelope.read(gateway.node.proofs.checkpoint()).payload)
        size, root = int(str(checkpoint["size"])), _hash(str(checkpoint["root"]))
        proof = gateway.node.proofs.inclusion(2, size)
        path = [_hash(each) for each in proof["path"]]
        assert verify_inclusion(leaf_hash(envelope.read(receipt).payload), 2, size, path, root)
        assert (await post(station, sealed)).status_code == 200
        assert not [each for each in own if each in rows(gateway)]
    # And so it is found by the next start.
    async with in_process(tmp_path, society, settings=QUIET) as (station, gateway):
        with gateway.node.database.reading() as connection:
            verdict = verify(connection)
        assert (verdict.size, verdict.faults) == (5, ())
        assert (await held(station, payload)).parts == ()


@pytest.mark.usefixtures("each_storage")
@pytest.mark.requirement("TF-PART-8", "TF-PART-12")
@synchronous
async def test_what_is_due_is_erased_by_the_node_itself_and_nothing_else(tmp_path: Path) -> None:
    settings = {"audit": {"erase_seconds": 0.1}}
    past = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    async with in_process(tmp_path, Society(), settings=settings) as (station, gateway):
        over, sealed, _ = ordered(station, "Erika Mustermann", past)
        kept, other, _ = ordered(station, "Otto Normal")
        for each in (sealed, other):
            assert (await post(station, each)).status_code == 201

        async def gone() -> bool:
            return (await held(station, over)).parts == ()

        await eventually(gone)
        assert len((await held(station, kept)).parts) == 1
        with gateway.node.database.reading() as connection:
            rows = {row.document: row for row in connection.execute(select(tables.part))}
        assert [row.erased_at is None for _, row in sorted(rows.items())] == [False, True]
        table = gateway.node.standard.table
        days = (datetime.fromisoformat(rows[2].due_at) - datetime.now(UTC)).days
        assert days in {table.retention.days - 1, table.retention.days}
        assert rows[2].ground == table.retention.ground.en


@pytest.mark.usefixtures("each_storage")
@pytest.mark.requirement("TF-PART-10")
@synchronous
async def test_a_bundle_that_holds_an_erased_part_is_given_out_no_more(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society(), settings=QUIET) as (station, gateway):
        payload, sealed, _ = ordered(station, "Erika Mustermann")
        other, another, _ = ordered(station, "Otto Normal")
        for each in (sealed, another):
            assert (await post(station, each)).status_code == 201
        names = ["sha-256:" + digit * 64 for digit in "ab"]
        with gateway.node.database.writing() as connection:
            for name, enclosed in zip(names, (sealed, another), strict=True):
                bundle = b'{"documents":[{"document":' + enclosed + b"}]}"
                row = {
                    "digest": name,
                    "receivers": '["xb.customs"]',
                    "bundle": bundle,
                    "at": "",
                    "reason": "",
                }
                connection.execute(insert(tables.dossier), row)
        config = str(tmp_path / "xa.customs" / "node.toml")
        header = payload["header"]
        wanted = ["--document", header["issuer"], header["id"], "--why", "asked for"]
        assert await run(["erase", "--config", config, *wanted]) == 0
        with pytest.raises(Refused, match="not-found"):
            gateway.node.dossier("xb.customs", names[0])
        assert other["header"]["id"].encode() not in gateway.node.dossier("xb.customs", names[1])[:20]


@synchronous
async def test_erasing_says_what_it_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with in_process(tmp_path, Society(), settings=QUIET) as (station, _):
        payload, sealed, _ = ordered(station, "Erika Mustermann")
        assert (await post(station, sealed)).status_code == 201
        config = ["--config", str(tmp_path / "xa.customs" / "node.toml")]
        named = ["--document", "xa.platform", payload["header"]["id"]]
        assert await run(["erase", *config, *named]) == 2
        assert "--why" in capsys.readouterr().err
        assert (
            await run(["erase", *config, "--document", "xa.platform", ref(payload)["digest"], "--why", "x"])
            == 2
        )
        assert await run(["erase", *config, "--due"]) == 0
        assert "nothing to erase" in capsys.readouterr().out
