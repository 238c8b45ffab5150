"""Say since when a delivery is owed."""

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """A column that may be null, and an index over what is due alone."""
    op.add_column(
        "outbox",
        sa.Column(
            "since",
            sa.Text(),
            nullable=True,
            comment="when it was owed first, or again; null where revision 0001 wrote it: then next_at is it",
        ),
    )
    op.create_index(
        "outbox_order",
        "outbox",
        ["peer", "subject", "document"],
        unique=False,
        sqlite_where=sa.text("state = 'due'"),
        postgresql_where=sa.text("state = 'due'"),
    )
