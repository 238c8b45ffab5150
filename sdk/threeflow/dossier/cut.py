"""Cutting a dossier: leave out what the purpose does not need, fold the rest, seal the head (TF-DOS-28)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from threeflow import digest, documents, envelope, strict
from threeflow.dossier import bundle, states
from threeflow.dossier.bundle import Entry, Proof, Sealed
from threeflow.envelope import Envelope
from threeflow.errors import Refused
from threeflow.keys import Signer
from threeflow.standard import Standard
from threeflow.trust import TrustStore


@dataclass(frozen=True, slots=True)
class Held:
    """A document as a node holds it: the octets of envelope and receipt, and the proof for the checkpoint."""

    document: bytes
    receipt: bytes
    proof: Proof


@dataclass(frozen=True, slots=True)
class Withheld:
    """A document of the consignment that is left out; ``reason`` is a code, as ``not-for-purpose``."""

    document: bytes
    reason: str


@dataclass(frozen=True)
class Order:
    """For whom, for what, and from when till when a dossier is cut.

    ``keys`` are keys of the consignment, ``agreement`` is ``{issuer, id, digest}``; times carry an offset.
    ``trust`` holds the lists that say which nodes are the agencies that the profile names; ``others`` may
    fetch the dossier too, without being receivers of its head.
    """

    issuer: str
    environment: str
    head_id: str
    receivers: tuple[str, ...]
    purpose: str
    keys: tuple[Mapping[str, Any], ...]
    as_of: datetime
    issued_at: datetime
    valid_until: datetime
    agreement: Mapping[str, str] | None = None
    profile: str | None = None
    trust: TrustStore | None = None
    others: tuple[str, ...] = ()


def build(
    order: Order,
    *,
    seal_keys: Sequence[Signer],
    standard: Standard,
    held: Sequence[Held],
    checkpoint: bytes,
    witnesses: Sequence[bytes] = (),
    withheld: Sequence[Withheld] = (),
) -> bytes:
    """Return the octets of a dossier of the documents held, in their order.

    Documents are left out, and named as withheld, that the exchange table says are for other purposes. Parts
    are left out whose purposes do not include the order's, or that not all who get it may be given.
    ``checkpoint`` and ``witnesses`` are sealed envelopes. The result is not verified.

    Raises:
        Refused: ``subject-missing``, where no document is of the consignment; ``dossier-invalid``
        (TF-DOS-29), where
            a withheld document would change the states; or as reading an envelope.
        ValueError: the times of the order are out of order (TF-DOS-30).
    """
    if not order.as_of <= order.issued_at <= order.valid_until:
        raise ValueError("a dossier holds as of a moment not after its cut, and until one not before it")
    enclosed, aside = _by_purpose(standard, held, order.purpose)
    entries = tuple(_entry(each, order) for each in enclosed)
    sealed_checkpoint = bundle.seal_of(checkpoint)
    seen = tuple(bundle.seal_of(each) for each in witnesses)
    left_out = tuple((bundle.seal_of(each.document), each.reason) for each in (*withheld, *aside))
    head = _head(order, standard, entries, sealed_checkpoint, seen, left_out)
    sealed_head = envelope.read(envelope.seal(strict.dump(head), *seal_keys))
    return bundle.write(
        sealed_head, entries, sealed_checkpoint.envelope, tuple(each.envelope for each in seen)
    )


def _by_purpose(standard: Standard, held: Sequence[Held], purpose: str) -> tuple[list[Held], list[Withheld]]:
    """What the purpose needs, and what the table keeps for others (TF-DOS-36)."""
    enclosed: list[Held] = []
    aside: list[Withheld] = []
    for each in held:
        header = bundle.seal_of(each.document).header
        row = standard.table.row(str(header["type"]))
        if row is None or row.kind(str(header["kind"])).is_for(purpose):
            enclosed.append(each)
        else:
            aside.append(Withheld(each.document, "not-for-purpose"))
    return enclosed, aside


def _entry(held: Held, order: Order) -> Entry:
    document = bundle.seal_of(held.document)
    kept = _for_order(document, order)
    return Entry(Sealed(kept, document.payload), bundle.seal_of(held.receipt), held.proof)


def _for_order(document: Sealed, order: Order) -> Envelope:
    """The envelope with the parts that may be given for the purpose and to all, in the header's order."""
    octets = {digest.of(each): each for each in document.envelope.parts}
    bound = cast(list[dict[str, Any]], document.header.get("parts", []))
    told = {*order.receivers, *order.others} - {document.header["issuer"]}
    given = tuple(
        octets[each["digest"]]
        for each in bound
        if order.purpose in each["purposes"]
        and told <= set(each.get("receivers", told))
        and each["digest"] in octets
    )
    raw = document.envelope
    return replace(raw, parts=given)


def _head(  # noqa: PLR0917 - every piece that a head names
    order: Order,
    standard: Standard,
    entries: Sequence[Entry],
    checkpoint: Sealed,
    witnesses: Sequence[Sealed],
    withheld: Sequence[tuple[Sealed, str]],
) -> dict[str, Any]:
    state = _states(standard, [each.document for each in entries], order)
    _check_withheld(standard, entries, withheld, order, state)
    header: dict[str, Any] = {"purpose": order.purpose}
    if order.profile is not None:
        header["profile"] = order.profile
    if order.agreement is not None:
        header["agreement"] = dict(order.agreement)
    return (
        documents.build(
            "dossier-head",
            None,
            issuer=order.issuer,
            environment=order.environment,
            issued_at=order.issued_at,
            receivers=order.receivers,
            subjects=[{"keys": [dict(each) for each in order.keys]}],
            document_id=order.head_id,
            header=header,
            asOf=documents.timestamp(order.as_of),
            validUntil=documents.timestamp(order.valid_until),
            documents=[_named(each) for each in entries],
            withheld=[_identity(each) | {"reason": reason} for each, reason in withheld],
            checkpoint={
                "digest": checkpoint.digest,
                "entry": checkpoint.entry,
                "size": checkpoint.payload["size"],
            },
            witnesses=[{"issuer": each.envelope.signer, "entry": each.entry} for each in witnesses],
        )
        | state
    )


def _identity(document: Sealed) -> dict[str, object]:
    names = ("type", "kind", "issuer", "id")
    return {name: document.header[name] for name in names} | {"digest": document.digest}


def _named(entry: Entry) -> dict[str, object]:
    document = entry.document
    bound = cast(list[dict[str, Any]], document.header.get("parts", []))
    given = {digest.of(each) for each in document.envelope.parts}
    names = [each["name"] for each in bound if each["digest"] not in given]
    return _identity(document) | {"withheldParts": names, "entry": entry.digest}


def _states(standard: Standard, pieces: Sequence[Sealed], order: Order) -> dict[str, object]:
    filed = [states.filed(standard.table, each.payload, each.digest) for each in pieces]
    view = states.View(order.profile, order.trust, order.as_of)
    state, _ = states.replay(standard, filed, order.keys, view)
    return states.as_json(state)


def _check_withheld(
    standard: Standard,
    entries: Sequence[Entry],
    withheld: Sequence[tuple[Sealed, str]],
    order: Order,
    state: Mapping[str, object],
) -> None:
    if not withheld:
        return
    whole = [each.document for each in entries] + [each for each, _ in withheld]
    if _states(standard, whole, order) != state:
        raise Refused(
            "dossier-invalid", "TF-DOS-29", "a withheld document would change the states of the head"
        )
