"""Subjects are found by documents, a peer's checkpoints by their issuer, without a look at every row."""

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0009"
down_revision = "0008"

_CHECKPOINTS = sa.text("type = 'checkpoint'")


def upgrade() -> None:
    """Two new indices."""
    op.create_index(
        "checkpoint_by_issuer",
        "document",
        ["issuer", "no"],
        sqlite_where=_CHECKPOINTS,
        postgresql_where=_CHECKPOINTS,
    )
    op.create_index("subject_by_document", "subject_document", ["document"])
