"""Trust lists that were taken in, checkpoints of peers, and incidents: each statement said in a sentence."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, insert, literal_column, select, update

from threeflow_gateway.store.tables import document, head, incident, trust_list

__all__ = [
    "CHECKPOINTS_SINCE",
    "CLOSE",
    "DOCUMENTS",
    "INCIDENTS",
    "LISTS",
    "NEWEST_FOREIGN_CHECKPOINT",
    "OPEN",
    "keep_incident",
    "keep_lists",
]

Row = Mapping[str, Any]

# Spelt out, not bound: so the index of checkpoints is found.
_IS_CHECKPOINT: Final[Any] = literal_column("document.type = 'checkpoint'")

LISTS: Final = select(trust_list).order_by(trust_list.c.jurisdiction, trust_list.c.sequence)
"""All trust lists that were taken in, oldest first within a jurisdiction."""

INCIDENTS: Final = select(incident).order_by(incident.c.no)
"""All incidents, oldest first."""

OPEN: Final = (
    select(incident.c.code, incident.c.about, func.count().label("rows"))
    .where(incident.c.closed_at.is_(None))
    .group_by(incident.c.code, incident.c.about)
    .order_by(incident.c.code, incident.c.about)
)
"""Incidents that nobody closed, counted by code and by whom they are about."""

CLOSE: Final = (
    update(incident)
    .where(incident.c.no == bindparam("of_no"), incident.c.closed_at.is_(None))
    .values(closed_at=bindparam("to_closed"))
)
"""Say that the operator has seen to an incident; the evidence stays."""

CHECKPOINTS_SINCE: Final = (
    select(document.c.no)
    .where(
        document.c.no > bindparam("after"),
        _IS_CHECKPOINT,
        document.c.issuer == bindparam("issuer"),
    )
    .limit(1)
)
"""Whether a peer sent a checkpoint after so many documents."""

DOCUMENTS: Final = select(head.c.documents)
"""How many numbers were given to documents."""

NEWEST_FOREIGN_CHECKPOINT: Final = (
    select(document.c.envelope)
    .where(_IS_CHECKPOINT, document.c.issuer == bindparam("issuer"))
    .order_by(document.c.no.desc())
    .limit(1)
)
"""The newest checkpoint that a peer sent."""

_KNOWN_INCIDENT: Final = select(incident.c.no).where(
    incident.c.code == bindparam("of_code"),
    incident.c.about == bindparam("of_about"),
    incident.c.digest == bindparam("of_digest"),
)
_KNOWN_LIST: Final = select(trust_list.c.sequence).where(
    trust_list.c.jurisdiction == bindparam("of_jurisdiction"),
    trust_list.c.sequence == bindparam("of_sequence"),
)


def keep_incident(connection: Connection, row: Row) -> bool:
    """Keep an incident, once; say whether it is new."""
    asked = {f"of_{name}": row[name] for name in ("code", "about", "digest")}
    if connection.execute(_KNOWN_INCIDENT, asked).first() is not None:
        return False
    connection.execute(insert(incident), row)
    return True


def keep_lists(connection: Connection, rows: Iterable[Row]) -> None:
    """Keep trust lists, each once."""
    for row in rows:
        asked = {f"of_{name}": row[name] for name in ("jurisdiction", "sequence")}
        if connection.execute(_KNOWN_LIST, asked).first() is None:
            connection.execute(insert(trust_list), row)
