"""The bundle: one layout, exact to the octet, and the pieces that it holds (TF-DOS-1 to TF-DOS-4).

Reading judges form alone. Whether seals, proofs and states hold is for ``threeflow.dossier.verify``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NoReturn

import orjson

from threeflow import digest, envelope, strict
from threeflow.dossier.messages import problem
from threeflow.envelope import Envelope
from threeflow.errors import Refused, Violation

VERSION: Final = "1.0"
_MEMBERS: Final = ("dossier", "head", "documents", "checkpoint", "witnesses")
_ENTRY_MEMBERS: Final = ("document", "receipt", "proof")
_PROOF_MEMBERS: Final = ("index", "size", "path")


@dataclass(frozen=True, slots=True)
class Proof:
    """Inclusion of one leaf: ``index`` from 0, ``size`` in leaves, ``path`` of digests from leaf to root."""

    index: int
    size: int
    path: tuple[str, ...]


@dataclass(frozen=True)
class Sealed:
    """An envelope and the JSON object that its payload is. ``where`` names the piece in answers."""

    envelope: Envelope
    payload: Mapping[str, object]

    @property
    def header(self) -> Mapping[str, object]:
        """The payload's header, empty where there is none."""
        header = self.payload.get("header")
        return header if isinstance(header, dict) else {}

    @property
    def digest(self) -> str:
        """The digest of the payload."""
        return self.envelope.digest

    @cached_property
    def entry(self) -> str:
        """The digest of the envelope's octets in the bundle."""
        return digest.of(self.envelope.compact)


@dataclass(frozen=True)
class Entry:
    """One document with the receipt it earned and the proof that the receipt is in the log."""

    document: Sealed
    receipt: Sealed
    proof: Proof

    @cached_property
    def octets(self) -> bytes:
        """The element of the bundle, octet for octet."""
        return write_entry(self.document.envelope, self.receipt.envelope, self.proof)

    @cached_property
    def digest(self) -> str:
        """The digest of the element's octets, which the head names as ``entry``."""
        return digest.of(self.octets)


@dataclass(frozen=True)
class Dossier:
    """A dossier as read: its form is good, nothing else is known of it."""

    octets: bytes
    head: Sealed
    entries: tuple[Entry, ...]
    checkpoint: Sealed
    witnesses: tuple[Sealed, ...]

    @property
    def digest(self) -> str:
        """The digest of the head's payload, by which the dossier is asked for."""
        return self.head.digest

    @property
    def payloads(self) -> tuple[Mapping[str, object], ...]:
        """The payloads of all documents, in the dossier's order."""
        return tuple(each.document.payload for each in self.entries)

    @property
    def by_type(self) -> dict[str, list[Mapping[str, object]]]:
        """The payloads by document type, each in the dossier's order: what ``fill`` and ``match`` read."""
        found: dict[str, list[Mapping[str, object]]] = {}
        for each in self.payloads:
            header = each.get("header")
            found.setdefault(str(header.get("type")) if isinstance(header, dict) else "", []).append(each)
        return found

    @property
    def parts(self) -> tuple[bytes, ...]:
        """The octets of all parts that are given."""
        return tuple(part for each in self.entries for part in each.document.envelope.parts)

    def of_type(self, name: str) -> tuple[Entry, ...]:
        """The entries whose documents are of a type, in the dossier's order."""
        return tuple(each for each in self.entries if each.document.header.get("type") == name)


def write_entry(document: Envelope, receipt: Envelope, proof: Proof) -> bytes:
    """Return the octets of one element of ``documents``."""
    path = orjson.dumps({"index": proof.index, "size": proof.size, "path": proof.path})
    return b'{"document":' + document.compact + b',"receipt":' + receipt.compact + b',"proof":' + path + b"}"


def write(
    head: Envelope, entries: Sequence[Entry], checkpoint: Envelope, witnesses: Sequence[Envelope]
) -> bytes:
    """Return the octets of a bundle (TF-DOS-2)."""
    documents = b",".join(each.octets for each in entries)
    seen = b",".join(each.compact for each in witnesses)
    return b"".join(
        (
            b'{"dossier":"1.0","head":',
            head.compact,
            b',"documents":[',
            documents,
            b'],"checkpoint":',
            checkpoint.compact,
            b',"witnesses":[',
            seen,
            b"]}",
        )
    )


def read(octets: bytes) -> Dossier:
    """Read a dossier's form.

    Raises:
        Refused: ``dossier-invalid``; its one violation names the piece (parameter ``where``) and the
        requirement.
    """
    try:
        bundle = strict.parse_object(octets)
    except Refused as refused:
        _refuse("wrapper", "json", detail=refused.detail)
    _check_members(bundle, _MEMBERS, "wrapper")
    if bundle["dossier"] != VERSION:
        _refuse("wrapper", "version")
    head = _sealed(bundle["head"], "head", "head")
    names = _names(head)
    documents = _array(bundle["documents"], "documents")
    entries = tuple(
        _entry(each, names[index] if index < len(names) else f"document {index + 1}")
        for index, each in enumerate(documents)
    )
    checkpoint = _sealed(bundle["checkpoint"], "checkpoint", "checkpoint")
    witnesses = tuple(
        _sealed(each, f"witness {index}", "witness")
        for index, each in enumerate(_array(bundle["witnesses"], "witnesses"), start=1)
    )
    written = write(head.envelope, entries, checkpoint.envelope, tuple(each.envelope for each in witnesses))
    if written != octets:
        _refuse("wrapper", "layout")
    return Dossier(octets, head, entries, checkpoint, witnesses)


def seal_of(raw: bytes) -> Sealed:
    """Return an envelope with its parsed payload.

    Raises:
        Refused: as ``envelope.read`` and ``strict.parse_object``.
    """
    env = envelope.read(raw)
    return Sealed(env, strict.parse_object(env.payload))


def _entry(value: object, where: str) -> Entry:
    if not isinstance(value, dict):
        _refuse(where, "members", detail="no object")
    _check_members(value, _ENTRY_MEMBERS, where)
    document = _sealed(value["document"], where, "document")
    receipt = _sealed(value["receipt"], where, "receipt")
    return Entry(document, receipt, _proof(value["proof"], where))


def _proof(value: object, where: str) -> Proof:
    if not isinstance(value, dict):
        _refuse(where, "members", detail="the proof is no object")
    _check_members(value, _PROOF_MEMBERS, where)
    index, size, path = value["index"], value["size"], value["path"]
    if type(index) is not int or type(size) is not int or not isinstance(path, list):
        _refuse(where, "members", detail="the proof has an index, a size and a path")
    if not all(digest.is_digest(each) for each in path):
        _refuse(where, "members", detail="the path of the proof is of digests")
    return Proof(index, size, tuple(path))


def _sealed(value: object, where: str, piece: str) -> Sealed:
    try:
        return seal_of(orjson.dumps(value))
    except Refused as refused:
        _refuse(where, "envelope", piece=piece, code=refused.code, detail=refused.detail)


def _check_members(value: Mapping[str, object], members: tuple[str, ...], where: str) -> None:
    if tuple(value) != members:
        _refuse(where, "members", detail=", ".join(value))


def _array(value: object, name: str) -> list[object]:
    if not isinstance(value, list):
        _refuse("wrapper", "members", detail=f"{name} is no array")
    return value


def _names(head: Sealed) -> list[str]:
    documents = head.payload.get("documents")
    if not isinstance(documents, list):
        return []
    return [str(each.get("id")) if isinstance(each, dict) else "wrapper" for each in documents]


def _refuse(where: str, text: str, **values: object) -> NoReturn:
    found = problem(where, text, **values)
    violation = Violation(found.requirement, "", found.message_en, found.message_zh, {"where": where})
    raise Refused(
        "dossier-invalid", found.requirement, f"{where}: {found.message_en}", violations=(violation,)
    )
