"""The statements, each named and said in a sentence; a list is one parameter, so a batch is one question."""

from typing import Any, Final

from sqlalchemy import and_, bindparam, func, insert, or_, select, update

from threeflow_gateway.store.kept import stored
from threeflow_gateway.store.tables import (
    checkpoint,
    claim,
    document,
    dossier,
    event,
    head,
    outbox,
    party,
    subject,
    subject_document,
    waiting,
)

__all__: list[str] = []


def _many(name: str) -> Any:
    return bindparam(name, expanding=True)


# ---- what a committing transaction reads

HEAD: Final = select(head.c.documents, head.c.subjects, head.c.leaves).with_for_update()
"""The counters, locked: whoever holds this row is the one writer."""

DOCUMENTS_BY_ID: Final = select(
    document.c.no, document.c.issuer, document.c.id, document.c.digest, document.c.type, document.c.kind,
    document.c.outcome, document.c.effect,
).where(document.c.id.in_(_many("ids")))  # fmt: skip
"""What is held under these document ids, of whatever issuer."""

RECEIPT_OF: Final = select(document.c.receipt).where(document.c.no == bindparam("document"))
"""The receipt that one document earned."""

SUBJECTS_OF_DOCUMENTS: Final = select(subject_document.c.document, subject_document.c.subject).where(
    subject_document.c.document.in_(_many("documents"))
)
"""The subjects that these documents are about."""

SUBJECTS: Final = select(subject.c.no, subject.c.kind, subject.c.version).where(
    subject.c.no.in_(_many("subjects"))
)
"""Kind and version of these subjects."""

DOCUMENTS_OF_SUBJECTS: Final = (
    select(
        subject_document.c.subject, document.c.no, document.c.issuer, document.c.id, document.c.digest,
        document.c.type, document.c.kind, document.c.effect, document.c.envelope,
    )
    .join(document, document.c.no == subject_document.c.document)
    .where(subject_document.c.subject.in_(_many("subjects")))
    .order_by(document.c.no)
)  # fmt: skip
"""All that is held of these subjects, in the order of acceptance."""

PARTIES: Final = select(party.c.node, party.c.events).where(party.c.node.in_(_many("nodes")))
"""The last event number of these parties."""

WAITERS_BY_AWAITED: Final = select(waiting.c.awaited, waiting.c.document).where(
    waiting.c.awaited.in_(_many("ids"))
)
"""The pending documents that wait for one of these document ids."""

WAITING_OF: Final = select(waiting.c.document, waiting.c.awaited, waiting.c.until).where(
    waiting.c.document.in_(_many("documents"))
)
"""What these pending documents wait for."""

DOCUMENTS_BY_NO: Final = select(
    document.c.no, document.c.issuer, document.c.id, document.c.digest, document.c.type, document.c.kind,
    document.c.outcome, document.c.effect, document.c.envelope, document.c.caller, document.c.received_at,
).where(document.c.no.in_(_many("documents")))  # fmt: skip
"""These documents, whole."""

# ---- what it writes

ADVANCE_HEAD: Final = update(head).values(
    documents=bindparam("to_documents"), subjects=bindparam("to_subjects"), leaves=bindparam("to_leaves")
)
"""Move the counters."""

INSERT_DOCUMENT: Final = insert(document)
"""Take in a document with its receipt and its leaf."""

SET_EFFECT: Final = (
    update(document).where(document.c.no == bindparam("document")).values(effect=bindparam("to_effect"))
)
"""Say what a pending document became."""

INSERT_SUBJECT: Final = insert(subject)
"""Open a subject."""

SET_SUBJECT: Final = (
    update(subject).where(subject.c.no == bindparam("subject_no")).values(version=bindparam("to_version"))
)
"""Raise a subject's version."""

REDIRECT_SUBJECT: Final = (
    update(subject).where(subject.c.no == bindparam("from_subject")).values(redirect=bindparam("to_subject"))
)
"""Make a later subject point to the earlier one that it was joined to."""

MOVE_KEYS: Final = (
    update(claim).where(claim.c.subject == bindparam("from_subject")).values(subject=bindparam("to_subject"))
)
"""Give the keys of a joined subject to the earlier one."""

COPY_DOCUMENTS: Final = insert(subject_document).from_select(
    ["subject", "document"],
    select(bindparam("to_subject", type_=subject.c.no.type), subject_document.c.document).where(
        subject_document.c.subject == bindparam("from_subject"),
        subject_document.c.document.not_in(
            select(subject_document.c.document).where(subject_document.c.subject == bindparam("to_subject"))
        ),
    ),
)
"""Give the documents of a joined subject to the earlier one."""

FORGET_DOCUMENTS: Final = subject_document.delete().where(
    subject_document.c.subject == bindparam("from_subject")
)
"""Take the documents from a subject that was joined to an earlier one."""

INSERT_SUBJECT_DOCUMENT: Final = insert(subject_document)
"""Say what a document is about."""

INSERT_WAITING: Final = insert(waiting)
"""Say what a pending document waits for, and how long."""

DELETE_WAITING: Final = waiting.delete().where(waiting.c.document == bindparam("waiter"))
"""A document waits no more."""

INSERT_PARTY: Final = insert(party)
"""Open an event feed."""

SET_PARTY: Final = (
    update(party).where(party.c.node == bindparam("feed")).values(events=bindparam("to_events"))
)
"""Move a feed's last number."""

INSERT_EVENT: Final = insert(event)
"""Tell a party."""

INSERT_OUTBOX: Final = insert(outbox)
"""Owe a peer a document."""

INSERT_CHECKPOINT: Final = insert(checkpoint)
"""Keep a checkpoint of the own log."""

INSERT_DOSSIER: Final = insert(dossier)
"""Keep a dossier, or the promise of one."""

# ---- what runs out

WAITING_RAN_OUT: Final = (
    select(waiting.c.document).where(waiting.c.until <= bindparam("now")).distinct().limit(bindparam("limit"))
)
"""Pending documents whose time is over."""

# ---- what people and peers read

FIND_DOCUMENT: Final = select(
    document.c.no, document.c.envelope, document.c.receipt, document.c.caller, document.c.leaf
).where(document.c.id == bindparam("id"), document.c.issuer == bindparam("issuer"))
"""One document with its receipt."""

EVENTS_AFTER: Final = (
    select(
        event.c.seq, event.c.at, event.c.name, event.c.outcome, event.c.subject, event.c.steps,
        document.c.issuer, document.c.id, document.c.digest, document.c.type, document.c.kind,
    )
    .join(document, document.c.no == event.c.document)
    .where(event.c.party == bindparam("party"), event.c.seq > bindparam("after"))
    .order_by(event.c.seq)
    .limit(bindparam("limit"))
)  # fmt: skip
"""A party's next events."""

KEYS_OF_SUBJECT: Final = select(claim.c.key).where(claim.c.subject == bindparam("subject")).distinct()
"""All keys of a subject."""

NEWEST_CHECKPOINT: Final = (
    select(checkpoint.c.size, checkpoint.c.root, checkpoint.c.at, document.c.envelope, document.c.no)
    .join(document, document.c.no == checkpoint.c.document)
    .order_by(checkpoint.c.size.desc())
    .limit(1)
)
"""The newest checkpoint of the own log."""

NEWEST_CHECKPOINT_SIZE: Final = (
    select(checkpoint.c.size, checkpoint.c.at).order_by(checkpoint.c.size.desc()).limit(1)
)
"""Size and time of the newest checkpoint of the own log."""

LEAVES: Final = select(head.c.leaves)
"""Size of the own log."""

HEAD_NODE: Final = select(head.c.node)
"""Whose log the database holds."""

LEAF_HASHES: Final = (
    select(document.c.leaf, document.c.leaf_hash)
    .where(document.c.leaf >= bindparam("first"))
    .order_by(document.c.leaf)
    .limit(bindparam("limit"))
)
"""Leaves from one on."""

NEWEST_LEAVES: Final = (
    select(document.c.leaf, document.c.leaf_hash, stored(document.c.receipt).label("receipt"))
    .where(document.c.leaf.is_not(None))
    .order_by(document.c.leaf.desc())
    .limit(bindparam("limit"))
)
"""The newest leaves with their receipts as they are stored."""

_RECENT: Final = select(document.c.received_at).order_by(document.c.no.desc()).limit(500).subquery()
NEWEST_RECEIVED: Final = select(func.max(_RECENT.c.received_at))
"""The latest time at which one of the newest documents was taken in: a clock may have jumped since."""

COUNT_WAITING: Final = select(func.count(waiting.c.document.distinct()))
"""How many documents are pending."""

COUNT_TO_FETCH: Final = (
    select(func.count()).select_from(dossier).where(dossier.c.bundle.is_(None), dossier.c.reason == "")
)
"""How many dossiers were promised and not fetched."""

OFFERS: Final = select(outbox.c.peer, outbox.c.state, outbox.c.attempts, outbox.c.answer).where(
    outbox.c.document == bindparam("document")
)
"""To whom one document is or was offered, and what they answered."""

FIND_DOSSIER: Final = select(dossier.c.receivers, dossier.c.bundle, dossier.c.reason).where(
    dossier.c.digest == bindparam("digest")
)
"""One dossier."""

SET_BUNDLE: Final = (
    update(dossier)
    .where(dossier.c.digest == bindparam("of_digest"))
    .values(bundle=bindparam("to_bundle"), reason=bindparam("to_reason"))
)
"""Keep the bundle of a dossier that was promised, or why there is none."""

DOSSIERS_TO_FETCH: Final = (
    select(dossier.c.digest, document.c.issuer, document.c.no)
    # Not by the digest itself: SQLite would walk through all documents and look each one up among dossiers.
    .join(document, document.c.digest == func.coalesce(dossier.c.digest, ""))
    .where(dossier.c.bundle.is_(None), dossier.c.reason == "")
    .order_by(dossier.c.at, dossier.c.digest)
    .limit(bindparam("limit"))
)
"""Dossiers whose heads came and whose bundles are still to be fetched, the oldest first."""

# ---- delivery

_EARLIER: Final = outbox.alias("earlier")
_SINCE: Final = func.coalesce(outbox.c.since, outbox.c.next_at)
_NOW: Final[Any] = bindparam("now")
_HORIZON: Final[Any] = bindparam("horizon")


def _offered_later(row: Any) -> Any:
    """Whether a row waits; no pause reaches beyond the horizon, so what does was written by another clock."""
    return and_(row.c.next_at > _NOW, row.c.next_at <= _HORIZON)


def _held_back(*, when: Any) -> Any:
    """Whether the peer is owed an earlier one, about the same subject or also about none, of ``when``."""
    return (
        select(_EARLIER.c.document)
        .where(
            _EARLIER.c.state == "due",
            _EARLIER.c.peer == outbox.c.peer,
            _EARLIER.c.subject.is_not_distinct_from(outbox.c.subject),
            _EARLIER.c.document < outbox.c.document,
            when,
        )
        .exists()
    )


_OWED: Final = (
    select(
        outbox.c.document,
        outbox.c.subject,
        outbox.c.attempts,
        _SINCE.label("since"),
        outbox.c.trace,
        document.c.envelope,
    )
    .join(document, document.c.no == outbox.c.document)
    .where(outbox.c.state == "due", outbox.c.peer == bindparam("peer"), ~_offered_later(outbox))
    .order_by(outbox.c.document)
    .limit(bindparam("limit"))
)

# What follows a document in one request may be taken where it is not: once, so at its first attempt only.
_HOLDS_BACK: Final = or_(_offered_later(_EARLIER), _EARLIER.c.attempts > 0)

DUE: Final = _OWED.where(~_held_back(when=_HOLDS_BACK))
"""What a peer is owed now, oldest first; what an earlier one of the same subject holds back is not due."""

DUE_LIVE: Final = _OWED.where(
    outbox.c.document > bindparam("after"),
    ~_held_back(when=or_(_HOLDS_BACK, _EARLIER.c.document <= bindparam("after"))),
)
"""The same of what came after a document, about subjects of which nothing up to that document is owed."""

NEWEST_OLD: Final = select(func.max(outbox.c.document)).where(
    outbox.c.state == "due", outbox.c.peer == bindparam("peer"), bindparam("before") >= _SINCE
)
"""The newest document that a peer has been owed since before a moment."""

NEXT_DUE: Final = select(func.min(outbox.c.next_at)).where(
    outbox.c.state == "due", outbox.c.peer == bindparam("peer"), outbox.c.next_at > _NOW
)
"""When a peer is to be offered next what waits now."""

OVERDUE: Final = (
    select(outbox.c.peer, outbox.c.document, outbox.c.attempts, outbox.c.reason)
    .where(outbox.c.state == "due", outbox.c.peer.in_(_many("peers")), bindparam("before") >= _SINCE)
    .order_by(outbox.c.document)
    .limit(bindparam("limit"))
)
"""What these peers have been owed for too long."""

OWED_PEERS: Final = select(outbox.c.peer).where(outbox.c.state == "due").distinct()
"""The peers that are owed something."""

OUTBOX_BY_PEER: Final = (
    select(outbox.c.peer, outbox.c.state, func.count().label("rows"), func.min(_SINCE).label("since"))
    .where(outbox.c.state.in_(("due", "dead")))
    .group_by(outbox.c.peer, outbox.c.state)
)
"""How much each peer is owed and how much of it is dead, and since when."""

DEAD_LETTERS: Final = (
    select(
        outbox.c.peer, outbox.c.document, outbox.c.subject, outbox.c.attempts,
        outbox.c.next_at, outbox.c.reason, document.c.issuer, document.c.id, document.c.type,
        document.c.kind, document.c.received_at,
    )
    .join(document, document.c.no == outbox.c.document)
    .where(outbox.c.state == "dead")
    .order_by(outbox.c.peer, outbox.c.document)
)  # fmt: skip
"""What could not be delivered, with the reason; ``next_at`` is when that was decided."""

END_DEAD_LETTER: Final = (
    update(outbox)
    .where(
        outbox.c.state == "dead",
        outbox.c.peer == bindparam("of_peer"),
        outbox.c.document == bindparam("of_document"),
    )
    .values(
        state=bindparam("to_state"), since=bindparam("to_since"), next_at=bindparam("to_since"), attempts=0,
    )
)  # fmt: skip
"""Let a dead letter be owed again, or drop it; its reason stays until the next attempt."""

SETTLE: Final = (
    update(outbox)
    .where(
        and_(
            outbox.c.peer == bindparam("to_peer"),
            outbox.c.document == bindparam("to_document"),
            outbox.c.state == "due",
        )
    )
    .values(
        state=bindparam("to_state"), attempts=bindparam("to_attempts"), next_at=bindparam("to_next"),
        answer=bindparam("to_answer"), reason=bindparam("to_reason"),
    )
)  # fmt: skip
"""Say how an attempt ended; what is settled stays as it is."""

PIECES: Final = (
    select(document.c.no, document.c.envelope, document.c.receipt, document.c.leaf, document.c.caller)
    .where(document.c.no.in_(_many("documents")), document.c.leaf.is_not(None))
    .order_by(document.c.no)
)
"""These documents as a dossier needs them."""
