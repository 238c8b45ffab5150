"""A running node: newer trust lists, readiness that tells the truth, dossiers that do not wait."""

import asyncio
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kit.asynchronous import synchronous
from kit.members import Member, Society
from kit.papers import Parcel
from kit.raw import post
from kit.stations import in_process
from threeflow.keys import SigningKey
from threeflow_gateway.app import Gateway

pytestmark = pytest.mark.usefixtures("each_storage")


def _written(path: Path, octets: bytes) -> None:
    """Write a file so that it is seen as changed, however coarse the clock of the file system."""
    before = path.stat().st_mtime_ns
    path.write_bytes(octets)
    os.utime(path, ns=(before + 1_000_000, before + 1_000_000))


async def _until(told: Callable[[], bool]) -> None:
    for _ in range(300):
        if told():
            return
        await asyncio.sleep(0.05)
    raise TimeoutError


@pytest.mark.requirement("TF-TRUST-9")
@synchronous
async def test_a_newer_list_counts_without_a_restart_and_an_older_never(tmp_path: Path) -> None:
    society = Society()
    settings = {"trust": {"reload_seconds": 0.05}}
    async with in_process(tmp_path, society, settings=settings) as (station, gateway):
        file = tmp_path / "trust" / "xa.json"
        first = file.read_bytes()
        before = gateway.node.statement
        retired = {society.keys["xa.pay"].seal.kid: {"retired_at": datetime.now(UTC) - timedelta(hours=1)}}
        society.publish("xa", key_states=retired)
        assert (await station.submit(Parcel().payment)).state == "accepted"
        _written(file, society.trust_file("xa"))
        await _until(lambda: gateway.node.trust.newest("xa").sequence == 2)  # type: ignore[union-attr]
        assert (await station.submit(Parcel().payment)).code == "key-retired"
        assert gateway.node.statement != before
        _written(file, first)
        await asyncio.sleep(0.3)
        assert gateway.node.trust.newest("xa").sequence == 2  # type: ignore[union-attr]
        assert (await station.submit(Parcel().payment)).code == "key-retired"


@pytest.mark.requirement("TF-TRUST-9", "TF-TRUST-15")
@synchronous
async def test_a_trust_file_that_is_refused_or_gone_leaves_the_lists_that_were(tmp_path: Path) -> None:
    society = Society()
    async with in_process(tmp_path, society, settings={"trust": {"reload_seconds": 0}}) as (station, gateway):
        file = tmp_path / "trust" / "xa.json"
        other = Society()
        for broken in (b"{", other.trust_file("xa"), society.trust_file("xb")[:-2]):
            _written(file, broken)
            assert not await gateway.node.reload_trust()
            assert (await station.submit(Parcel().order)).state == "accepted"
        file.unlink()
        assert not await gateway.node.reload_trust()
        assert (await station.submit(Parcel().order)).state == "accepted"
        society.publish("xa")
        file.write_bytes(society.trust_file("xa"))
        gateway.node.look_at_trust()
        await _until(lambda: gateway.node.trust.newest("xa").sequence == 2)  # type: ignore[union-attr]


@pytest.mark.requirement("TF-INTAKE-30")
@synchronous
async def test_a_peer_of_a_newer_list_is_delivered_to(tmp_path: Path) -> None:
    society = Society()
    settings: dict[str, dict[str, Any]] = {"delivery": {"enabled": True}, "trust": {"reload_seconds": 0}}
    async with in_process(tmp_path, society, settings=settings) as (_, gateway):
        assert "xb.window" not in gateway.node._outbox.peers()
        window = Member("xb.window", ("hub",), gateway=True)
        society.keys[window.id] = Society(members=(window,)).keys[window.id]
        society.endpoints[window.id] = "http://127.0.0.1:9"
        society.members = (*society.members, window)
        society.publish("xb")
        _written(tmp_path / "trust" / "xb.json", society.trust_file("xb"))
        assert await gateway.node.reload_trust()
        assert window.id in gateway.node._outbox.peers()


@pytest.mark.requirement("TF-REST-8")
@synchronous
async def test_readiness_follows_the_database_and_the_own_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with in_process(tmp_path, Society()) as (station, gateway):

        async def asked() -> Any:
            return await post(station, b"", target="/ready", method="GET", authorization="")

        async def status() -> int:
            return int((await asked()).status_code)

        async def lacks() -> set[str]:
            reasons = (await asked()).json().get("violations", [])
            assert all(each["message"]["en"] and each["message"]["zh"] for each in reasons)
            return {each["rule"] for each in reasons}

        assert await status() == 200
        assert await lacks() == set()
        _with_clock(gateway, timedelta(days=40))
        assert await status() == 503
        assert await lacks() == {"ready.trust"}
        _with_clock(gateway, timedelta(days=400))
        assert await lacks() == {"ready.trust", "ready.keys"}
        _with_clock(gateway, timedelta())
        assert await status() == 200
        with monkeypatch.context() as broken:
            broken.setattr(gateway.node.database, "writing", _full)
            assert await status() == 503
            assert await lacks() == {"ready.database"}
        with monkeypatch.context() as broken:
            broken.setattr(gateway.node.readiness, "_free_octets", 1 << 60)
            # A database elsewhere has its own disk to look after.
            assert await lacks() == ({"ready.disk"} if gateway.node.database.embedded else set())
        gateway.node.readiness.stopping = True
        assert await lacks() == {"ready.stopping"}
        gateway.node.readiness.stopping = False
        assert await status() == 200


@pytest.mark.requirement("TF-REST-8")
@synchronous
async def test_a_node_whose_own_key_is_retired_replaced_or_unlisted_is_not_ready(tmp_path: Path) -> None:
    society = Society()
    async with in_process(tmp_path, society, settings={"trust": {"reload_seconds": 0}}) as (_, gateway):
        seal = society.keys["xa.customs"].seals

        async def after(listed: SigningKey, **states: datetime) -> list[str]:
            society.keys["xa.customs"].seals = [listed]
            society.publish("xa", key_states={listed.kid: states})
            _written(tmp_path / "trust" / "xa.json", society.trust_file("xa"))
            assert await gateway.node.reload_trust()
            return [each.en for each in await gateway.node.readiness.ask()]

        assert await after(seal[0]) == []
        (retired,) = await after(seal[0], retired_at=datetime.now(UTC) - timedelta(hours=1))
        assert retired == "the key xa.customs#seal-1 is retired"
        other = SigningKey.generate("Ed25519", "xa.customs#seal-2", "seal")
        (left_out,) = await after(other)
        assert "xa.customs#seal-1" in left_out


@pytest.mark.requirement("TF-REST-8")
@synchronous
async def test_a_node_whose_committer_ended_is_not_ready(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (_, gateway):
        await gateway.node.committer.close()
        assert [each.check for each in await gateway.node.readiness.ask()] == ["committer"]


def _with_clock(gateway: Gateway, ahead: timedelta) -> None:
    gateway.node.now = lambda: datetime.now(UTC) + ahead


def _full() -> None:
    raise OSError("the disk is full")


@pytest.mark.requirement("TF-INTAKE-33")
@synchronous
async def test_a_dossier_gets_its_checkpoint_at_once_and_many_share_it(tmp_path: Path) -> None:
    settings = {"log": {"checkpoint_seconds": 3600.0}}
    async with in_process(tmp_path, Society(), settings=settings) as (station, _):
        parcel = Parcel()
        for each in (parcel.order, parcel.payment, parcel.waybill, parcel.declaration, parcel.registered):
            assert (await station.submit(each)).state == "accepted"
        client = station.as_("xa.customs")
        began = time.monotonic()
        asked = (
            client.cut_dossier(parcel.keys[0], receivers=["xb.customs"], purpose="risk-assessment")
            for _ in range(4)
        )
        heads = await asyncio.gather(*asked)
        assert time.monotonic() - began < 15
        found = [await client.dossier(each.digest) for each in heads]
        assert {each.checkpoint.digest for each in found} == {found[0].checkpoint.digest}
