"""What was moved to archives, as the database tells it: the pointers that stand in the octets' place."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, LargeBinary, and_, bindparam, case, func, select

from threeflow_gateway.store.kept import stored
from threeflow_gateway.store.tables import document
from threeflow_gateway.store.volumes import LONGEST, NAME_AT, ZERO, Pointer

__all__ = ["ENVELOPE", "ENVELOPE_IF_MOVED", "RECEIPT", "documents_in", "pointers"]

_ROWS: Final = 5_000

ENVELOPE: Final = stored(document.c.envelope).label("envelope")
"""An envelope as it is stored."""

RECEIPT: Final = stored(document.c.receipt).label("receipt")
"""A receipt as it is stored."""


def _piece(start: int, length: int | None = None) -> ColumnElement[bytes]:
    ends = () if length is None else (length,)
    return func.substr(stored(document.c.envelope), start, *ends, type_=LargeBinary)


# The length is told without reading what is long; only of what is short an octet is looked at.
_SHORT: Final = func.length(stored(document.c.envelope)) <= LONGEST
_MOVED: Final = and_(_SHORT, _piece(1, 1) == bindparam("zero", ZERO, type_=LargeBinary))

ENVELOPE_IF_MOVED: Final = case((_SHORT, stored(document.c.envelope))).label("envelope_if_moved")
"""The pointer in an envelope's place; null, as a rule, where the envelope itself is held."""

_DOCUMENTS_IN: Final = (
    select(document.c.no)
    .where(_MOVED, _piece(NAME_AT + 1) == bindparam("name", type_=LargeBinary))
    .order_by(document.c.no)
)
_POINTERS: Final[Any] = (
    select(document.c.no, ENVELOPE, RECEIPT)
    .where(document.c.no > bindparam("after"), _MOVED)
    .order_by(document.c.no)
    .limit(_ROWS)
)


def documents_in(connection: Connection, archive: str) -> list[int]:
    """Return the numbers of the documents whose octets were moved to an archive."""
    return list(connection.execute(_DOCUMENTS_IN, {"name": archive.encode()}).scalars())


def pointers(connection: Connection) -> Iterator[Pointer]:
    """Give the pointers of all documents that were moved, two of each, in the order of acceptance.

    Raises:
        AwayError: what stands there is no pointer that this program knows.
    """
    after = 0
    while True:
        rows = connection.execute(_POINTERS, {"after": after}).all()
        for row in rows:
            yield Pointer.read(bytes(row.envelope))
            yield Pointer.read(bytes(row.receipt))
        if len(rows) < _ROWS:
            return
        after = rows[-1].no
