"""A backup gives one consistent log again; what was acknowledged after it is seen to be missing."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text

from kit import postgres, stations
from kit.asynchronous import synchronous
from kit.members import Society
from kit.papers import Parcel
from kit.stations import in_process
from threeflow_gateway.cli import main
from threeflow_gateway.store.database import Database

Backup = tuple[str, Any]


def back_up(url: str, cluster: postgres.Cluster | None, folder: Path) -> Path:
    """Take a backup while the node runs, as the how-to says."""
    target = folder / "backup"
    if cluster is None:
        with sqlite3.connect(make_url(url).database or "") as live, sqlite3.connect(target) as kept:
            live.backup(kept)
        return target
    dumped = cluster.run("pg_dump", "--format=custom", make_url(url).database or "")
    target = cluster.folder / f"{make_url(url).database}.dump"
    target.write_bytes(dumped)
    target.chmod(0o644)
    return target


def restore(backup: Path, cluster: postgres.Cluster | None, folder: Path) -> str:
    """Restore a backup into a new database; return its address."""
    if cluster is None:
        target = folder / "restored.sqlite3"
        target.write_bytes(backup.read_bytes())
        return f"sqlite:///{target}"
    url = cluster.database("template0")
    cluster.run("pg_restore", "--exit-on-error", f"--dbname={make_url(url).database}", str(backup))
    return url


def verified(
    config: Path, url: str, checkpoints: list[Path], capfd: pytest.CaptureFixture[str]
) -> tuple[int, str]:
    other = config.with_name("other.toml")
    kept = config.read_text().partition("[storage]")[0]
    other.write_text(f'{kept}\n[storage]\nurl = "{url}"\n')
    words = [word for each in checkpoints for word in ("--checkpoint", str(each))]
    code = main(["database", "verify", "--config", str(other), *words])
    return code, capfd.readouterr().out


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.requirement("TF-INTAKE-26", "TF-INTAKE-33")
@synchronous
async def test_a_restored_backup_is_one_log_and_an_old_one_is_told_from_the_newest(
    kind: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    cluster: postgres.Cluster | None = None
    url = f"sqlite:///{tmp_path / 'live.sqlite3'}"
    if kind == "postgresql":
        cluster = request.getfixturevalue("postgres_cluster")
        url = cluster.of_node(tmp_path / "live")
    society, kept = Society(), []
    lost: list[Any] = []
    async with in_process(tmp_path, society, settings={"storage": {"url": url}}) as (station, gateway):
        client = station.as_("xa.customs")

        async def checkpoint() -> Path:
            await gateway.node._checkpoints.make()
            answer = await client._transport.request("GET", "/v1/log/checkpoint")
            path = tmp_path / f"checkpoint-{len(kept)}.json"
            path.write_bytes(answer.content)
            kept.append(path)
            return path

        for _ in range(300):
            assert (await station.submit(Parcel().order)).taken_in
        before = await checkpoint()
        backup = back_up(url, cluster, tmp_path)
        lost = [Parcel().order for _ in range(3)]
        receipts = [await station.submit(each) for each in lost]
        after = await checkpoint()
    config = tmp_path / "xa.customs" / "node.toml"
    assert verified(config, url, kept, capfd)[0] == 0
    restored = restore(backup, cluster, tmp_path)
    assert verified(config, restored, [before], capfd)[0] == 0
    code, said = verified(config, restored, kept, capfd)
    assert code == 1
    assert "covers 303 leaves; the newest 3 are missing here" in said
    # A node that goes on from there gives the same places to other receipts: another log under the same name.
    async with in_process(tmp_path, society, settings={"storage": {"url": restored}}) as (station, _):
        again = [await station.submit(each) for each in reversed(lost)]
        assert [each.receipt["log"]["index"] for each in again] == [300, 301, 302]
        assert {each.raw for each in again}.isdisjoint(each.raw for each in receipts)
    code, said = verified(config, restored, [after], capfd)
    assert code == 1
    assert "another log, its root at 303 leaves differs" in said


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("UPDATE document SET leaf_hash = receipt WHERE leaf = 1", "leaf 1 is not that of its receipt"),
        ("UPDATE document SET leaf = 9 WHERE leaf = 2", "leaf 2 is missing"),
        ("UPDATE head SET leaves = 7", "the head counts 7 leaves, 3 are there"),
        ("UPDATE party SET events = 9 WHERE node = 'xa.customs'", "the feed of xa.customs has a gap"),
    ],
)
@synchronous
async def test_a_log_that_was_touched_is_not_whole(
    damage: str, told: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async with in_process(tmp_path, Society()) as (station, gateway):
        for _ in range(3):
            await station.submit(Parcel().order)
        database: Database = gateway.node.database
        with database.writing() as connection:
            connection.execute(text(damage))
    code = main(["database", "verify", "--config", str(tmp_path / "xa.customs" / "node.toml")])
    assert code == 1
    assert told in capfd.readouterr().out


def test_what_is_no_checkpoint_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    config = stations.configure(tmp_path, _placed(), "xa.customs", 1)
    (tmp_path / "odd.json").write_text("{}")
    words = ["--config", str(config), "--checkpoint", str(tmp_path / "odd.json")]
    assert main(["database", "verify", *words]) == 2
    assert "is no sealed checkpoint" in capfd.readouterr().err


def _placed() -> Society:
    society = Society()
    for index, member in enumerate(each for each in society.members if each.gateway):
        society.endpoints[member.id] = f"http://127.0.0.1:{index + 1}"
    return society
