"""Archives: documents with their receipts and proofs in one file, verified line by line, asking nobody.

The first line names the node, the leaves and a sealed checkpoint of the node's log, with the receipts that
nodes of other jurisdictions gave for that checkpoint. Every other line holds one leaf: the document's
envelope without its parts, the receipt's envelope, and the path from the receipt to the checkpoint's root.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from threeflow import envelope, names, receipts, strict
from threeflow.envelope import Envelope
from threeflow.errors import Refused
from threeflow.log import leaf_hash, verify_inclusion
from threeflow.trust import TrustStore, key_status

__all__ = ["FORM", "Report", "entry", "head", "verify"]

FORM: Final = "threeflow-archive-1"
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
class _Head:
    node: str
    first: int
    last: int
    size: int
    root: bytes
    witnessed_at: datetime | None


def head(node: str, first: int, last: int, checkpoint: bytes, witnesses: Sequence[bytes]) -> bytes:
    """Return the first line: leaves ``first`` to ``last`` follow, proven to this sealed checkpoint."""
    said = {
        "archive": FORM, "node": node, "first": first, "last": last, "checkpoint": strict.parse(checkpoint),
        "witnesses": [strict.parse(each) for each in witnesses],
    }  # fmt: skip
    return strict.dump(said) + b"\n"


def entry(leaf: int, document: bytes, receipt: bytes, path: Sequence[bytes]) -> bytes:
    """Return the line of one leaf; parts of the document, which hold personal data, are left out."""
    bare = cast(dict[str, Any], strict.parse(document))
    bare.pop("parts", None)
    said = {
        "leaf": leaf, "document": bare, "receipt": strict.parse(receipt),
        "path": [_DIGEST + each.hex() for each in path],
    }  # fmt: skip
    return strict.dump(said) + b"\n"


def verify(lines: Iterable[bytes], trust: TrustStore) -> Report:
    """Say whether an archive holds, by trust lists that were obtained by a way of their own.

    Raises:
        Refused: the first line is none, or its checkpoint does not hold.
    """
    ahead = iter(lines)
    top = _head(next(ahead, b""), trust)
    faults: list[str] = []
    wanted = top.first
    for line in ahead:
        try:
            said = _object(line)
            leaf = said["leaf"]
            if leaf != wanted:
                faults.append(f"leaf {wanted} is missing")
            wanted = int(leaf) + 1
            faults += [f"leaf {leaf}: {each}" for each in _entry(said, top, trust)]
        except (Refused, KeyError, TypeError, ValueError) as problem:
            faults.append(f"leaf {wanted}: {problem}")
            wanted += 1
    if wanted != top.last + 1:
        faults.append(f"leaf {wanted} and what follows it up to {top.last} is missing")
    return Report(top.node, top.first, top.last, wanted - top.first, top.witnessed_at, tuple(faults))


def _head(line: bytes, trust: TrustStore) -> _Head:
    said = _object(line)
    try:
        if said["archive"] != FORM:
            raise ValueError(f"it is of the form {said['archive']!r}")
        node, checkpoint = str(said["node"]), _sealed(said["checkpoint"], trust)
        stated: Any = strict.parse_object(checkpoint.payload)
        envelope.check_issuer(checkpoint, node)
        if stated["header"]["type"] != "checkpoint" or stated["log"] != node:
            raise ValueError("it holds no checkpoint of the node's log")
        seen = [_witness(each, checkpoint, node, trust) for each in said["witnesses"]]
        first, last = int(said["first"]), int(said["last"])
        root = bytes.fromhex(stated["root"].removeprefix(_DIGEST))
        return _Head(node, first, last, int(stated["size"]), root, min(filter(None, seen), default=None))
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise Refused("json-malformed", "TF-LOG-5", f"this is no archive: {problem}") from None


def _witness(value: object, checkpoint: Envelope, node: str, trust: TrustStore) -> datetime | None:
    """Return when a node of another jurisdiction saw the checkpoint; None where this does not show it."""
    try:
        sealed = _sealed(value, trust)
        found = receipts.read(sealed.payload)
        envelope.check_issuer(sealed, found.issuer)
    except Refused:
        return None
    foreign = names.jurisdiction_of(found.issuer) != names.jurisdiction_of(node)
    about = found.document.digest == checkpoint.digest
    good = all(status == "valid" for status in _statuses(sealed, trust, found.issued_at, None))
    return found.issued_at if foreign and about and good else None


def _entry(said: Mapping[str, Any], top: _Head, trust: TrustStore) -> Iterator[str]:
    document, sealed = _sealed(said["document"], trust), _sealed(said["receipt"], trust)
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
        for status in _statuses(each, trust, receipt.issued_at, top.witnessed_at):
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


def _sealed(value: object, trust: TrustStore) -> Envelope:
    read = envelope.read(strict.dump(value))
    envelope.check_seals(read, trust.verifying_key)
    return read


def _object(line: bytes) -> dict[str, Any]:
    return cast(dict[str, Any], strict.parse_object(line.rstrip(b"\n")))
