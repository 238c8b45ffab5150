"""Who may read what: what is not the caller's is not there (TF-INTAKE-12, TF-PART-14, TF-PART-15)."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, Final

from threeflow import digest, envelope, names, strict
from threeflow_gateway.domain.routing import Reachable

__all__ = ["for_reader", "may_read", "parties"]

Listed = Callable[[str], Reachable | None]

_MARKS_OF_PARTS: Final = (b'"parts"', b"\\")


def parties(header: Mapping[str, Any]) -> frozenset[str]:
    """Return the nodes that a document is between: issuer, receivers, subscribers."""
    return frozenset((header["issuer"], *header.get("receivers", ()), *header.get("subscribers", ())))


def may_read(caller: str, header: Mapping[str, Any], brought_by: str, listed: Listed) -> bool:
    """Say whether the caller may read a document: a party, who brought it, or the way to a party."""
    between = parties(header)
    return caller in between or caller == brought_by or caller in _ways(between, listed)


def for_reader(raw: bytes, reader: str, listed: Listed) -> bytes:
    """Return a held envelope without the parts that a reader may not be given; as it is, where all are."""
    # Most envelopes have no parts, and the octets say so at once where nothing in them is escaped.
    if not any(mark in raw for mark in _MARKS_OF_PARTS):
        return raw
    held = envelope.read(raw)
    if not held.parts:
        return raw
    header: Any = strict.parse_object(held.payload)["header"]
    given = {
        each["digest"] for each in header.get("parts", ()) if _may_be_given(each, reader, header, listed)
    }
    kept = tuple(each for each in held.parts if digest.of(each) in given)
    return raw if len(kept) == len(held.parts) else replace(held, parts=kept).compact


def _may_be_given(part: Mapping[str, Any], reader: str, header: Mapping[str, Any], listed: Listed) -> bool:
    issuer: str = header["issuer"]
    foreign = names.jurisdiction_of(reader) != names.jurisdiction_of(issuer)
    if foreign and header.get("purpose") not in part["purposes"]:
        return False
    wanted = part.get("receivers")
    if wanted is None:
        return True
    admitted = (*wanted, issuer)
    return reader in admitted or reader in _ways(admitted, listed)


def _ways(nodes: Collection[str], listed: Listed) -> set[str | None]:
    return {node.via for node in map(listed, nodes) if node is not None}
