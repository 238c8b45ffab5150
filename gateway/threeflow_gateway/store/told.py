"""To whom a document was told: what says whose it is while its octets lie in an archive that is away."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection, bindparam, or_, select

from threeflow_gateway.store.tables import document, event

__all__ = ["told_of_document"]

_TOLD: Final = select(document.c.no).where(
    document.c.id == bindparam("id"),
    document.c.issuer == bindparam("issuer"),
    or_(
        document.c.caller == bindparam("caller"),
        select(event.c.seq)
        .where(event.c.party.in_(bindparam("parties", expanding=True)), event.c.document == document.c.no)
        .exists(),
    ),
)
"""The document, where the caller brought it or one of these has it in its feed: every party does."""


def told_of_document(
    connection: Connection, issuer: str, document_id: str, caller: str, parties: Collection[str]
) -> bool:
    """Say whether a caller brought a document, or one of ``parties``, for whom it may ask, is one of it.

    Feeds are not in the order of documents: those of ``parties`` are looked through.
    """
    asked = {"issuer": issuer, "id": document_id, "caller": caller, "parties": list(parties)}
    return connection.execute(_TOLD, asked).first() is not None
