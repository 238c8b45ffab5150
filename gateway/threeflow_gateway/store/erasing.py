"""Taking personal data out of what is kept; seals, receipts and log stay as they are (TF-PART-9 to 11)."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from threeflow import base64url, digest, envelope, strict
from threeflow_gateway.store import personal, statements

__all__ = ["Erased", "due", "erase"]


@dataclass(frozen=True, slots=True)
class Erased:
    """One part that was taken out of a stored document; nothing of what it said."""

    issuer: str
    id: str
    name: str
    digest: str


def due(connection: Connection, now: str, limit: int) -> list[tuple[int, str, str]]:
    """Return document number, part name and ground of parts whose time is over at a moment."""
    rows = connection.execute(personal.PARTS_DUE, {"now": now, "limit": limit})
    return [(row.document, row.name, row.ground) for row in rows]


def erase(
    connection: Connection, document: int, names: Collection[str], *, at: str, why: str, who: str
) -> tuple[Erased, ...]:
    """Take parts out of a stored document and drop the bundles that hold them; write that down.

    ``why`` is the ground, ``who`` the node or person that asks; both are kept in the audit trail.
    """
    row = connection.execute(statements.DOCUMENTS_BY_NO, {"documents": [document]}).one()
    held = envelope.read(bytes(row.envelope))
    header: Any = strict.parse_object(held.payload)["header"]
    bound = {each["digest"]: str(each["name"]) for each in header.get("parts", ())}
    gone = [each for each in held.parts if bound.get(digest.of(each)) in names]
    if not gone:
        return ()
    left = replace(held, parts=tuple(each for each in held.parts if each not in gone))
    connection.execute(personal.SET_ENVELOPE, {"document": document, "to_envelope": left.compact})
    for each in gone:
        _drop_bundles(connection, base64url.encode(each).encode("ascii"))
    erased = tuple(
        Erased(row.issuer, row.id, bound[digest.of(each)], digest.of(each)) for each in gone
    )  # fmt: skip
    for one in erased:
        marked = {"of_document": document, "of_name": one.name, "to_erased": at}
        connection.execute(personal.SET_ERASED, marked)
        noted = {
            "at": at, "what": "erased", "caller": who, "code": "", "requirement": "TF-PART-11", "times": 1,
            "issuer": one.issuer, "id": one.id, "digest": one.digest, "detail": f"{one.name}: {why}",
        }  # fmt: skip
        connection.execute(personal.INSERT_AUDIT, noted)
    return erased


def _drop_bundles(connection: Connection, text: bytes) -> None:
    """A bundle's octets are named by its sealed head, so that it is given out whole or not at all."""
    held = connection.execute(personal.BUNDLES).all()
    for row in held:
        if text in bytes(row.bundle):
            gone = {"of_digest": row.digest, "to_bundle": None, "to_reason": "personal data of it was erased"}
            connection.execute(statements.SET_BUNDLE, gone)
