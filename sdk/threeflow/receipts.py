"""Receipts: the sealed outcome of a submission (spec page ``refusals``)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, cast

from threeflow import artefacts, base64url, strict
from threeflow.errors import Refused

Outcome = Literal["accepted", "pending", "no-effect", "flagged"]
OUTCOMES: Final[tuple[Outcome, ...]] = ("accepted", "pending", "no-effect", "flagged")
SALT_OCTETS: Final = 16


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The document that a receipt is about."""

    issuer: str
    id: str
    digest: str
    type: str
    kids: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """Return the receipt's member ``document``."""
        return {
            "issuer": self.issuer,
            "id": self.id,
            "digest": self.digest,
            "type": self.type,
            "kids": list(self.kids),
        }


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt that was read; its seal is checked on the envelope, before."""

    header: Mapping[str, object]
    document: Acknowledged
    subject: Mapping[str, str] | None
    outcome: Outcome
    findings: tuple[Mapping[str, object], ...]
    log_id: str | None
    index: int | None
    trust_lists: tuple[str, ...]
    salt: str

    @property
    def issuer(self) -> str:
        """The node that took the document in."""
        return str(self.header["issuer"])

    @property
    def issued_at(self) -> datetime:
        """When it did."""
        return datetime.fromisoformat(str(self.header["issuedAt"]))


def build(
    *,
    id: str,  # noqa: A002 - the header's own word
    issuer: str,
    environment: str,
    issued_at: str,
    receivers: Sequence[str],
    document: Acknowledged,
    outcome: Outcome,
    salt: bytes,
    subject: Mapping[str, str] | None = None,
    waits_until: str | None = None,
    findings: Sequence[Mapping[str, object]] = (),
    log_id: str | None = None,
    index: int | None = None,
    trust_lists: Sequence[str] = (),
) -> dict[str, object]:
    """Return a receipt's payload; ``log_id`` and ``index`` are None only on a receipt for a checkpoint.

    ``issued_at`` is an RFC 3339 time, ``salt`` 16 random octets, ``trust_lists`` digests of list payloads.

    Raises:
        ValueError: the salt has another length, or only one of log id and index is given.
    """
    if len(salt) != SALT_OCTETS:
        raise ValueError(f"a salt has {SALT_OCTETS} octets")
    if (log_id is None) != (index is None):
        raise ValueError("a log id goes with an index")
    payload: dict[str, object] = {
        "header": {
            "specVersion": "1.0",
            "type": "receipt",
            "id": id,
            "issuer": issuer,
            "environment": environment,
            "issuedAt": issued_at,
            "receivers": list(receivers),
        },
        "document": document.to_json(),
    }
    if subject is not None:
        payload["subject"] = dict(subject)
    payload["outcome"] = outcome
    if waits_until is not None:
        payload["waitsUntil"] = waits_until
    payload["findings"] = [dict(each) for each in findings]
    if log_id is not None:
        payload["log"] = {"id": log_id, "index": index}
    payload["trustLists"] = list(trust_lists)
    payload["salt"] = base64url.encode(salt)
    return payload


def read(payload: bytes) -> Receipt:
    """Read a receipt's payload octets.

    Raises:
        Refused: ``json-malformed``, or ``schema-violated`` where they are no receipt.
    """
    value = strict.parse_object(payload)
    problem = artefacts.problem("receipt", value)
    if problem is not None:
        raise Refused("schema-violated", "TF-RCPT-2", f"no receipt: {problem}")
    document = cast(dict[str, object], value["document"])
    log = cast(dict[str, object] | None, value.get("log"))
    if (log is None) != (document["type"] == "checkpoint"):
        detail = "a receipt names its leaf, unless it is for a checkpoint"
        raise Refused("schema-violated", "TF-RCPT-4", detail, "/log")
    return Receipt(
        header=cast(dict[str, object], value["header"]),
        document=Acknowledged(
            issuer=cast(str, document["issuer"]),
            id=cast(str, document["id"]),
            digest=cast(str, document["digest"]),
            type=cast(str, document["type"]),
            kids=tuple(cast(list[str], document["kids"])),
        ),
        subject=cast(dict[str, str] | None, value.get("subject")),
        outcome=cast(Outcome, value["outcome"]),
        findings=tuple(cast(list[dict[str, object]], value["findings"])),
        log_id=None if log is None else cast(str, log["id"]),
        index=None if log is None else cast(int, log["index"]),
        trust_lists=tuple(cast(list[str], value["trustLists"])),
        salt=cast(str, value["salt"]),
    )
