"""Whether what a database holds is one log: every leaf its receipt's, every checkpoint of this very tree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select

from threeflow import envelope
from threeflow.log import MerkleTree, leaf_hash
from threeflow_gateway.store import tables
from threeflow_gateway.store.kept import volumes_of
from threeflow_gateway.store.moved import ENVELOPE_IF_MOVED, RECEIPT
from threeflow_gateway.store.volumes import AwayError, Volumes

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


@dataclass(slots=True)
class _Away:
    """What of one archive could not be read: how many documents, the first leaf, and why."""

    leaf: int
    reason: str
    documents: int = 0


@dataclass(slots=True)
class _Shelf:
    """Fetches what was moved to archives, and counts what cannot be had."""

    volumes: Volumes
    away: dict[str, _Away] = field(default_factory=dict)

    def receipt(self, leaf: int, receipt: bytes, envelope_if_moved: bytes | None) -> bytes | None:
        """Return a leaf's receipt, where it and the document that was moved with it can be had."""
        try:
            if envelope_if_moved is not None:
                self.volumes.octets(envelope_if_moved)
            return self.volumes.octets(receipt)
        except AwayError as error:
            self.away.setdefault(error.archive, _Away(leaf, error.reason)).documents += 1
            return None

    def faults(self) -> Iterator[str]:
        """Give a sentence for each archive of which something cannot be had."""
        for name, each in self.away.items():
            said = f"{each.documents} documents cannot be read, the first at leaf {each.leaf}"
            yield f"archive {name}: {said}: {each.reason}"


def verify(connection: Connection, outside: Sequence[Point] = ()) -> Verdict:
    """Read the whole log, and hold it to the checkpoints that it made and to those kept ``outside``.

    What was moved to archives is read from there, each octet of it.
    """
    own = [
        Point(f"the own checkpoint at {row.size}", row.size, bytes(row.root))
        for row in connection.execute(select(tables.checkpoint.c.size, tables.checkpoint.c.root))
    ]
    points = sorted([*own, *outside], key=lambda each: each.size)
    tree, faults, shelf = MerkleTree(), [], _Shelf(volumes_of(connection.dialect))
    ahead = iter(points)
    point = next(ahead, None)
    for index, held, receipt in _leaves(connection, shelf):
        size = tree.size
        if index != size:
            faults.append(f"leaf {size} is missing: {index} comes after {size - 1}")
            break
        if receipt is not None and leaf_hash(envelope.read(receipt).payload) != held:
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
    faults += shelf.faults()
    faults += _counted(connection, tree.size)
    return Verdict(tree.size, tree.root(), len(points), tuple(faults))


def _leaves(connection: Connection, shelf: _Shelf) -> Iterator[tuple[int, bytes, bytes | None]]:
    """Give index, leaf hash and receipt of every leaf, page by page; None where the receipt cannot be had."""
    document = tables.document.c
    after = -1
    while True:
        columns = (document.leaf, document.leaf_hash, RECEIPT, ENVELOPE_IF_MOVED)
        query = select(*columns).where(document.leaf > after)
        rows = connection.execute(query.order_by(document.leaf).limit(_ROWS)).all()
        for row in rows:
            receipt = shelf.receipt(row.leaf, row.receipt, row.envelope_if_moved)
            yield row.leaf, bytes(row.leaf_hash), receipt
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
