"""A jurisdiction or a log that says two things: found, kept as evidence, told, and answered by the rule."""

import asyncio
import json
import os
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kit.asynchronous import eventually, synchronous
from kit.members import Society
from kit.papers import Parcel
from kit.stations import Fleet, Station, in_process
from threeflow import documents, envelope, strict
from threeflow.errors import Refused, Unavailable
from threeflow.log import MerkleTree, leaf_hash
from threeflow_gateway.app import Gateway
from threeflow_gateway.cli.cli import main
from threeflow_gateway.cli.loading import database_of
from threeflow_gateway.config import load
from threeflow_gateway.intake.sealing import moment
from threeflow_gateway.store import evidence

pytestmark = pytest.mark.usefixtures("each_storage")

QUIET: dict[str, dict[str, Any]] = {"trust": {"reload_seconds": 0}, "log": {"checkpoint_seconds": 3600.0}}


def _incidents(gateway: Gateway) -> list[dict[str, Any]]:
    with gateway.node.database.reading() as connection:
        return [dict(each._mapping) for each in connection.execute(evidence.INCIDENTS)]


def _twin(society: Society, jurisdiction: str) -> bytes:
    """Another list than the newest, of its sequence and under the same anchor; the newest stays published."""
    held = society.lists[jurisdiction][-1]
    payload: dict[str, Any] = strict.parse_object(envelope.read(held).payload)
    payload["nodes"] = [each for each in payload["nodes"] if each["id"] != "xa.pay"]
    return envelope.seal(strict.dump(payload), society.anchors[jurisdiction])


def _file(society: Society, jurisdiction: str, *lists: bytes) -> bytes:
    said = {
        "anchor": society.anchors[jurisdiction].public.thumbprint,
        "lists": [strict.parse(e) for e in lists],
    }
    return strict.dump(said)


def _written(path: Path, octets: bytes) -> None:
    before = path.stat().st_mtime_ns
    path.write_bytes(octets)
    os.utime(path, ns=(before + 1_000_000, before + 1_000_000))


@pytest.mark.requirement("TF-TRUST-15", "TF-TRUST-18")
@synchronous
async def test_two_lists_of_one_sequence_are_an_incident_and_the_first_stays(tmp_path: Path) -> None:
    society = Society()
    async with in_process(tmp_path, society, settings=QUIET) as (station, gateway):
        file, held = tmp_path / "trust" / "xa.json", society.lists["xa"][0]
        twin = _twin(society, "xa")
        for _ in range(2):
            # Shown again it is the same incident.
            _written(file, _file(society, "xa", twin))
            assert not await gateway.node.reload_trust()
        (incident,) = _incidents(gateway)
        assert (incident["code"], incident["about"], incident["source"]) == (
            "trust-list-equivocation", "xa", "xa.json",
        )  # fmt: skip
        assert (incident["held"], incident["shown"]) == (held, twin)
        # The first list still counts, with the node that the second leaves out.
        assert (await station.submit(Parcel().payment)).state == "accepted"


@pytest.mark.requirement("TF-TRUST-9", "TF-TRUST-18")
@synchronous
async def test_a_fork_of_an_earlier_list_is_an_incident_and_a_plain_rollback_is_none(tmp_path: Path) -> None:
    society = Society()
    async with in_process(tmp_path, society, settings=QUIET) as (_, gateway):
        file, first = tmp_path / "trust" / "xa.json", society.trust_file("xa")
        twin = _twin(society, "xa")
        society.publish("xa")
        _written(file, society.trust_file("xa"))
        assert await gateway.node.reload_trust()
        _written(file, first)
        assert not await gateway.node.reload_trust()
        assert _incidents(gateway) == []
        _written(file, _file(society, "xa", twin))
        assert not await gateway.node.reload_trust()
        assert [each["digest"] for each in _incidents(gateway)] == [envelope.read(twin).digest]


@pytest.mark.requirement("TF-TRUST-18")
def test_who_does_not_hold_the_anchor_makes_no_incident() -> None:
    society, other = Society(), Society()
    society.endpoints = other.endpoints = {
        "xa.hub": "http://h",
        "xb.customs": "http://c",
        "xa.customs": "http://x",
    }
    store = society.store()
    for forged in (
        other.publish("xa"),
        b"{",
        society.lists["xa"][0],
        envelope.seal(b"{}", other.anchors["xa"]),
    ):
        assert store.contradicted(forged) is None
    assert store.contradicted(_twin(society, "xa")) == store.newest("xa")


@pytest.mark.requirement("TF-TRUST-19")
@synchronous
async def test_a_list_that_only_a_peer_was_given_is_found_by_asking_it(tmp_path: Path) -> None:
    society = Society()
    async with in_process(tmp_path, society, settings=QUIET) as (_, here):
        shown = [_twin(society, "xa")]
        stated = [{"jurisdiction": "xa", "sequence": 1, "digest": envelope.read(shown[0]).digest}]

        class Peer:
            """A peer that was given another list of xa, or says so."""

            async def statement(self) -> Mapping[str, Any]:
                return {"trustLists": stated}

            async def trust_lists(self) -> list[bytes]:
                return shown

            async def close(self) -> None:
                pass

        class Gone(Peer):
            async def statement(self) -> Mapping[str, Any]:
                raise Unavailable("gone")

        peers = {"xb.customs": Peer(), "xa.hub": Gone()}
        here.node.peers.client = peers.__getitem__  # type: ignore[method-assign, assignment]
        comparison = here.node.comparison()
        lied, shown[:] = list(shown), [b"{", society.lists["xb"][0]]
        await comparison.compare()
        # Who states another digest and cannot show its list proves nothing.
        assert _incidents(here) == []
        shown[:] = lied
        await comparison.compare()
        await comparison.compare()
        (incident,) = _incidents(here)
        assert (incident["about"], incident["source"], incident["shown"]) == ("xa", "xb.customs", shown[0])


@pytest.mark.slow
@pytest.mark.requirement("TF-TRUST-19", "TF-INTAKE-33", "TF-INTAKE-34")
@synchronous
async def test_bound_peers_exchange_checkpoints_and_compare_lists_by_themselves(tmp_path: Path) -> None:
    settings = {"trust": {"compare_seconds": 0.3}, "log": {"checkpoint_seconds": 0.2}}
    fleet = Fleet(tmp_path, ("xa.customs", "xb.customs", "xa.hub"), settings)
    # The other side is given another list of xa, under the same anchor and sequence.
    society, apart = fleet.society, tmp_path / "apart.json"
    apart.write_bytes(_file(society, "xa", _twin(society, "xa")))
    config = fleet.processes["xb.customs"].config
    text = config.read_text().replace(str(tmp_path / "trust" / "xa.json"), str(apart))
    config.write_text(text)
    here = fleet.processes["xa.customs"].config
    try:
        for node in ("xa.customs", "xb.customs"):
            await asyncio.to_thread(fleet.processes[node].start)
        station = fleet.stations["xa.customs"]
        for _ in range(3):
            assert (await station.submit(Parcel().order)).state == "accepted"
            await asyncio.sleep(0.3)

        async def noticed() -> bool:
            return await asyncio.to_thread(_told, here) == [("trust-list-equivocation", "xa", "xb.customs")]

        await eventually(noticed)

        async def witnessed() -> bool:
            found = await station.as_("xa.customs").checkpoint()
            receipt = fleet.stations["xb.customs"].as_("xa.customs")
            header: Any = found["header"]
            try:
                return bool(await receipt.receipt("xa.customs", header["id"]))
            except Refused:
                return False

        await eventually(witnessed)
    finally:
        await fleet.close()


def _told(config: Path) -> list[tuple[str, str, str]]:
    with closing(database_of(config)) as database, database.reading() as connection:
        rows = connection.execute(evidence.INCIDENTS).all()
    return [(each.code, each.about, each.source) for each in rows]


class Forked:
    """A peer that keeps several logs and seals checkpoints of each; it proves only what is true."""

    def __init__(self, society: Society, node: str = "xb.customs") -> None:
        self.society, self.node = society, node
        self.trees: dict[str, MerkleTree] = {}

    def checkpoint(self, tree: str, size: int, at: Any) -> bytes:
        """Grow one of its logs and seal its checkpoint."""
        grown = self.trees.setdefault(tree, MerkleTree())
        while grown.size < size:
            grown.append(leaf_hash(f"{tree}{grown.size}".encode()))
        payload = documents.build(
            "checkpoint", None, issuer=self.node, environment=self.society.environment, issued_at=moment(at),
            receivers=["xa.customs"], log=self.node, size=size, root="sha-256:" + grown.root(size).hex(),
        )  # fmt: skip
        return envelope.seal(strict.dump(payload), self.society.keys[self.node].seal)

    async def prove_consistency(self, first: Mapping[str, Any], second: Mapping[str, Any]) -> None:
        """As the client's own, with the log that is asked about at hand."""
        await asyncio.sleep(0.05)
        for tree in self.trees.values():
            if tree.size >= second["size"] and all(
                each["root"] == "sha-256:" + tree.root(each["size"]).hex() for each in (first, second)
            ):
                return
        raise Unavailable("the path does not prove that the log only grew")

    async def close(self) -> None:
        pass


async def _offered(station: Station, raw: bytes) -> str:
    outcome = await station.as_("xb.customs", attempts=1).submit(raw)
    return outcome.state if outcome.taken_in else outcome.code


@pytest.mark.requirement("TF-INTAKE-34", "TF-INTAKE-44")
@synchronous
async def test_a_log_that_was_rewritten_is_refused_kept_as_evidence_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    society = Society()
    async with in_process(tmp_path, society, settings=QUIET) as (station, gateway):
        peer = Forked(society)
        gateway.node.peers.client = lambda _: peer  # type: ignore[method-assign, assignment, return-value]
        now = gateway.node.now()
        first, grown = peer.checkpoint("true", 5, now), peer.checkpoint("true", 9, now)
        other, longer = peer.checkpoint("forged", 9, now), peer.checkpoint("forged", 12, now)
        assert [await _offered(station, each) for each in (first, grown)] == ["accepted", "accepted"]
        assert await _offered(station, other) == "log-inconsistent"
        assert await _offered(station, other) == "log-inconsistent"
        assert await _offered(station, longer) == "log-inconsistent"
        assert await _offered(station, peer.checkpoint("true", 20, now)) == "accepted"
        found = _incidents(gateway)
        assert [(each["held"], each["shown"]) for each in found] == [(grown, other), (grown, longer)]
        assert {(each["code"], each["about"]) for each in found} == {("log-inconsistent", "xb.customs")}
        assert "incident log-inconsistent (TF-INTAKE-34) about xb.customs" in caplog.text
        # The peer's trade goes on: what it seals is judged document by document.
        assert (await station.submit(Parcel().order)).state == "accepted"
        samples = {
            (each.name, tuple(each.labels.values())): each.value
            for family in gateway.node.metrics.registry.collect()
            for each in family.samples
        }
        assert samples["threeflow_incidents_open", ("log-inconsistent",)] == 2
        assert samples["threeflow_incidents_open", ("trust-list-equivocation",)] == 0
    config = str(tmp_path / "xa.customs" / "node.toml")
    assert main(["doctor", "--config", config, "--offline"]) == 1
    assert "2 incidents about xb.customs" in capsys.readouterr().out
    assert main(["incidents", "export", "--config", config, "--out", str(tmp_path / "evidence")]) == 0
    assert (tmp_path / "evidence" / "1-log-inconsistent.shown.json").read_bytes() == other
    assert (tmp_path / "evidence" / "1-log-inconsistent.held.json").read_bytes() == grown
    capsys.readouterr()
    assert main(["incidents", "list", "--config", config, "--json"]) == 0
    assert [each["no"] for each in json.loads(capsys.readouterr().out)] == [1, 2]
    for number, code in ((1, 0), (2, 0), (2, 1)):
        assert main(["incidents", "close", "--config", config, "--no", str(number)]) == code
    assert main(["doctor", "--config", config, "--offline"]) == 0


@pytest.mark.requirement("TF-INTAKE-44")
@synchronous
async def test_two_checkpoints_that_arrive_together_are_not_both_taken_in(tmp_path: Path) -> None:
    society = Society()
    async with in_process(tmp_path, society, settings=QUIET) as (station, gateway):
        peer = Forked(society)
        gateway.node.peers.client = lambda _: peer  # type: ignore[method-assign, assignment, return-value]
        now = gateway.node.now()
        peer.trees["true"] = MerkleTree()
        peer.checkpoint("true", 3, now)
        # Two logs that begin alike, so that each continues what is held and neither the other.
        twin = peer.trees["twin"] = MerkleTree()
        for number in range(3):
            twin.append(leaf_hash(f"true{number}".encode()))
        assert await _offered(station, peer.checkpoint("true", 3, now)) == "accepted"
        forks = [peer.checkpoint("true", 8, now), peer.checkpoint("twin", 8, now)]
        outcomes = await asyncio.gather(*(_offered(station, each) for each in forks))
        assert sorted(outcomes) == ["accepted", "unavailable"]
        assert await _offered(station, forks[outcomes.index("unavailable")]) == "log-inconsistent"
        assert len(_incidents(gateway)) == 1


@pytest.mark.requirement("TF-TRUST-20")
@synchronous
async def test_a_restart_over_an_earlier_trust_file_or_none_keeps_the_newest_list(tmp_path: Path) -> None:
    society = Society()
    file = tmp_path / "trust" / "xa.json"
    async with in_process(tmp_path, society, settings=QUIET) as (_, gateway):
        first = file.read_bytes()
        society.publish("xa")
        _written(file, society.trust_file("xa"))
        assert await gateway.node.reload_trust()
        digests = gateway.node.trust.digests()
    society.lists["xa"].pop()
    society.lists["xb"].clear()
    for state in (first, b"{", None):
        gateway = _restarted(tmp_path, file, state)
        try:
            assert gateway.node.trust.digests() == digests
        finally:
            await gateway.node.close()


def _restarted(folder: Path, file: Path, octets: bytes | None) -> Gateway:
    file.unlink(missing_ok=True)
    if octets is not None:
        file.write_bytes(octets)
    return Gateway(load(folder / "xa.customs" / "node.toml"))


@pytest.mark.requirement("TF-TRUST-21")
@synchronous
async def test_trust_files_on_a_disk_that_hangs_hold_up_nobody(tmp_path: Path) -> None:
    society = Society()
    settings = {**QUIET, "trust": {"reload_seconds": 0.05}}
    async with in_process(tmp_path, society, settings=settings) as (station, gateway):
        file = tmp_path / "trust" / "xa.json"
        file.unlink()
        # Whoever opens it waits until somebody writes to it.
        os.mkfifo(file)
        await asyncio.sleep(0.3)
        for _ in range(3):
            assert (await station.submit(Parcel().order)).state == "accepted"
        assert await gateway.node.readiness.ask() == ()
        society.publish("xa")
        octets = society.trust_file("xa")
        await asyncio.to_thread(file.write_bytes, octets)

        async def newer() -> bool:
            newest = gateway.node.trust.newest("xa")
            return newest is not None and newest.sequence == 2

        await eventually(newer)


@pytest.mark.requirement("TF-TRUST-5", "TF-TRUST-21")
@synchronous
async def test_a_list_that_came_under_a_clock_set_back_is_taken_once_it_is_right(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    society = Society()
    async with in_process(tmp_path, society, settings=QUIET) as (_, gateway):
        right, files = gateway.node.now, gateway.node._trust_files
        files._now = lambda: right() - timedelta(hours=1)
        society.publish("xa")
        _written(tmp_path / "trust" / "xa.json", society.trust_file("xa"))
        for _ in range(3):
            assert not await gateway.node.reload_trust()
        assert caplog.text.count("is not taken") == 1
        files._now = lambda: right() - timedelta(seconds=50)
        assert await gateway.node.reload_trust()
