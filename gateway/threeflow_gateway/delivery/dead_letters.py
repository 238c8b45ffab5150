"""Dead letters: what could not be delivered, decided by the operator (TF-DELIV-1 to TF-DELIV-3).

They stand in the node's own database; a running node sees what was decided at its next look, within seconds.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from threeflow_gateway import clock
from threeflow_gateway.store import statements
from threeflow_gateway.store.database import Database

__all__ = ["DeadLetter", "drop", "find", "retry"]


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One document that one peer did not take; ``died`` is when it was given up."""

    peer: str
    number: int
    issuer: str
    id: str
    type: str
    kind: str
    subject: int | None
    received: datetime
    died: datetime
    attempts: int
    reason: str


def find(database: Database, *, peer: str = "", ids: Collection[str] = ()) -> list[DeadLetter]:
    """Return dead letters by peer and order of acceptance; of one peer or of these document ids only."""
    with database.reading() as connection:
        rows = connection.execute(statements.DEAD_LETTERS).all()
    return [
        DeadLetter(
            row.peer, row.document, row.issuer, row.id, row.type, row.kind, row.subject,
            clock.parse(row.received_at), clock.parse(row.next_at), row.attempts, row.reason,
        )
        for row in rows
        if (not peer or row.peer == peer) and (not ids or row.id in ids)
    ]  # fmt: skip


def retry(database: Database, letters: Collection[DeadLetter], *, now: datetime) -> int:
    """Let dead letters be owed again, from now on; return how many still were dead."""
    return _end(database, letters, "due", now)


def drop(database: Database, letters: Collection[DeadLetter], *, now: datetime) -> int:
    """Give dead letters up for good; document and reason are kept. Return how many still were dead."""
    return _end(database, letters, "dropped", now)


def _end(
    database: Database, letters: Collection[DeadLetter], state: Literal["due", "dropped"], now: datetime
) -> int:
    ended = 0
    with database.writing() as connection:
        for each in letters:
            row = {
                "of_peer": each.peer, "of_document": each.number,
                "to_state": state, "to_since": clock.text(now),
            }  # fmt: skip
            ended += connection.execute(statements.END_DEAD_LETTER, row).rowcount
    return ended
