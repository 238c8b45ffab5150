"""The checks of one entry: document, receipt, proof (TF-DOS-12 to TF-DOS-15, TF-DOS-17 to TF-DOS-19)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from threeflow import log, parts
from threeflow.dossier.belonging import Document
from threeflow.dossier.bundle import Dossier, Entry, Sealed
from threeflow.dossier.messages import problem
from threeflow.dossier.rights import lack_of, node_at
from threeflow.dossier.seals import Seals, Sight, first_seen, issued_at, sights
from threeflow.dossier.states import filed
from threeflow.dossier.verdict import Problem
from threeflow.errors import Refused
from threeflow.standard import Standard


@dataclass(frozen=True)
class Case:
    """A dossier under examination, with what judges it and what witnesses saw."""

    dossier: Dossier
    standard: Standard
    seals: Seals
    sights: tuple[Sight, ...]

    @classmethod
    def of(cls, dossier: Dossier, standard: Standard, seals: Seals, outside: Sequence[Sealed]) -> "Case":
        """Gather the sights of the receipts in the dossier and beside it."""
        receipts = [*(each.receipt for each in dossier.entries), *dossier.witnesses, *outside]
        return cls(dossier, standard, seals, sights(receipts, seals))

    @property
    def head(self) -> Mapping[str, Any]:
        """The payload of the head, which is valid against its schema."""
        return self.dossier.head.payload

    @property
    def named(self) -> Sequence[Mapping[str, Any]]:
        """What the head names, document by document."""
        return cast(Sequence[Mapping[str, Any]], self.head["documents"])

    def first_seen(self, piece: Sealed, *, logged: bool = False) -> datetime | None:
        """When another jurisdiction saw a piece; ``logged``: its receipt is proven to be in the log."""
        digests = [piece.digest, *([self.dossier.checkpoint.digest] if logged else [])]
        return first_seen(self.sights, piece.envelope.signer, digests)

    def file(self, entry: Entry) -> Document:
        """File a document that passed its checks."""
        return filed(self.standard.table, entry.document.payload, entry.document.digest)


def document_problems(case: Case, entry: Entry, named: Mapping[str, Any]) -> Iterator[Problem]:
    """Say what is wrong with one document, its receipt and its proof; ``named`` is its line in the head."""
    where = str(named["id"])
    logged = _is_logged(case, entry)
    yield from _seal(case, entry.document, where, "document", logged=logged)
    yield from _content(case, entry, named, where)
    yield from _receipt(case, entry, where, logged=logged)
    if not logged:
        yield _unproven(case, entry, where)


def _is_logged(case: Case, entry: Entry) -> bool:
    proof, checkpoint = entry.proof, case.dossier.checkpoint.payload
    place = entry.receipt.payload.get("log")
    index = place.get("index") if isinstance(place, dict) else None
    if (proof.index, proof.size) != (index, checkpoint.get("size")):
        return False
    try:
        path = [bytes.fromhex(each.removeprefix("sha-256:")) for each in proof.path]
        root = bytes.fromhex(str(checkpoint.get("root", "")).removeprefix("sha-256:"))
    except ValueError:
        # A root that is no digest proves nothing; the checkpoint's own schema says what is wrong with it.
        return False
    return log.verify_inclusion(
        log.leaf_hash(entry.receipt.envelope.payload), proof.index, proof.size, path, root
    )


def _unproven(case: Case, entry: Entry, where: str) -> Problem:
    place = entry.receipt.payload.get("log")
    index = place.get("index") if isinstance(place, dict) else None
    size = case.dossier.checkpoint.payload.get("size")
    proof = entry.proof
    if (proof.index, proof.size) != (index, size):
        return problem(where, "proof-size", found=f"{proof.index}/{proof.size}", named=f"{index}/{size}")
    return problem(where, "proof")


def _seal(case: Case, piece: Sealed, where: str, name: str, *, logged: bool) -> Iterator[Problem]:
    fault = case.seals.fault(piece)
    if fault is not None:
        text = "seal" if name == "document" else "receipt-seal"
        yield problem(where, text, code=fault.code, detail=fault.detail)
        return
    yield from case.seals.key_problems(piece, where, name, case.first_seen(piece, logged=logged))


def _content(case: Case, entry: Entry, named: Mapping[str, Any], where: str) -> Iterator[Problem]:
    payload, header = entry.document.payload, entry.document.header
    for member in ("type", "kind", "issuer", "id"):
        if header.get(member) != named[member]:
            yield problem(where, "identity", member=member, found=header.get(member), named=named[member])
    if header.get("environment") != case.dossier.head.header["environment"]:
        named_environment = case.dossier.head.header["environment"]
        yield problem(where, "environment", found=header.get("environment"), named=named_environment)
    try:
        violations = case.standard.schemas.validate(str(header.get("type")), payload)
        for each in violations:
            yield problem(
                where,
                "schema",
                pointer=each.pointer or "/",
                detail_en=each.message_en,
                detail_zh=each.message_zh,
            )
        if violations:
            return
        document = case.file(entry)
    except Refused as refused:
        yield problem(where, "unknown-type", type=header.get("type"), detail=refused.detail)
        return
    yield from _parts(entry, named, where)
    node = node_at(case.seals.trust, document.filed.issuer, issued_at(entry.document))
    lack = lack_of(case.standard.table, document, node)
    if lack is not None:
        yield problem(where, "right", detail_en=lack[0], detail_zh=lack[1])


def _parts(entry: Entry, named: Mapping[str, Any], where: str) -> Iterator[Problem]:
    try:
        given = tuple(parts.read(entry.document.payload, entry.document.envelope.parts))
    except Refused as refused:
        yield problem(
            where,
            "parts",
            detail_en=refused.detail,
            detail_zh=f"部分不符（{refused.code}）：{refused.detail}",
        )
        return
    bound = [each["name"] for each in cast(Mapping[str, Any], entry.document.header).get("parts", ())]
    wanted = tuple(name for name in bound if name not in named["withheldParts"])
    foreign = set(named["withheldParts"]) - set(bound)
    if given != wanted or foreign:
        yield problem(
            where,
            "parts",
            detail_en=f"the parts given are {list(given)}, the head leaves {list(wanted)}",
            detail_zh=f"所附部分为 {list(given)}，按卷首应为 {list(wanted)}",
        )


def _receipt(case: Case, entry: Entry, where: str, *, logged: bool) -> Iterator[Problem]:
    receipt, document = entry.receipt, entry.document
    yield from _seal(case, receipt, where, "receipt", logged=logged)
    for each in case.standard.schemas.check("protocol/receipt", receipt.payload):
        yield problem(
            where,
            "receipt",
            detail_en=f"at {each.pointer}: {each.message_en}",
            detail_zh=f"位于 {each.pointer}：{each.message_zh}",
        )
        return
    issuer = case.dossier.head.envelope.signer
    if receipt.envelope.signer != issuer:
        signer = receipt.envelope.signer
        yield problem(
            where,
            "receipt",
            detail_en=f"is of {signer}, not of {issuer}",
            detail_zh=f"属于 {signer}，而非 {issuer}",
        )
    about = cast(Mapping[str, Any], receipt.payload["document"])
    wanted = {
        "issuer": document.header.get("issuer"),
        "id": document.header.get("id"),
        "digest": document.digest,
    }
    if any(about[name] != value for name, value in wanted.items()):
        yield problem(where, "receipt", detail_en="is for another document", detail_zh="属于另一份文件")
