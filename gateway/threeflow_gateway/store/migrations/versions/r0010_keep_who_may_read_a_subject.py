"""Keep who may read a subject, so that it is known without a look at its documents."""

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """A new table; the next revision fills it."""
    op.create_table(
        "reader",
        sa.Column("subject", sa.BigInteger(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column(
            "party",
            sa.Boolean(),
            nullable=False,
            comment="whether a document of it is between this node and others; else it brought one",
        ),
        sa.ForeignKeyConstraint(["subject"], ["subject.no"]),
        sa.PrimaryKeyConstraint("subject", "node", "party"),
        sqlite_with_rowid=False,
    )
