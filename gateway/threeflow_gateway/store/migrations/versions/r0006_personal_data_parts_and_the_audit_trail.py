"""Personal data parts and the audit trail."""

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Personal data parts and the audit trail."""
    op.create_table(
        "audit",
        sa.Column(
            "no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False, comment="refused, read, erased, incident"),
        sa.Column("caller", sa.Text(), nullable=False, comment="who asked; empty: a stranger or the node"),
        sa.Column("code", sa.Text(), nullable=False, comment="refusal code"),
        sa.Column("requirement", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False, comment="parts, purposes, grounds; no personal data"),
        sa.Column("times", sa.BigInteger(), nullable=False, comment="how often, where the like was counted"),
        sa.PrimaryKeyConstraint("no"),
    )
    op.create_index("audit_by_at", "audit", ["at"], unique=False)
    op.create_table(
        "part",
        sa.Column("document", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="as the header of the document binds it"),
        sa.Column(
            "digest", sa.Text(), nullable=False, comment="sha-256: of its octets; stays when they are gone"
        ),
        sa.Column("due_at", sa.Text(), nullable=False, comment="when its retention is over"),
        sa.Column("ground", sa.Text(), nullable=False, comment="why it is kept until then"),
        sa.Column("erased_at", sa.Text(), nullable=True, comment="null: it is held"),
        sa.ForeignKeyConstraint(
            ["document"],
            ["document.no"],
        ),
        sa.PrimaryKeyConstraint("document", "name"),
        sqlite_with_rowid=False,
    )
    op.create_index("part_due", "part", ["erased_at", "due_at"], unique=False)
