"""Writing an archive of a node's log: documents, receipts and proofs up to a checkpoint.

Nothing is taken out of the database by it; what may then be moved to the archive is the matter of ``moving``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select

from threeflow import archive, names
from threeflow_gateway.store import statements
from threeflow_gateway.store.database import Database
from threeflow_gateway.store.ledger import Ledger
from threeflow_gateway.store.tables import document

__all__ = ["Extent", "extent", "lines"]

_ROWS: Final = 500


@dataclass(frozen=True, slots=True)
class Extent:
    """Leaves ``first`` to ``last`` of a node's log, and the row of the checkpoint that covers them."""

    node: str
    first: int
    last: int
    checkpoint: Any


def extent(database: Database, *, first: int, before: str = "") -> Extent | None:
    """Return what can be archived from a leaf on: up to the newest checkpoint, and received before a moment.

    None where nothing is.
    """
    with database.reading() as connection:
        checkpoint = connection.execute(statements.NEWEST_CHECKPOINT).first()
        node = connection.execute(statements.HEAD_NODE).scalar()
        if checkpoint is None or node is None:
            return None
        last = int(checkpoint.size) - 1
        if before:
            # Leaves follow one another by commit: what is archived is a piece of the log without a gap.
            later = select(func.min(document.c.leaf)).where(
                document.c.leaf >= first, document.c.received_at >= before
            )
            found = connection.execute(later).scalar()
            last = last if found is None else min(last, found - 1)
    return Extent(str(node), first, last, checkpoint) if last >= first else None


def lines(database: Database, found: Extent) -> Iterator[bytes]:
    """Yield the archive, line by line."""
    ledger = Ledger(database)
    ledger.catch_up()
    own = names.jurisdiction_of(found.node)
    with database.reading() as connection:
        offers = connection.execute(statements.OFFERS, {"document": found.checkpoint.no}).all()
    witnesses = [
        bytes(each.answer)
        for each in offers
        if each.state == "done" and each.answer is not None and names.jurisdiction_of(each.peer) != own
    ]
    sealed = bytes(found.checkpoint.envelope)
    yield archive.head(found.node, found.first, found.last, sealed, witnesses)
    after = found.first - 1
    while after < found.last:
        query = select(document.c.leaf, document.c.envelope, document.c.receipt).where(
            document.c.leaf > after, document.c.leaf <= found.last
        )
        with database.reading() as connection:
            rows = connection.execute(query.order_by(document.c.leaf).limit(_ROWS)).all()
        for row in rows:
            path = ledger.inclusion(row.leaf, found.checkpoint.size)
            yield archive.entry(row.leaf, bytes(row.envelope), bytes(row.receipt), path)
        if not rows:
            return
        after = rows[-1].leaf
