"""Claims to keys: who names a number, and whether with title to it.

It stands before the first release, and is none to run under load: it drops a table that builds before it
write to, and keeps writers of subjects waiting while it fills the new one.
"""

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Claims to keys: who names a number, and whether with title to it."""
    op.create_table(
        "claim",
        sa.Column("key", sa.Text(), nullable=False, comment="JSON text of [kind, scheme, issuer, value]"),
        sa.Column("claimant", sa.Text(), nullable=False, comment="the issuer whose documents name it"),
        sa.Column("subject", sa.BigInteger(), nullable=False),
        sa.Column("titled", sa.Boolean(), nullable=False, comment="whether the claim has title to the key"),
        sa.ForeignKeyConstraint(["subject"], ["subject.no"]),
        sa.PrimaryKeyConstraint("key", "claimant"),
    )
    op.create_index(op.f("ix_claim_subject"), "claim", ["subject"], unique=False)
    # What was one subject before stays one: whoever filed under it keeps title to its keys.
    op.execute(
        "INSERT INTO claim (key, claimant, subject, titled) "
        "SELECT DISTINCT k.key, d.issuer, k.subject, TRUE FROM subject_key k "
        "JOIN subject_document a ON a.subject = k.subject JOIN document d ON d.no = a.document"
    )
    op.drop_table("subject_key")
