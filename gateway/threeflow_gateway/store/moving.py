"""Moving octets of old documents from the database to an archive that holds them, and back.

Nothing that anybody can observe changes: only the octets of envelope and receipt leave their row, and a
pointer takes their place; ids, digests, leaves, links and events stay. An archive is held to the database
line by line before, and again under the writers' lock. Each transaction is small, so that a running node goes
on beside it; after any of them all can be read, wherever the command is ended.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, LargeBinary, bindparam, select, update

from threeflow import archive
from threeflow.archive import Entry, Head, Span
from threeflow.errors import Refused
from threeflow.log import verify_inclusion
from threeflow_gateway.store import statements
from threeflow_gateway.store.database import Database
from threeflow_gateway.store.moved import ENVELOPE, RECEIPT, documents_in
from threeflow_gateway.store.tables import checkpoint, document, outbox, waiting
from threeflow_gateway.store.volumes import ZERO, AwayError, Pointer, settle

__all__ = ["REASONS", "ChangedError", "Tally", "back", "disagreements", "move"]

Advance = Callable[[int], None]
"""Told how many more documents are done."""

PERSONAL, PENDING, OWED, DEAD = REASONS = ("personal-data", "pending", "owed", "dead-letter")
"""Why a document is kept: its parts are not erased, it waits, a peer is owed it, a peer did not take it."""

_AT_ONCE: Final = 100
_PAUSE: Final = 0.02
_WAITS: Final = {"pending", "held-back"}

_ROWS: Final = (
    select(document.c.no, document.c.leaf, document.c.leaf_hash, document.c.effect, ENVELOPE, RECEIPT)
    .where(document.c.leaf >= bindparam("first"), document.c.leaf <= bindparam("last"))
    .order_by(document.c.leaf)
)
_STORED: Final = select(document.c.no, ENVELOPE, RECEIPT).where(
    document.c.no.in_(bindparam("documents", expanding=True))
)
_UNDELIVERED: Final = select(outbox.c.document, outbox.c.state).where(
    outbox.c.state.in_(("due", "dead")), outbox.c.document.in_(bindparam("documents", expanding=True))
)
_WAITING: Final = select(waiting.c.document).where(
    waiting.c.document.in_(bindparam("documents", expanding=True))
)
_CHECKPOINT: Final = (
    select(document.c.envelope)
    .join(checkpoint, checkpoint.c.document == document.c.no)
    .where(checkpoint.c.size == bindparam("size"))
)
_SET: Final = (
    update(document)
    .where(document.c.no == bindparam("of_document"))
    .values(
        envelope=bindparam("to_envelope", type_=LargeBinary),
        receipt=bindparam("to_receipt", type_=LargeBinary),
    )
)


class ChangedError(Exception):
    """The archive is no longer what was held to the database before; what was moved until then is good."""


@dataclass(slots=True)
class Tally:
    """How many documents were moved now and before, how many were kept and why, and the octets freed."""

    moved: int = 0
    before: int = 0
    octets: int = 0
    kept: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        """Count another one in."""
        self.moved += other.moved
        self.before += other.before
        self.octets += other.octets
        self.kept.update(other.kept)


def disagreements(database: Database, path: Path, advance: Advance) -> Iterator[str]:
    """Give every sentence in which an archive is not what the database holds; none where it may be moved to.

    Raises:
        OSError: the file cannot be read.
        Unavailable: the database does not answer.
    """
    try:
        with path.open("rb") as file:
            top, entries = archive.read(file)
            yield from _of_another_log(database, top)
            while some := tuple(islice(entries, _AT_ONCE)):
                with database.reading() as connection:
                    rows = _rows(connection, some)
                for each in some:
                    problem = _difference(each, rows.get(each.leaf), top)
                    if problem:
                        yield f"leaf {each.leaf}: {problem}"
                advance(len(some))
    except Refused as refused:
        yield refused.detail


def move(database: Database, path: Path, advance: Advance) -> Tally:
    """Take octets of documents that lie in an archive out of the database; return what was done.

    Raises:
        ChangedError: the archive is not what the database holds; ``disagreements`` says how.
        OSError: the file cannot be read, or the disk does not keep it.
        Unavailable: the database does not answer.
        SQLAlchemyError: it does not take it.
    """
    tally = Tally()
    # What is taken out of the database must be on the disk, whatever happens to the machine.
    settle(path)
    try:
        with path.open("rb") as file:
            top, entries = archive.read(file)
            while some := tuple(islice(entries, _AT_ONCE)):
                tally.add(_moved(database, path.name, some, top))
                advance(len(some))
    except Refused as refused:
        raise ChangedError(refused.detail) from None
    return tally


def back(database: Database, name: str, advance: Advance) -> tuple[Tally, tuple[str, ...]]:
    """Put octets that were moved to an archive back; return what was done, and what could not be read.

    Raises:
        Unavailable: the database does not answer.
        SQLAlchemyError: it does not take it.
    """
    tally = Tally()
    faults: list[str] = []
    with database.reading() as connection:
        ahead = iter(documents_in(connection, name))
    while some := list(islice(ahead, _AT_ONCE)):
        began = time.monotonic()
        with database.writing() as connection:
            connection.execute(statements.HEAD)
            tally.add(_set(connection, list(_returning(database, connection, some, faults))))
        advance(len(some))
        _let_others(began)
    return tally, tuple(faults)


def _of_another_log(database: Database, top: Head) -> Iterator[str]:
    with database.reading() as connection:
        node = connection.execute(statements.HEAD_NODE).scalar()
        held = connection.execute(_CHECKPOINT, {"size": top.size}).scalar()
    if node != top.node:
        yield f"it is of the log of {top.node}, the database holds that of {node}"
    elif held != top.checkpoint:
        yield f"its checkpoint of {top.size} leaves is none that this node made"


def _rows(connection: Connection, some: Sequence[Entry]) -> dict[int, Any]:
    asked = {"first": some[0].leaf, "last": some[-1].leaf}
    return {row.leaf: row for row in connection.execute(_ROWS, asked)}


def _difference(entry: Entry, row: Any, top: Head) -> str:
    """Say how an entry is not what a row holds; nothing where it is."""
    if row is None:
        return "the database does not hold it"
    if not verify_inclusion(bytes(row.leaf_hash), entry.leaf, top.size, entry.path, top.root):
        return "the path does not lead from the database's leaf to the checkpoint's root"
    if not _same(row.receipt, entry.receipt):
        return "the database holds another receipt"
    if not _same(row.envelope, entry.document) and not _without_parts(row.envelope, entry.document):
        return "the database holds another document"
    return ""


def _same(held: bytes, octets: bytes) -> bool:
    return Pointer.read(held).hash == sha256(octets).digest() if held.startswith(ZERO) else held == octets


def _without_parts(held: bytes, octets: bytes) -> bool:
    try:
        return not held.startswith(ZERO) and archive.bare(held) == octets
    except Refused:
        return False


def _moved(database: Database, name: str, some: Sequence[Entry], top: Head) -> Tally:
    """Move what can be moved of these entries; nobody is locked out where there is nothing."""
    with database.reading() as connection:
        rows, tally = _sorted_out(connection, name, some, top)
    if not rows:
        return tally
    began = time.monotonic()
    with database.writing() as connection:
        connection.execute(statements.HEAD)
        rows, tally = _sorted_out(connection, name, some, top)
        tally.add(_set(connection, rows))
    _let_others(began)
    return tally


def _sorted_out(
    connection: Connection, name: str, some: Sequence[Entry], top: Head
) -> tuple[list[dict[str, Any]], Tally]:
    """Return parameter sets for what is to be moved, and a tally of the rest."""
    held, tally = _rows(connection, some), Tally()
    rows: list[dict[str, Any]] = []
    asked = {"documents": [each.no for each in held.values()]}
    undelivered: dict[int, str] = {}
    for each in connection.execute(_UNDELIVERED, asked):
        owed = each.state == "due" or undelivered.get(each.document) == OWED
        undelivered[each.document] = OWED if owed else DEAD
    waits = set(connection.execute(_WAITING, asked).scalars())
    for entry in some:
        row = held.get(entry.leaf)
        problem = _difference(entry, row, top)
        if problem or row is None:
            raise ChangedError(f"leaf {entry.leaf}: {problem}")
        if row.envelope.startswith(ZERO):
            tally.before += 1
        elif row.envelope != entry.document:
            tally.kept[PERSONAL] += 1
        elif row.effect in _WAITS or row.no in waits:
            tally.kept[PENDING] += 1
        elif row.no in undelivered:
            tally.kept[undelivered[row.no]] += 1
        else:
            rows.append(_pointing(row, entry, name))
    return rows, tally


def _pointing(row: Any, entry: Entry, name: str) -> dict[str, Any]:
    def pointer(octets: bytes, at: Span) -> bytes:
        return Pointer(name, at.offset, at.length, sha256(octets).digest()).octets

    envelope, receipt = pointer(row.envelope, entry.document_at), pointer(row.receipt, entry.receipt_at)
    freed = len(row.envelope) + len(row.receipt) - len(envelope) - len(receipt)
    return {"of_document": row.no, "to_envelope": envelope, "to_receipt": receipt, "freed": freed}


def _returning(
    database: Database, connection: Connection, numbers: Sequence[int], faults: list[str]
) -> Iterator[dict[str, Any]]:
    """Give parameter sets for what can be put back; what cannot be read is told."""
    for row in connection.execute(_STORED, {"documents": numbers}).all():
        try:
            envelope, receipt = (database.volumes.octets(each) for each in (row.envelope, row.receipt))
        except AwayError as error:
            faults.append(f"document {row.no}: {error.reason}")
            continue
        freed = len(row.envelope) + len(row.receipt) - len(envelope) - len(receipt)
        yield {"of_document": row.no, "to_envelope": envelope, "to_receipt": receipt, "freed": freed}


def _set(connection: Connection, rows: Sequence[dict[str, Any]]) -> Tally:
    if not rows:
        return Tally()
    freed = sum(each.pop("freed") for each in rows)
    connection.execute(_SET, rows)
    return Tally(moved=len(rows), octets=freed)


def _let_others(began: float) -> None:
    """Leave the lock to others for as long as it was held: who polls for it would hardly find it free."""
    time.sleep(max(_PAUSE, time.monotonic() - began))
