"""A node under load while its processes and its database are killed, and what has to hold in the end."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import httpx
from sqlalchemy import Connection, func, select

from kit.forking import Forked, Nursery
from kit.members import MEMBERS, Society
from kit.papers import Parcel
from kit.stations import Station, configure, free_ports
from threeflow import envelope
from threeflow.errors import Unavailable
from threeflow.log import MerkleTree, leaf_hash
from threeflow_gateway.store import tables
from threeflow_gateway.store.database import Database

NODE, PEER = "xa.hub", "xa.customs"
WORKERS = 8
SETTINGS = {"storage": {"busy_seconds": 10.0}, "limits": {"answer_seconds": 10.0}, "log": {"level": "ERROR"}}


class Victim(Protocol):
    """What is killed and comes back."""

    def kill(self) -> None:
        """End it at once."""

    def start(self) -> None:
        """Start it, and wait until it serves."""


class Balancer(httpx.AsyncBaseTransport):
    """What a reverse proxy does: it spreads calls over the processes of a node."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._inner = httpx.AsyncHTTPTransport()
        self._ports = itertools.cycle(ports)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(port=next(self._ports))
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


class Site:
    """A node of one or several processes over one database, and a peer that it delivers to."""

    def __init__(self, folder: Path, *, processes: int, url: str = "") -> None:
        self.society = Society(tuple(each for each in MEMBERS if each.id in {NODE, PEER, "xa.platform"}))
        self.url = url or f"sqlite:///{folder / NODE / 'node.sqlite3'}"
        self.peer_url = f"sqlite:///{folder / PEER / 'node.sqlite3'}"
        *ports, peer_port = free_ports(processes + 1)
        self.society.endpoints = {
            NODE: f"http://127.0.0.1:{ports[0]}",
            PEER: f"http://127.0.0.1:{peer_port}",
        }
        self._nursery = Nursery(folder / "log.txt")
        storage = {**SETTINGS["storage"], "url": self.url}
        first = configure(folder, self.society, NODE, ports[0], {**SETTINGS, "storage": storage})
        self.gateways = [Forked(self._nursery, first, self.society.endpoints[NODE])]
        for port in ports[1:]:
            other = first.with_name(f"node-{port}.toml")
            other.write_text(first.read_text().replace(f"port = {ports[0]}\n", f"port = {port}\n"))
            self.gateways.append(Forked(self._nursery, other, f"http://127.0.0.1:{port}"))
        peer = configure(folder, self.society, PEER, peer_port, SETTINGS)
        self._peer = Forked(self._nursery, peer, self.society.endpoints[PEER])
        self.station = Station(self.society, NODE, Balancer(ports))

    def start(self) -> None:
        """Start all."""
        for each in (self._peer, *self.gateways):
            each.start()

    async def close(self) -> None:
        """End all."""
        await self.station.close()
        for each in (self._peer, *self.gateways):
            await asyncio.to_thread(each.stop)
        self._nursery.close()


class Load:
    """Callers that submit orders and repeat each until it is acknowledged, and some of them once more."""

    def __init__(self, station: Station, seed: int) -> None:
        self._client = station.as_("xa.platform", attempts=1)
        self._draw = random.Random(seed)
        self._tasks: list[asyncio.Task[None]] = []
        self.stopping = False
        self.acknowledged: dict[str, bytes] = {}
        self.news = asyncio.Event()
        self.unanswered = 0
        self.changed: list[str] = []

    def start(self) -> None:
        """Begin to submit."""
        self._tasks = [asyncio.create_task(self._work()) for _ in range(WORKERS)]

    async def something_new(self) -> None:
        """Wait until something more is acknowledged; raise what a caller came to grief with."""
        self.news.clear()
        news = asyncio.create_task(self.news.wait())
        await asyncio.wait([news, *self._tasks], return_when=asyncio.FIRST_COMPLETED)
        if not news.done():
            news.cancel()
            await asyncio.gather(*(each for each in self._tasks if each.done()))

    async def stop(self) -> None:
        """Submit nothing new, and wait until everything is acknowledged."""
        self.stopping = True
        await asyncio.gather(*self._tasks)

    async def _work(self) -> None:
        sent: list[tuple[str, bytes]] = []
        while not self.stopping:
            order = Parcel().order
            document, sealed = order["header"]["id"], self._client.seal(order)
            await self._until_acknowledged(document, sealed)
            sent.append((document, sealed))
            if self._draw.random() < 0.2:
                await self._until_acknowledged(*self._draw.choice(sent))
            await asyncio.sleep(0.02)

    async def _until_acknowledged(self, document: str, sealed: bytes) -> None:
        while True:
            try:
                outcome = await self._client.submit(sealed)
            except Unavailable:
                outcome = None
            if outcome is not None and outcome.taken_in:
                if self.acknowledged.setdefault(document, outcome.raw) != outcome.raw:
                    self.changed.append(document)
                self.news.set()
                return
            if outcome is not None and not outcome.retryable:
                raise AssertionError(f"{document}: {outcome.code}")
            self.unanswered += 1
            await asyncio.sleep(0.1)


async def kill(
    load: Load, victim: Victim, times: int, seed: int, say: Callable[[], None] = lambda: None
) -> int:
    """Kill a victim at random moments, each time after something was acknowledged since; return how often."""
    draw = random.Random(seed)
    for _ in range(times):
        await load.something_new()
        await asyncio.sleep(draw.uniform(0.0, 0.5))
        await asyncio.to_thread(victim.kill)
        await asyncio.to_thread(victim.start)
        say()
    return times


def owed(url: str) -> int:
    """How many deliveries are still to be made."""
    database = Database(url)
    with database.reading() as connection:
        query = select(func.count()).select_from(tables.outbox).where(tables.outbox.c.state == "due")
        found: int = connection.execute(query).scalar_one()
    database.close()
    return found


def faults(site: Site, load: Load) -> dict[str, list[str]]:
    """What is not as it has to be: acknowledged and lost, effects doubled, inconsistencies of the log."""
    database, peer = Database(site.url), Database(site.peer_url)
    with database.reading() as connection, peer.reading() as other:
        found = {
            "lost": _lost(connection, load.acknowledged) + load.changed,
            "doubled": [*_doubled(connection, load.acknowledged), *_delivered(connection, other)],
            "log": list(_log(connection)),
        }
    database.close()
    peer.close()
    return found


def _lost(connection: Connection, acknowledged: Mapping[str, bytes]) -> list[str]:
    rows = connection.execute(select(tables.document.c.id, tables.document.c.receipt))
    held = {row.id: bytes(row.receipt) for row in rows}
    return [document for document, receipt in acknowledged.items() if held.get(document) != receipt]


def _doubled(connection: Connection, acknowledged: Mapping[str, bytes]) -> list[str]:
    orders = Counter(
        connection.execute(select(tables.document.c.id).where(tables.document.c.type == "order")).scalars()
    )
    found = [f"held {count} times: {each}" for each, count in orders.items() if count > 1]
    found += [f"never submitted to the end: {each}" for each in orders.keys() - acknowledged.keys()]
    about = select(tables.subject_document.c.document).join(
        tables.document, tables.document.c.no == tables.subject_document.c.document
    )
    subjects = Counter(connection.execute(about.where(tables.document.c.type == "order")).scalars())
    found += [f"filed {count} times: {each}" for each, count in subjects.items() if count > 1]
    feeds: dict[str, list[int]] = {}
    told: Counter[tuple[str, int, str]] = Counter()
    for row in connection.execute(select(tables.event).order_by(tables.event.c.party, tables.event.c.seq)):
        feeds.setdefault(row.party, []).append(row.seq)
        told[row.party, row.document, row.name] += 1
    for party, numbers in feeds.items():
        if numbers != list(range(1, len(numbers) + 1)):
            found.append(f"the feed of {party} has a gap")
    return found + [f"told {count} times: {each}" for each, count in told.items() if count > 1]


def _delivered(connection: Connection, peer: Connection) -> list[str]:
    wanted = select(tables.document.c.id, tables.outbox.c.answer, tables.outbox.c.state).join(
        tables.document, tables.document.c.no == tables.outbox.c.document
    )
    here = {
        row.id: row
        for row in connection.execute(
            wanted.where(tables.outbox.c.peer == PEER, tables.document.c.type == "order")
        )
    }
    rows = peer.execute(select(tables.document.c.id, tables.document.c.receipt, tables.document.c.no))
    there = {row.id: row for row in rows}
    found = []
    for document, row in here.items():
        got = there.get(document)
        if row.state != "done" or got is None or bytes(got.receipt) != bytes(row.answer):
            found.append(f"delivered otherwise than once: {document} is {row.state}")
    told = Counter(
        peer.execute(select(tables.event.c.document).where(tables.event.c.party == PEER)).scalars()
    )
    return found + [f"told the peer {count} times: {each}" for each, count in told.items() if count > 1]


def _log(connection: Connection) -> Sequence[str]:
    rows = connection.execute(
        select(tables.document.c.leaf, tables.document.c.leaf_hash, tables.document.c.receipt)
        .where(tables.document.c.leaf.is_not(None))
        .order_by(tables.document.c.leaf)
    ).all()
    found = []
    if [row.leaf for row in rows] != list(range(len(rows))):
        found.append("the leaves have a gap")
    if connection.execute(select(tables.head.c.leaves)).scalar_one() != len(rows):
        found.append("the head counts other leaves than there are")
    found += [
        f"leaf {row.leaf} is not its receipt's"
        for row in rows
        if leaf_hash(envelope.read(bytes(row.receipt)).payload) != bytes(row.leaf_hash)
    ]
    sizes = connection.execute(select(tables.checkpoint.c.size, tables.checkpoint.c.root)).all()
    tree = MerkleTree()
    wanted = {row.size: bytes(row.root) for row in sizes}
    for row in rows:
        tree.append(bytes(row.leaf_hash))
        root = wanted.pop(row.leaf + 1, None)
        if root is not None and root != tree.root():
            found.append(f"the checkpoint at {row.leaf + 1} is of another log")
    found += [f"a checkpoint of {size} leaves that are not there" for size in wanted]
    for row in connection.execute(select(tables.tile.c.number, tables.tile.c.hashes)):
        own = b"".join(bytes(each.leaf_hash) for each in rows[row.number * 256 : row.number * 256 + 256])
        if own != bytes(row.hashes):
            found.append(f"tile {row.number} holds other leaves")
    return found
