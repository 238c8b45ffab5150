"""The tables. One set for SQLite and PostgreSQL: plain types, no dialect's own.

Times are RFC 3339 text in UTC with six fraction digits, so that text order is time order.
The state of a subject is not stored: it is a function of the documents that are (TF-INTAKE-21). Octets of old
documents may lie in an archive, with a pointer in their place; who reads the column gets them from there.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from threeflow_gateway.store.kept import Kept

__all__ = [
    "audit",
    "checkpoint",
    "claim",
    "document",
    "dossier",
    "event",
    "head",
    "incident",
    "mention",
    "metadata",
    "outbox",
    "part",
    "party",
    "reader",
    "spent_token",
    "subject",
    "subject_document",
    "tile",
    "trust_list",
    "waiting",
]

metadata: Final = MetaData()

# SQLite gives a rowid table only to INTEGER PRIMARY KEY.
_Number: Final = BigInteger().with_variant(Integer, "sqlite")

head: Final = Table(
    "head",
    metadata,
    Column(
        "one",
        Integer,
        primary_key=True,
        autoincrement=False,
        comment="always 1: the row is the lock of writers",
    ),
    Column("node", Text, nullable=False, comment="the node whose log this is"),
    Column("documents", BigInteger, nullable=False, comment="numbers given to documents"),
    Column("subjects", BigInteger, nullable=False, comment="numbers given to subjects"),
    Column("leaves", BigInteger, nullable=False, comment="size of the log"),
)

document: Final = Table(
    "document",
    metadata,
    Column("no", _Number, primary_key=True, autoincrement=False, comment="order of acceptance, from 1"),
    Column("issuer", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("digest", Text, nullable=False, comment="sha-256: of the payload"),
    Column("type", Text, nullable=False),
    Column("kind", Text, nullable=False, comment="empty for protocol artefacts"),
    Column("caller", Text, nullable=False, comment="the node that brought it"),
    Column("received_at", Text, nullable=False),
    Column("outcome", Text, nullable=False, comment="as the receipt says"),
    Column(
        "effect", Text, nullable=False, comment="what it amounts to now: an outcome, held-back or ran-out"
    ),
    Column("envelope", Kept, nullable=False, comment="as received, octet for octet"),
    Column("receipt", Kept, nullable=False, comment="as first answered, octet for octet"),
    Column("leaf", BigInteger, nullable=True, comment="index in the log; null for checkpoints"),
    Column("leaf_hash", LargeBinary(32), nullable=True),
    UniqueConstraint("id", "issuer", name="document_is_bound_once"),
    UniqueConstraint("leaf", name="leaf_is_given_once"),
    Index("document_by_digest", "digest"),
    Index(
        "checkpoint_by_issuer",
        "issuer",
        "no",
        sqlite_where=text("type = 'checkpoint'"),
        postgresql_where=text("type = 'checkpoint'"),
    ),
)

subject: Final = Table(
    "subject",
    metadata,
    Column("no", _Number, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("version", BigInteger, nullable=False, comment="rises with every change of its state"),
    Column(
        "redirect",
        BigInteger,
        ForeignKey("subject.no"),
        nullable=True,
        comment="the earlier subject it was joined to",
    ),
)

claim: Final = Table(
    "claim",
    metadata,
    Column("key", Text, primary_key=True, comment="JSON text of [kind, scheme, issuer, value]"),
    Column("claimant", Text, primary_key=True, comment="the issuer whose documents name it"),
    Column("subject", BigInteger, ForeignKey("subject.no"), nullable=False, index=True),
    Column("titled", Boolean, nullable=False, comment="whether the claim has title to the key"),
)

subject_document: Final = Table(
    "subject_document",
    metadata,
    Column("subject", BigInteger, ForeignKey("subject.no"), primary_key=True),
    Column("document", BigInteger, ForeignKey("document.no"), primary_key=True),
    Index("subject_by_document", "document"),
    sqlite_with_rowid=False,
)

# Who asks is told in the same time whether a subject has two documents or thousands: see intake/readers.py.
reader: Final = Table(
    "reader",
    metadata,
    Column("subject", BigInteger, ForeignKey("subject.no"), primary_key=True),
    Column("node", Text, primary_key=True),
    Column(
        "party",
        Boolean,
        primary_key=True,
        comment="whether a document of it is between this node and others; else it brought one",
    ),
    sqlite_with_rowid=False,
)

mention: Final = Table(
    "mention",
    metadata,
    Column("name", Text, primary_key=True, comment="JSON text of [scheme, number]"),
    Column("document", BigInteger, ForeignKey("document.no"), primary_key=True, comment="that names it"),
    sqlite_with_rowid=False,
)

waiting: Final = Table(
    "waiting",
    metadata,
    Column(
        "document", BigInteger, ForeignKey("document.no"), primary_key=True, comment="the pending document"
    ),
    Column("awaited", Text, primary_key=True, comment="id of the document that it refers to; empty: a step"),
    Column("until", Text, nullable=False, comment="when waiting ends without effect"),
    Index("waiting_by_awaited", "awaited"),
    Index("waiting_by_until", "until"),
    sqlite_with_rowid=False,
)

party: Final = Table(
    "party",
    metadata,
    Column("node", Text, primary_key=True),
    Column("events", BigInteger, nullable=False, comment="last sequence number given"),
)

event: Final = Table(
    "event",
    metadata,
    Column("party", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("name", Text, nullable=False, comment="taken-in, or effect: what a pending document became"),
    Column("document", BigInteger, ForeignKey("document.no"), nullable=False),
    Column("outcome", Text, nullable=False),
    Column("subject", BigInteger, nullable=True),
    Column("steps", Text, nullable=False, comment="JSON list of the steps that it caused"),
    sqlite_with_rowid=False,
)

spent_token: Final = Table(
    "spent_token",
    metadata,
    Column("token", LargeBinary(32), primary_key=True, comment="SHA-256 of caller, NUL and token id"),
    Column("until", Text, nullable=False, comment="when the token can no longer be valid"),
    Index("spent_token_by_until", "until"),
    sqlite_with_rowid=False,
)

outbox: Final = Table(
    "outbox",
    metadata,
    Column("peer", Text, primary_key=True, comment="the node to deliver to"),
    Column("document", BigInteger, ForeignKey("document.no"), primary_key=True),
    Column("subject", BigInteger, nullable=True, comment="deliveries of one subject keep their order"),
    # Or dropped: a dead letter that was given up. The comment is that of revision 0001.
    Column("state", Text, nullable=False, comment="due, done, dead"),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Text, nullable=False),
    Column("answer", LargeBinary, nullable=True, comment="the peer's sealed receipt or refusal"),
    Column("reason", Text, nullable=False, comment="why the last attempt failed"),
    Column(
        "since",
        Text,
        nullable=True,
        comment="when it was owed first, or again; null where revision 0001 wrote it: then next_at is it",
    ),
    Column("trace", Text, nullable=True, comment="traceparent of the intake; null where nothing is traced"),
    Index("outbox_due", "state", "peer", "document"),
    # What is settled leaves it: it is as large as what is owed, however long the node has run.
    Index(
        "outbox_order",
        "peer",
        "subject",
        "document",
        sqlite_where=text("state = 'due'"),
        postgresql_where=text("state = 'due'"),
    ),
    sqlite_with_rowid=False,
)

tile: Final = Table(
    "tile",
    metadata,
    Column(
        "number", BigInteger, primary_key=True, autoincrement=False, comment="leaves 256 n to 256 n + 255"
    ),
    Column("root", LargeBinary(32), nullable=False, comment="hash of the complete subtree of these leaves"),
    Column("hashes", LargeBinary, nullable=False, comment="256 leaf hashes of 32 octets"),
)

part: Final = Table(
    "part",
    metadata,
    Column("document", BigInteger, ForeignKey("document.no"), primary_key=True),
    Column("name", Text, primary_key=True, comment="as the header of the document binds it"),
    Column("digest", Text, nullable=False, comment="sha-256: of its octets; stays when they are gone"),
    Column("due_at", Text, nullable=False, comment="when its retention is over"),
    Column("ground", Text, nullable=False, comment="why it is kept until then"),
    Column("erased_at", Text, nullable=True, comment="null: it is held"),
    Index("part_due", "erased_at", "due_at"),
    sqlite_with_rowid=False,
)

audit: Final = Table(
    "audit",
    metadata,
    Column("no", _Number, primary_key=True, autoincrement=True),
    Column("at", Text, nullable=False),
    Column("what", Text, nullable=False, comment="refused, read, erased, incident"),
    Column("caller", Text, nullable=False, comment="who asked; empty: a stranger or the node"),
    Column("code", Text, nullable=False, comment="refusal code"),
    Column("requirement", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("detail", Text, nullable=False, comment="parts, purposes, grounds; no personal data"),
    Column("times", BigInteger, nullable=False, comment="how often, where the like was counted"),
    Index("audit_by_at", "at"),
)

incident: Final = Table(
    "incident",
    metadata,
    Column("no", _Number, primary_key=True, autoincrement=True),
    Column("at", Text, nullable=False, comment="when it was seen first"),
    Column("code", Text, nullable=False, comment="log-inconsistent, trust-list-equivocation"),
    Column("requirement", Text, nullable=False),
    Column("about", Text, nullable=False, comment="the node whose log, or the jurisdiction whose list it is"),
    Column("source", Text, nullable=False, comment="the node or file that showed it"),
    Column("digest", Text, nullable=False, comment="of the payload that was shown"),
    Column("held", LargeBinary, nullable=False, comment="the envelope that is held"),
    Column("shown", LargeBinary, nullable=False, comment="the envelope that contradicts it"),
    Column("detail", Text, nullable=False),
    Column("closed_at", Text, nullable=True, comment="when the operator closed it; null: open"),
    UniqueConstraint("code", "about", "digest", name="incident_is_kept_once"),
)

trust_list: Final = Table(
    "trust_list",
    metadata,
    Column("jurisdiction", Text, primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("file", Text, nullable=False, comment="name of the trust file that it came from"),
    Column("anchor", Text, nullable=False, comment="fingerprint of the chain's first anchor"),
    Column("envelope", LargeBinary, nullable=False, comment="as taken in"),
    Column("at", Text, nullable=False),
)

checkpoint: Final = Table(
    "checkpoint",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root", LargeBinary(32), nullable=False),
    Column("at", Text, nullable=False),
    Column("document", BigInteger, ForeignKey("document.no"), nullable=False),
)

dossier: Final = Table(
    "dossier",
    metadata,
    Column("digest", Text, primary_key=True, comment="of the payload of its head"),
    Column("receivers", Text, nullable=False, comment="JSON list of the nodes that may fetch it"),
    Column("bundle", LargeBinary, nullable=True, comment="null: still to be fetched from the issuer"),
    Column("at", Text, nullable=False),
    Column(
        "reason", Text, nullable=False, comment="why it could not be fetched or verified; empty: it could"
    ),
)
