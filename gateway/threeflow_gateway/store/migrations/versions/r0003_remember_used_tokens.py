"""Remember used tokens."""

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Remember used tokens."""
    op.create_table(
        "spent_token",
        sa.Column(
            "token", sa.LargeBinary(length=32), nullable=False, comment="SHA-256 of caller, NUL and token id"
        ),
        sa.Column("until", sa.Text(), nullable=False, comment="when the token can no longer be valid"),
        sa.PrimaryKeyConstraint("token"),
        sqlite_with_rowid=False,
    )
    op.create_index("spent_token_by_until", "spent_token", ["until"], unique=False)
