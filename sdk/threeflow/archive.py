"""Archives: documents with their receipts and proofs in one file, verified line by line, asking nobody.

The first line names the node, the leaves and a sealed checkpoint of the node's log, with the receipts that
nodes of other jurisdictions gave for that checkpoint. Every other line holds one leaf: the document's
envelope without its parts, the receipt's envelope, and the path from the receipt to the checkpoint's root.
Envelopes stand in it as JSON strings of their text, so that their octets come back as they were.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, cast

from threeflow import envelope, names, receipts, strict
from threeflow.envelope import Envelope
from threeflow.errors import Refused
from threeflow.log import leaf_hash, verify_inclusion
from threeflow.trust import TrustStore, key_status

__all__ = ["FORM", "Entry", "Head", "Report", "Span", "bare", "entry", "head", "read", "verify"]

FORM: Final = "threeflow-archive-2"
_DIGEST: Final = "sha-256:"


@dataclass(frozen=True, slots=True)
class Report:
    """What an archive holds, and what is wrong with it; ``faults`` are sentences that begin with the leaf."""

    node: str
    first: int
    last: int
    entries: int
    witnessed_at: datetime | None
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """What the first line says; ``size`` and ``root`` are its checkpoint's, whose seal is unchecked."""

    node: str
    first: int
    last: int
    size: int
    root: bytes
    checkpoint: bytes
    witnesses: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """Where a JSON string stands in the file, quotes included: first octet and number of octets."""

    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One leaf: the octets of both envelopes, where they stand in the file, and the path to the root."""

    leaf: int
    document: bytes
    receipt: bytes
    path: tuple[bytes, ...]
    document_at: Span
    receipt_at: Span


def bare(document: bytes) -> bytes:
    """Return an envelope as archives hold it: octet for octet, but without parts where it has any."""
    held = envelope.read(document)
    return replace(held, parts=()).compact if held.parts else document


def head(node: str, first: int, last: int, checkpoint: bytes, witnesses: Sequence[bytes]) -> bytes:
    """Return the first line: leaves ``first`` to ``last`` follow, proven to this sealed checkpoint."""
    said = {
        "archive": FORM, "node": node, "first": first, "last": last, "checkpoint": checkpoint.decode(),
        "witnesses": [each.decode() for each in witnesses],
    }  # fmt: skip
    return strict.dump(said) + b"\n"


def entry(leaf: int, document: bytes, receipt: bytes, path: Sequence[bytes]) -> bytes:
    """Return the line of one leaf; parts of the document, which hold personal data, are left out."""
    return _line(leaf, bare(document), receipt, path)


def read(lines: Iterable[bytes]) -> tuple[Head, Iterator[Entry]]:
    """Return what an archive holds, entry by entry, laid out as ``entry`` does; no seal is checked.

    Raises:
        Refused: ``json-malformed``: the first line is none, or, while one goes through the entries, a line is
            not the next leaf's or laid out otherwise.
    """
    ahead = iter(lines)
    first = next(ahead, b"")
    top = _head(first)
    return top, _entries(ahead, top, len(first))


def verify(lines: Iterable[bytes], trust: TrustStore) -> Report:
    """Say whether an archive holds, by trust lists that were obtained by a way of their own.

    Raises:
        Refused: the first line is none, or its checkpoint does not hold.
    """
    ahead = iter(lines)
    top = _head(next(ahead, b""))
    checkpoint = _sealed(top.checkpoint, trust)
    envelope.check_issuer(checkpoint, top.node)
    seen = [_witness(each, checkpoint, top.node, trust) for each in top.witnesses]
    witnessed_at = min(filter(None, seen), default=None)
    faults: list[str] = []
    wanted = top.first
    for line in ahead:
        try:
            said = _object(line)
            leaf = said["leaf"]
            if leaf != wanted:
                faults.append(f"leaf {wanted} is missing")
            wanted = int(leaf) + 1
            faults += [f"leaf {leaf}: {each}" for each in _faults(said, top, witnessed_at, trust)]
        except (Refused, KeyError, TypeError, ValueError, AttributeError) as problem:
            faults.append(f"leaf {wanted}: {problem}")
            wanted += 1
    if wanted != top.last + 1:
        faults.append(f"leaf {wanted} and what follows it up to {top.last} is missing")
    return Report(top.node, top.first, top.last, wanted - top.first, witnessed_at, tuple(faults))


def _head(line: bytes) -> Head:
    said = _object(line)
    try:
        if said["archive"] != FORM:
            raise ValueError(f"it is of the form {said['archive']!r}, not {FORM!r}")
        node, checkpoint = str(said["node"]), said["checkpoint"].encode()
        stated: Any = strict.parse_object(envelope.read(checkpoint).payload)
        if stated["header"]["type"] != "checkpoint" or stated["log"] != node:
            raise ValueError("it holds no checkpoint of the node's log")
        first, last, size = int(said["first"]), int(said["last"]), int(stated["size"])
        root = bytes.fromhex(stated["root"].removeprefix(_DIGEST))
        witnesses = tuple(each.encode() for each in said["witnesses"])
        return Head(node, first, last, size, root, checkpoint, witnesses)
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise Refused("json-malformed", "TF-LOG-5", f"this is no archive: {problem}") from None


def _entries(lines: Iterator[bytes], top: Head, offset: int) -> Iterator[Entry]:
    wanted = top.first
    for line in lines:
        found = _entry(line, wanted, offset)
        yield found
        wanted, offset = wanted + 1, offset + len(line)
    if wanted != top.last + 1:
        raise _no_entry(wanted, f"and what follows it up to {top.last} is missing")


def _entry(line: bytes, leaf: int, offset: int) -> Entry:
    """Read a line whose pieces stand exactly where they are written; only so can they be found again."""
    try:
        said = _object(line)
        document, receipt = said["document"].encode(), said["receipt"].encode()
        path = [bytes.fromhex(each.removeprefix(_DIGEST)) for each in said["path"]]
    except (Refused, KeyError, TypeError, ValueError, AttributeError) as problem:
        raise _no_entry(leaf, f"cannot be read: {problem}") from None
    if line != _line(leaf, document, receipt, path):
        raise _no_entry(leaf, "is not this line, or not laid out as archives are written")
    before = _before_document(leaf)
    at = Span(offset + len(before), len(_string(document)))
    behind = at.offset + at.length + len(_BEFORE_RECEIPT)
    return Entry(leaf, document, receipt, tuple(path), at, Span(behind, len(_string(receipt))))


def _no_entry(leaf: int, problem: str) -> Refused:
    return Refused("json-malformed", "TF-LOG-5", f"leaf {leaf} {problem}")


_BEFORE_RECEIPT: Final = b',"receipt":'


def _before_document(leaf: int) -> bytes:
    return b'{"leaf":%d,"document":' % leaf


def _string(octets: bytes) -> bytes:
    return strict.dump(octets.decode())


def _line(leaf: int, document: bytes, receipt: bytes, path: Sequence[bytes]) -> bytes:
    proof = strict.dump([_DIGEST + each.hex() for each in path])
    pieces = (
        _before_document(leaf),
        _string(document),
        _BEFORE_RECEIPT,
        _string(receipt),
        b',"path":',
        proof,
    )
    return b"".join(pieces) + b"}\n"


def _witness(octets: bytes, checkpoint: Envelope, node: str, trust: TrustStore) -> datetime | None:
    """Return when a node of another jurisdiction saw the checkpoint; None where this does not show it."""
    try:
        sealed = _sealed(octets, trust)
        found = receipts.read(sealed.payload)
        envelope.check_issuer(sealed, found.issuer)
    except Refused:
        return None
    foreign = names.jurisdiction_of(found.issuer) != names.jurisdiction_of(node)
    about = found.document.digest == checkpoint.digest
    good = all(status == "valid" for status in _statuses(sealed, trust, found.issued_at, None))
    return found.issued_at if foreign and about and good else None


def _faults(
    said: Mapping[str, Any], top: Head, witnessed_at: datetime | None, trust: TrustStore
) -> Iterator[str]:
    document, sealed = (_sealed(said[each].encode(), trust) for each in ("document", "receipt"))
    receipt = receipts.read(sealed.payload)
    envelope.check_issuer(sealed, top.node)
    if receipt.issuer != top.node:
        yield f"the receipt is of {receipt.issuer}"
    if (receipt.document.digest, receipt.index) != (document.digest, said["leaf"]):
        yield "the receipt is for another document or leaf"
    envelope.check_issuer(document, receipt.document.issuer)
    path = [bytes.fromhex(each.removeprefix(_DIGEST)) for each in said["path"]]
    leaf = leaf_hash(sealed.payload)
    if not verify_inclusion(leaf, int(said["leaf"]), top.size, path, top.root):
        yield "the path does not lead to the checkpoint's root"
    for each in (document, sealed):
        for status in _statuses(each, trust, receipt.issued_at, witnessed_at):
            if status != "valid":
                yield f"a key of {each.signer} is {status}"


def _statuses(
    sealed: Envelope, trust: TrustStore, at: datetime, witnessed_at: datetime | None
) -> Iterator[str]:
    for kid in sealed.kids:
        listed, newest = trust.key(kid), trust.list_of(kid)
        if listed is None or newest is None:
            yield "unknown"
        else:
            yield key_status(listed, newest, at=at, witnessed_at=witnessed_at)


def _sealed(octets: bytes, trust: TrustStore) -> Envelope:
    found = envelope.read(octets)
    envelope.check_seals(found, trust.verifying_key)
    return found


def _object(line: bytes) -> dict[str, Any]:
    return cast(dict[str, Any], strict.parse_object(line.rstrip(b"\n")))
