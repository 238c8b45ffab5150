"""Building payloads and pointing at them. Nothing here seals or sends."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from threeflow.errors import Refused

__all__ = ["SPEC_VERSION", "build", "header_of", "key", "reference_to", "subject", "timestamp"]

SPEC_VERSION: Final = "1.0"
Json = Mapping[str, Any]


def build(
    type_: str,
    kind: str | None,
    *,
    issuer: str,
    environment: str,
    issued_at: datetime | str,
    receivers: Sequence[str] = (),
    subjects: Sequence[Json] = (),
    references: Sequence[Json] = (),
    document_id: str | None = None,
    header: Json | None = None,
    **content: Any,
) -> dict[str, Any]:
    """Return the payload of a document: the header first, then the content as given, ``None`` left out.

    ``header`` adds further header members (``version``, ``replaces``, ``profile``, ``agreement``, ``parts``
    and so on); ``document_id`` is made up when absent. A protocol artefact has no ``kind``.
    The result is not validated.
    """
    members: dict[str, Any] = {"specVersion": SPEC_VERSION, "type": type_}
    if kind is not None:
        members["kind"] = kind
    members["id"] = document_id or str(uuid.uuid4())
    members["issuer"] = issuer
    members["environment"] = environment
    members["issuedAt"] = issued_at if isinstance(issued_at, str) else timestamp(issued_at)
    lists = {"receivers": receivers, "subjects": subjects, "references": references}
    members.update({name: list(values) for name, values in lists.items() if values})
    members.update(header or {})
    return {"header": members, **{name: value for name, value in content.items() if value is not None}}


def header_of(payload: object) -> dict[str, Any]:
    """Return the header of a payload, of which nothing but being an object is known yet.

    Raises:
        Refused: ``header-malformed`` when the header or its type, id, issuer or issuedAt is missing.
    """
    header = payload.get("header") if isinstance(payload, dict) else None
    if not isinstance(header, dict):
        raise Refused("header-malformed", "TF-DOC-2", "the payload has no header object", "/header")
    for name in ("type", "id", "issuer", "issuedAt"):
        if not isinstance(header.get(name), str):
            raise Refused("header-malformed", "TF-DOC-2", f"header.{name} is no string", f"/header/{name}")
    return header


def reference_to(payload: Json, digest: str, relation: str | None = None) -> dict[str, str]:
    """Return the reference by which another document names this one, whose octets have ``digest``."""
    header = payload["header"]
    found = {"type": header["type"], "issuer": header["issuer"], "id": header["id"], "digest": digest}
    if relation is not None:
        found["relation"] = relation
    return found


def key(scheme: str, issuer: str, value: str) -> dict[str, str]:
    """Return a key: a number with its scheme and who gave it out."""
    return {"scheme": scheme, "issuer": issuer, "value": value}


def subject(*keys: Json) -> dict[str, list[Json]]:
    """Return one subject, known by these keys."""
    return {"keys": list(keys)}


def timestamp(moment: datetime) -> str:
    """Return RFC 3339 with an offset and whole seconds (or microseconds where there are any).

    Raises:
        ValueError: the time has no offset.
    """
    if moment.utcoffset() is None:
        raise ValueError("a time without an offset has no meaning in a document")
    text = moment.isoformat()
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text
