"""A disk without room under a running node: honest answers, nothing acknowledged lost, no hand needed after.

The disk is real and small; the node is a process of its own. What SQLite alone can be made to say, and a
database that is gone, is in ``tests/gateway/test_trouble.py``.
"""

import asyncio
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from kit import postgres
from kit.asynchronous import eventually, synchronous
from kit.members import Society
from kit.papers import Parcel
from kit.raw import JOSE, code_of
from kit.small_disk import SmallDisk, mounted
from kit.stations import Fleet, Station
from threeflow import envelope
from threeflow_gateway.store.database import Database
from threeflow_gateway.store.verifying import verify

pytestmark = [pytest.mark.slow, pytest.mark.long]
NODE = "xa.customs"
ROOM = 100_000


class Disk:
    """The database of a node on a small disk, of one of the two kinds."""

    def __init__(self, small: SmallDisk, url: str, cluster: postgres.Cluster | None) -> None:
        self.small = small
        self.url = url
        self._cluster = cluster

    @property
    def seen(self) -> bool:
        """Whether the node sees how much room there is."""
        return self._cluster is None

    def supervise(self) -> None:
        """What a service manager does: start the database again where it ended for want of room."""
        if self._cluster is not None:
            self._cluster.keep()

    def check(self) -> None:
        """The database itself finds nothing wrong with its files."""
        if self._cluster is None:
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        else:
            said = (self._cluster.folder / "log.txt").read_text()
            assert "No space left on device" in said
            self._cluster.run("pg_dump", "--dbname", self.url.replace("postgresql+psycopg", "postgresql"))


@contextmanager
def disk(kind: str, folder: Path) -> Iterator[Disk]:
    if kind == "sqlite":
        with mounted(folder / "disk", 16) as small:
            yield Disk(small, f"sqlite:///{small.path / 'node.sqlite3'}", None)
        return
    # PostgreSQL is not root, and cannot come through a folder that is root's alone.
    with tempfile.TemporaryDirectory(prefix="tf-disk-") as outer:
        Path(outer).chmod(0o755)
        with mounted(Path(outer) / "disk", 160) as small:
            made = postgres.Cluster(postgres.needed(), durable=True, place=small.path)
            try:
                yield Disk(small, made.of_node(folder), made)
            finally:
                small.path.joinpath("ballast").unlink(missing_ok=True)
                made.close()


async def sent(station: Station, orders: list[Any]) -> list[tuple[Any, httpx.Response]]:
    """Send orders all at once; what each was answered."""
    client = station.as_("xa.platform", attempts=1)

    async def one(order: Any) -> tuple[Any, httpx.Response]:
        sealed = client.seal(order)
        return order, await client._transport.request("POST", "/v1/documents", body=sealed, media_type=JOSE)

    return list(await asyncio.gather(*(one(each) for each in orders)))


def taken(answers: list[tuple[Any, httpx.Response]]) -> dict[str, bytes]:
    """The receipts by document id; what was not taken in was told to come again, in no database's words."""
    receipts = {}
    for order, answer in answers:
        if answer.status_code in {200, 201}:
            receipts[order["header"]["id"]] = answer.content
            continue
        assert answer.status_code == 503, answer.text
        said = answer.json()
        assert (said["code"], said["retryable"]) == ("unavailable", True)
        assert answer.headers["retry-after"]
        assert not any(word in answer.text for word in ("sqlite", "psycopg", "INSERT", "No space"))
    return receipts


class Trial:
    """One node on a small disk, what it acknowledged, and what it has still to take in."""

    def __init__(self, folder: Path, at: Disk) -> None:
        society = Society()
        for number, member in enumerate(each for each in society.members if each.gateway):
            # The list names the peers; nobody listens there.
            society.endpoints[member.id] = f"http://127.0.0.1:{number + 1}"
        self.disk = at
        storage = {"url": at.url, "busy_seconds": 2.0, "free_octets": ROOM}
        self.fleet = Fleet(folder, (NODE,), {"storage": storage, "delivery": {"enabled": False}}, society)
        self.station = self.fleet.stations[NODE]
        self.receipts: dict[str, bytes] = {}
        self.refused: list[Any] = []

    async def send(self, orders: list[Any]) -> set[int]:
        """Send orders all at once; keep the receipts and what is to come again, and return the statuses."""
        answers = await sent(self.station, orders)
        self.receipts |= taken(answers)
        self.refused += [order for order, answer in answers if answer.status_code == 503]
        return {answer.status_code for _, answer in answers}

    async def again(self) -> bool:
        """Whether what had no room is taken in now."""
        waiting, self.refused = self.refused, []
        await self.send(waiting)
        return not self.refused

    async def status(self, target: str) -> int:
        async with httpx.AsyncClient() as client:
            return (await client.get(self.station.endpoint + target)).status_code


async def without_room(trial: Trial, *, left: int) -> None:
    """Fill the disk but for so many octets, and send until nothing at all is taken in any more."""
    trial.disk.small.fill(but=left)
    while await trial.send([Parcel().order for _ in range(40)]) != {503}:
        pass
    # A wrong document is told what is wrong with it, room or not; and the process lives.
    wrong = await trial.station.as_("xa.platform")._transport.request(
        "POST", "/v1/documents", body=b'{"payload":1}', media_type=JOSE
    )
    assert (wrong.status_code, code_of(wrong)) == (400, "envelope-malformed")
    assert await trial.status("/health") == 200
    if trial.disk.small.left() < ROOM:
        # Where the node sees the disk itself it says beforehand that it cannot take in anything.
        assert await trial.status("/ready") == (503 if trial.disk.seen else 200)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.requirement("TF-REST-8", "TF-INTAKE-25", "TF-INTAKE-27")
@synchronous
async def test_a_node_without_room_says_so_and_goes_on_when_there_is_room(kind: str, tmp_path: Path) -> None:
    with disk(kind, tmp_path) as at:
        trial = Trial(tmp_path, at)
        try:
            trial.fleet.start()
            for left in (0, 200_000, 400_000):
                assert await trial.send([Parcel().order for _ in range(20)]) == {201}
                await without_room(trial, left=left)
                dies = left == 400_000
                if dies:
                    # The worst moment for it.
                    trial.fleet.processes[NODE].kill()
                at.small.free()
                await asyncio.to_thread(at.supervise)
                if dies:
                    await asyncio.to_thread(trial.fleet.processes[NODE].start)
                await eventually(trial.again)
                assert await trial.status("/ready") == 200
            for name, receipt in trial.receipts.items():
                held = await trial.station.as_("xa.platform")._transport.request(
                    "GET", f"/v1/documents/xa.platform/{name}/receipt"
                )
                assert held.content == receipt
        finally:
            await trial.fleet.close()
        with closing(Database(at.url)) as database, database.reading() as connection:
            verdict = verify(connection)
        assert (verdict.size, verdict.faults) == (len(trial.receipts), ())
        assert len({envelope.read(each).digest for each in trial.receipts.values()}) == verdict.size
        at.check()
