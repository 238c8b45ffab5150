"""Trust lists outlive a restart, and what contradicts a list or a log is kept as evidence."""

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Two new tables."""
    op.create_table(
        "incident",
        sa.Column(
            "no",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("at", sa.Text(), nullable=False, comment="when it was seen first"),
        sa.Column("code", sa.Text(), nullable=False, comment="log-inconsistent, trust-list-equivocation"),
        sa.Column("requirement", sa.Text(), nullable=False),
        sa.Column(
            "about",
            sa.Text(),
            nullable=False,
            comment="the node whose log, or the jurisdiction whose list it is",
        ),
        sa.Column("source", sa.Text(), nullable=False, comment="the node or file that showed it"),
        sa.Column("digest", sa.Text(), nullable=False, comment="of the payload that was shown"),
        sa.Column("held", sa.LargeBinary(), nullable=False, comment="the envelope that is held"),
        sa.Column("shown", sa.LargeBinary(), nullable=False, comment="the envelope that contradicts it"),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.Text(), nullable=True, comment="when the operator closed it; null: open"),
        sa.PrimaryKeyConstraint("no"),
        sa.UniqueConstraint("code", "about", "digest", name="incident_is_kept_once"),
    )
    op.create_table(
        "trust_list",
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("file", sa.Text(), nullable=False, comment="name of the trust file that it came from"),
        sa.Column("anchor", sa.Text(), nullable=False, comment="fingerprint of the chain's first anchor"),
        sa.Column("envelope", sa.LargeBinary(), nullable=False, comment="as taken in"),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("jurisdiction", "sequence"),
    )
