"""Verifying a dossier offline: nothing inside it is trusted (spec page ``dossier``).

1. Form: the layout, exact to the octet. 2. The head: its seal, schema, role, agreement, time. A head that
does not hold ends it, since all the rest is judged against it. 3. Each entry against the head. 4.
Checkpoint and witnesses. 5. Each document: seals, schema, rights, receipt, proof, keys. 6. What ties the
documents to the consignment, and the states that follow from them. 7. The trust lists themselves.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

from threeflow.documents import timestamp
from threeflow.dossier import bundle
from threeflow.dossier.bundle import Dossier, Sealed
from threeflow.dossier.entries import Case, document_problems
from threeflow.dossier.messages import problem
from threeflow.dossier.process_checks import state_problems
from threeflow.dossier.rights import node_at
from threeflow.dossier.seals import Seals, first_seen, issued_at, sights
from threeflow.dossier.verdict import Problem, Verdict
from threeflow.errors import Refused, Violation
from threeflow.names import jurisdiction_of
from threeflow.standard import Standard
from threeflow.trust import TrustStore, freshness

RELEASE: Final = "release-on-documents"
CUTTERS: Final[Mapping[str, frozenset[str]]] = {RELEASE: frozenset({"customs"})}
OTHER_CUTTERS: Final = frozenset({"agency", "customs", "hub"})


def verify(
    octets: bytes,
    trust: TrustStore,
    standard: Standard,
    *,
    now: datetime,
    at: datetime | None = None,
    witnesses: Sequence[bytes] = (),
) -> Verdict:
    """Say whether a dossier is valid at a moment (``at``, else ``now``), or what is wrong with which piece.

    ``witnesses`` are sealed receipts obtained beside the dossier, for its head, its checkpoint or a document.
    """
    moment = at or now
    try:
        dossier = bundle.read(octets)
    except Refused as refused:
        return Verdict(False, moment, tuple(_unreadable(each) for each in refused.violations))
    seals = Seals(trust)
    outside = [receipt for raw in witnesses if (receipt := _receipt(raw)) is not None]
    found = tuple(_head_problems(dossier, standard, seals, moment, outside))
    if not any(each.requirement in _FATAL for each in found):
        found += tuple(_problems(dossier, standard, seals, moment, outside))
    head = dossier.head.payload
    return Verdict(
        not found,
        moment,
        found,
        dossier.digest,
        str(head.get("asOf", "")),
        str(head.get("validUntil", "")),
        head,
    )


# a head that is not sound names nothing that the rest could be judged against
_FATAL: Final = frozenset({"TF-DOS-5", "TF-DOS-7"})


def _unreadable(violation: Violation) -> Problem:
    where = str(violation.parameters["where"])
    return Problem(where, violation.rule, violation.message_en, violation.message_zh)


def _receipt(raw: bytes) -> Sealed | None:
    try:
        return bundle.seal_of(raw)
    except Refused:
        return None


def _head_problems(
    dossier: Dossier, standard: Standard, seals: Seals, moment: datetime, outside: Sequence[Sealed]
) -> Iterator[Problem]:
    head = dossier.head
    violations = standard.schemas.check("protocol/dossier-head", head.payload)
    for each in violations:
        yield problem(
            "head",
            "head-schema",
            pointer=each.pointer or "/",
            detail=each.message_en,
            detail_zh=each.message_zh,
        )
    fault = seals.fault(head)
    if fault is not None:
        yield problem("head", "head-seal", code=fault.code, detail=fault.detail)
    if violations or fault is not None:
        return
    seen = first_seen(sights(outside, seals), head.envelope.signer, [head.digest])
    yield from seals.key_problems(head, "head", "head", seen)
    yield from _cutter(head, seals)
    yield from _time(head.payload, moment)


def _cutter(head: Sealed, seals: Seals) -> Iterator[Problem]:
    issuer, purpose = str(head.header["issuer"]), str(head.header["purpose"])
    roles = CUTTERS.get(purpose, OTHER_CUTTERS)
    node = node_at(seals.trust, issuer, issued_at(head))
    if node is None or not roles.intersection(node.roles):
        yield problem("head", "cutter", issuer=issuer, purpose=purpose, roles=", ".join(sorted(roles)))
    receivers = cast(list[str], head.header["receivers"])
    crosses = any(jurisdiction_of(each) != jurisdiction_of(issuer) for each in receivers)
    if crosses and "agreement" not in head.header:
        yield problem("head", "agreement")


def _time(head: Mapping[str, Any], moment: datetime) -> Iterator[Problem]:
    as_of, valid_until = (datetime.fromisoformat(head[name]) for name in ("asOf", "validUntil"))
    issued = datetime.fromisoformat(head["header"]["issuedAt"])
    if as_of > issued or valid_until < issued:
        yield problem(
            "head", "dates", as_of=head["asOf"], issued=head["header"]["issuedAt"], until=head["validUntil"]
        )
    if moment > valid_until:
        yield problem("head", "too-late", valid_until=head["validUntil"], moment=timestamp(moment))
    if moment < as_of:
        yield problem("head", "too-early", as_of=head["asOf"], moment=timestamp(moment))


def _problems(
    dossier: Dossier, standard: Standard, seals: Seals, moment: datetime, outside: Sequence[Sealed]
) -> Iterator[Problem]:
    case = Case.of(dossier, standard, seals, outside)
    yield from _named(dossier, case)
    yield from _log(dossier, standard, case)
    broken = False
    for entry, named in zip(dossier.entries, case.named, strict=False):
        found = tuple(document_problems(case, entry, named))
        broken = broken or bool(found)
        yield from found
    if len(dossier.entries) == len(case.named) and not broken:
        yield from state_problems(case)
    yield from _stale(dossier, seals.trust, moment)


def _named(dossier: Dossier, case: Case) -> Iterator[Problem]:
    found, named = len(dossier.entries), len(case.named)
    if found != named:
        yield problem("wrapper", "missing", found=found, named=named)
    for entry, name in zip(dossier.entries, case.named, strict=False):
        if entry.digest != name["entry"]:
            yield problem(str(name["id"]), "entry", **_differs(entry.document, name))
    head: Mapping[str, Any] = dossier.head.payload
    if (dossier.checkpoint.entry, dossier.checkpoint.digest) != (
        head["checkpoint"]["entry"],
        head["checkpoint"]["digest"],
    ):
        yield problem("checkpoint", "checkpoint-entry")
    seen = [{"issuer": each.envelope.signer, "entry": each.entry} for each in dossier.witnesses]
    if seen != head["witnesses"]:
        yield problem(_which(seen, head["witnesses"]), "witness-entry")


def _differs(document: Sealed, named: Mapping[str, Any]) -> dict[str, str]:
    if document.digest != named["digest"]:
        return {"piece": "the document is", "piece_zh": "文件"}
    return {"piece": "its seals, parts, receipt or proof are", "piece_zh": "其印章、部分、回执或证明"}


def _which(seen: Sequence[object], named: Sequence[object]) -> str:
    if len(seen) != len(named):
        return "wrapper"
    return "witness " + str(
        1 + next(i for i, (one, other) in enumerate(zip(seen, named, strict=True)) if one != other)
    )


def _log(dossier: Dossier, standard: Standard, case: Case) -> Iterator[Problem]:
    checkpoint = dossier.checkpoint
    issuer = dossier.head.envelope.signer
    fault = case.seals.fault(checkpoint)
    if fault is not None:
        yield problem(
            "checkpoint",
            "checkpoint",
            detail_en=f"the seal does not hold: {fault.detail}",
            detail_zh=f"印章无效：{fault.detail}",
        )
    elif checkpoint.envelope.signer != issuer:
        signer = checkpoint.envelope.signer
        yield problem(
            "checkpoint",
            "checkpoint",
            detail_en=f"of {signer}, the head is of {issuer}",
            detail_zh=f"属于 {signer}，卷首属于 {issuer}",
        )
    else:
        yield from case.seals.key_problems(
            checkpoint, "checkpoint", "checkpoint", case.first_seen(checkpoint)
        )
    for each in standard.schemas.check("protocol/checkpoint", checkpoint.payload):
        yield problem(
            "checkpoint",
            "checkpoint",
            detail_en=f"at {each.pointer}: {each.message_en}",
            detail_zh=f"位于 {each.pointer}：{each.message_zh}",
        )
    for number, witness in enumerate(dossier.witnesses, start=1):
        yield from _witness(case, witness, f"witness {number}")


def _witness(case: Case, witness: Sealed, where: str) -> Iterator[Problem]:
    fault = case.seals.fault(witness)
    document = witness.payload.get("document")
    about = document.get("digest") if isinstance(document, dict) else None
    signer = witness.envelope.signer
    if fault is not None:
        yield problem(
            where,
            "witness",
            detail_en=f"the seal does not hold: {fault.detail}",
            detail_zh=f"印章无效：{fault.detail}",
        )
    elif witness.header.get("type") != "receipt" or about != case.dossier.checkpoint.digest:
        yield problem(
            where, "witness", detail_en="no receipt for the checkpoint", detail_zh="并非该检查点的回执"
        )
    elif jurisdiction_of(signer) == jurisdiction_of(case.dossier.checkpoint.envelope.signer):
        yield problem(
            where,
            "witness",
            detail_en=f"{signer} is of the checkpoint's own jurisdiction",
            detail_zh=f"{signer} 与检查点属于同一法域",
        )
    else:
        yield from case.seals.key_problems(witness, where, "witness", None)


def _stale(dossier: Dossier, trust: TrustStore, moment: datetime) -> Iterator[Problem]:
    sealed = [dossier.head, dossier.checkpoint, *dossier.witnesses]
    sealed += [each for entry in dossier.entries for each in (entry.document, entry.receipt)]
    for jurisdiction in sorted({jurisdiction_of(each.envelope.signer) for each in sealed}):
        lists = trust.lists(jurisdiction)
        current = next((each for each in reversed(lists) if each.issued_at <= moment), None)
        if current is not None and freshness(current, moment) == "expired":
            yield problem(
                f"trust list {jurisdiction}",
                "stale",
                jurisdiction=jurisdiction,
                expired=timestamp(current.expires_at),
                moment=timestamp(moment),
            )
