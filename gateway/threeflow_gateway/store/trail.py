"""Reading the audit trail: what was taken in, from the documents; all else, from the rows of the trail."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, literal, select

from threeflow_gateway.store.tables import audit, document

__all__ = ["Asked", "read"]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which entries: times as the store keeps them, empty for any; ``what`` empty for all kinds."""

    since: str = ""
    until: str = ""
    caller: str = ""
    what: str = ""
    limit: int = 100


def read(connection: Connection, asked: Asked) -> list[dict[str, Any]]:
    """Return the entries, newest first."""
    found: list[dict[str, Any]] = []
    if asked.what in {"", "accepted"}:
        taken = select(
            document.c.received_at.label("at"), literal("accepted").label("what"), document.c.caller,
            document.c.outcome.label("code"), literal("").label("requirement"), document.c.issuer,
            document.c.id, document.c.digest, document.c.type.label("detail"), literal(1).label("times"),
        )  # fmt: skip
        found += _rows(connection, taken, document.c.received_at, document.c.caller, asked)
    if asked.what != "accepted":
        noted = select(
            audit.c.at, audit.c.what, audit.c.caller, audit.c.code, audit.c.requirement, audit.c.issuer,
            audit.c.id, audit.c.digest, audit.c.detail, audit.c.times,
        )  # fmt: skip
        if asked.what:
            noted = noted.where(audit.c.what == asked.what)
        found += _rows(connection, noted, audit.c.at, audit.c.caller, asked)
    found.sort(key=lambda each: str(each["at"]), reverse=True)
    return found[: asked.limit]


def _rows(
    connection: Connection, query: Select[Any], at: Any, caller: Any, asked: Asked
) -> list[dict[str, Any]]:
    if asked.since:
        query = query.where(at >= asked.since)
    if asked.until:
        query = query.where(at <= asked.until)
    if asked.caller:
        query = query.where(caller == asked.caller)
    rows = connection.execute(query.order_by(at.desc()).limit(asked.limit))
    return [dict(each._mapping) for each in rows]
