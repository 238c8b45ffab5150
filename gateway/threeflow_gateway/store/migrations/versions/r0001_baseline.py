"""The tables of the first release."""

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0001"
down_revision = None


def upgrade() -> None:
    """The tables of the first release."""
    op.create_table(
        "document",
        sa.Column(
            "no",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="order of acceptance, from 1",
        ),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False, comment="sha-256: of the payload"),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="empty for protocol artefacts"),
        sa.Column("caller", sa.Text(), nullable=False, comment="the node that brought it"),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False, comment="as the receipt says"),
        sa.Column(
            "effect",
            sa.Text(),
            nullable=False,
            comment="what it amounts to now: an outcome, held-back or ran-out",
        ),
        sa.Column("envelope", sa.LargeBinary(), nullable=False, comment="as received, octet for octet"),
        sa.Column("receipt", sa.LargeBinary(), nullable=False, comment="as first answered, octet for octet"),
        sa.Column("leaf", sa.BigInteger(), nullable=True, comment="index in the log; null for checkpoints"),
        sa.Column("leaf_hash", sa.LargeBinary(length=32), nullable=True),
        sa.PrimaryKeyConstraint("no"),
        sa.UniqueConstraint("id", "issuer", name="document_is_bound_once"),
        sa.UniqueConstraint("leaf", name="leaf_is_given_once"),
    )
    op.create_index("document_by_digest", "document", ["digest"], unique=False)
    op.create_table(
        "dossier",
        sa.Column("digest", sa.Text(), nullable=False, comment="of the payload of its head"),
        sa.Column("receivers", sa.Text(), nullable=False, comment="JSON list of the nodes that may fetch it"),
        sa.Column(
            "bundle", sa.LargeBinary(), nullable=True, comment="null: still to be fetched from the issuer"
        ),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column(
            "reason",
            sa.Text(),
            nullable=False,
            comment="why it could not be fetched or verified; empty: it could",
        ),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "head",
        sa.Column(
            "one",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="always 1: the row is the lock of writers",
        ),
        sa.Column("node", sa.Text(), nullable=False, comment="the node whose log this is"),
        sa.Column("documents", sa.BigInteger(), nullable=False, comment="numbers given to documents"),
        sa.Column("subjects", sa.BigInteger(), nullable=False, comment="numbers given to subjects"),
        sa.Column("leaves", sa.BigInteger(), nullable=False, comment="size of the log"),
        sa.PrimaryKeyConstraint("one"),
    )
    op.create_table(
        "party",
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False, comment="last sequence number given"),
        sa.PrimaryKeyConstraint("node"),
    )
    op.create_table(
        "subject",
        sa.Column(
            "no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False, comment="rises with every change of its state"),
        sa.Column("redirect", sa.BigInteger(), nullable=True, comment="the earlier subject it was joined to"),
        sa.ForeignKeyConstraint(
            ["redirect"],
            ["subject.no"],
        ),
        sa.PrimaryKeyConstraint("no"),
    )
    op.create_table(
        "tile",
        sa.Column(
            "number",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="leaves 256 n to 256 n + 255",
        ),
        sa.Column(
            "root",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="hash of the complete subtree of these leaves",
        ),
        sa.Column("hashes", sa.LargeBinary(), nullable=False, comment="256 leaf hashes of 32 octets"),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "checkpoint",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("document", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document"],
            ["document.no"],
        ),
        sa.PrimaryKeyConstraint("size"),
    )
    op.create_table(
        "event",
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column(
            "name", sa.Text(), nullable=False, comment="taken-in, or effect: what a pending document became"
        ),
        sa.Column("document", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("subject", sa.BigInteger(), nullable=True),
        sa.Column("steps", sa.Text(), nullable=False, comment="JSON list of the steps that it caused"),
        sa.ForeignKeyConstraint(
            ["document"],
            ["document.no"],
        ),
        sa.PrimaryKeyConstraint("party", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "outbox",
        sa.Column("peer", sa.Text(), nullable=False, comment="the node to deliver to"),
        sa.Column("document", sa.BigInteger(), nullable=False),
        sa.Column(
            "subject", sa.BigInteger(), nullable=True, comment="deliveries of one subject keep their order"
        ),
        sa.Column("state", sa.Text(), nullable=False, comment="due, done, dead"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.Text(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True, comment="the peer's sealed receipt or refusal"),
        sa.Column("reason", sa.Text(), nullable=False, comment="why the last attempt failed"),
        sa.ForeignKeyConstraint(
            ["document"],
            ["document.no"],
        ),
        sa.PrimaryKeyConstraint("peer", "document"),
        sqlite_with_rowid=False,
    )
    op.create_index("outbox_due", "outbox", ["state", "peer", "document"], unique=False)
    op.create_table(
        "subject_document",
        sa.Column("subject", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document"],
            ["document.no"],
        ),
        sa.ForeignKeyConstraint(
            ["subject"],
            ["subject.no"],
        ),
        sa.PrimaryKeyConstraint("subject", "document"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "subject_key",
        sa.Column("key", sa.Text(), nullable=False, comment="JSON text of [kind, scheme, issuer, value]"),
        sa.Column("subject", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subject"],
            ["subject.no"],
        ),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index(op.f("ix_subject_key_subject"), "subject_key", ["subject"], unique=False)
    op.create_table(
        "waiting",
        sa.Column("document", sa.BigInteger(), nullable=False, comment="the pending document"),
        sa.Column(
            "awaited",
            sa.Text(),
            nullable=False,
            comment="id of the document that it refers to; empty: a step",
        ),
        sa.Column("until", sa.Text(), nullable=False, comment="when waiting ends without effect"),
        sa.ForeignKeyConstraint(
            ["document"],
            ["document.no"],
        ),
        sa.PrimaryKeyConstraint("document", "awaited"),
        sqlite_with_rowid=False,
    )
    op.create_index("waiting_by_awaited", "waiting", ["awaited"], unique=False)
    op.create_index("waiting_by_until", "waiting", ["until"], unique=False)
