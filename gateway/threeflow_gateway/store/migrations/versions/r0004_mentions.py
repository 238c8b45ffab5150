"""Documents are found by the numbers that they name.

What was taken in before is not found so: its numbers are not in the new table.
"""

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Documents are found by the numbers that they name."""
    op.create_table(
        "mention",
        sa.Column("name", sa.Text(), nullable=False, comment="JSON text of [scheme, number]"),
        sa.Column("document", sa.BigInteger(), nullable=False, comment="that names it"),
        sa.ForeignKeyConstraint(
            ["document"],
            ["document.no"],
        ),
        sa.PrimaryKeyConstraint("name", "document"),
        sqlite_with_rowid=False,
    )
