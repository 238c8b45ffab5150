"""Say in which trace a delivery stands."""

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """A column that may be null."""
    op.add_column(
        "outbox",
        sa.Column(
            "trace",
            sa.Text(),
            nullable=True,
            comment="traceparent of the intake; null where nothing is traced",
        ),
    )
