"""Say since when a delivery is owed."""

import sqlalchemy as sa
from alembic import op

from threeflow_gateway.store.indices import AddedIndex

__all__ = ["down_revision", "indices", "revision", "upgrade"]

revision = "0002"
down_revision = "0001"

indices = (AddedIndex("outbox_order", "outbox", ("peer", "subject", "document"), where="state = 'due'"),)


def upgrade() -> None:
    """A column that may be null; the index is over what is due alone."""
    op.add_column(
        "outbox",
        sa.Column(
            "since",
            sa.Text(),
            nullable=True,
            comment="when it was owed first, or again; null where revision 0001 wrote it: then next_at is it",
        ),
    )
