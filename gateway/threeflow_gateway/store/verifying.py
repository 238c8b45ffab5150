"""Whether what a database holds is one log: every leaf its receipt's, every checkpoint of this very tree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from threeflow import envelope
from threeflow.log import MerkleTree, leaf_hash
from threeflow_gateway.store import tables

__all__ = ["Point", "Verdict", "verify"]

_ROWS = 2000


@dataclass(frozen=True, slots=True)
class Point:
    """A state of the log that a checkpoint sealed; ``name`` says where it comes from."""

    name: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """Size and root of the log, how many points were compared, and what is wrong, if anything is."""

    size: int
    root: bytes
    compared: int
    faults: tuple[str, ...]


def verify(connection: Connection, outside: Sequence[Point] = ()) -> Verdict:
    """Read the whole log, and hold it to the checkpoints that it made and to those kept ``outside``."""
    own = [
        Point(f"the own checkpoint at {row.size}", row.size, bytes(row.root))
        for row in connection.execute(select(tables.checkpoint.c.size, tables.checkpoint.c.root))
    ]
    points = sorted([*own, *outside], key=lambda each: each.size)
    tree, faults = MerkleTree(), []
    ahead = iter(points)
    point = next(ahead, None)
    for index, held, receipt in _leaves(connection):
        size = tree.size
        if index != size:
            faults.append(f"leaf {size} is missing: {index} comes after {size - 1}")
            break
        if leaf_hash(envelope.read(receipt).payload) != held:
            faults.append(f"leaf {index} is not that of its receipt")
        tree.append(held)
        while point is not None and point.size <= tree.size:
            if point.size == tree.size and point.root != tree.root():
                faults.append(f"{point.name}: another log, its root at {point.size} leaves differs")
            point = next(ahead, None)
    while point is not None:
        lacking = point.size - tree.size
        faults.append(f"{point.name}: covers {point.size} leaves; the newest {lacking} are missing here")
        point = next(ahead, None)
    faults += _counted(connection, tree.size)
    return Verdict(tree.size, tree.root(), len(points), tuple(faults))


def _leaves(connection: Connection) -> Iterator[tuple[int, bytes, bytes]]:
    """Give index, leaf hash and receipt of every leaf, page by page."""
    document = tables.document.c
    after = -1
    while True:
        query = select(document.leaf, document.leaf_hash, document.receipt).where(document.leaf > after)
        rows = connection.execute(query.order_by(document.leaf).limit(_ROWS)).all()
        for row in rows:
            yield row.leaf, bytes(row.leaf_hash), bytes(row.receipt)
        if len(rows) < _ROWS:
            return
        after = rows[-1].leaf


def _counted(connection: Connection, leaves: int) -> Iterator[str]:
    head = connection.execute(select(tables.head.c.documents, tables.head.c.leaves)).one_or_none()
    if head is not None and head.leaves != leaves:
        yield f"the head counts {head.leaves} leaves, {leaves} are there"
    documents = connection.execute(select(func.count()).select_from(tables.document)).scalar_one()
    if head is not None and head.documents != documents:
        yield f"the head counts {head.documents} documents, {documents} are there"
    told = tables.event.c
    last = select(told.party, func.max(told.seq), func.count()).group_by(told.party)
    feeds = {row.node: row.events for row in connection.execute(select(tables.party))}
    for party, newest, count in connection.execute(last):
        if newest != count or feeds.get(party) != newest:
            yield f"the feed of {party} has a gap: {count} events up to {newest}"
