"""Subjects are found by documents, a peer's checkpoints by their issuer, without a look at every row."""

from threeflow_gateway.store.indices import AddedIndex

__all__ = ["down_revision", "indices", "revision", "upgrade"]

revision = "0009"
down_revision = "0008"

indices = (
    AddedIndex("checkpoint_by_issuer", "document", ("issuer", "no"), where="type = 'checkpoint'"),
    AddedIndex("subject_by_document", "subject_document", ("document",)),
)


def upgrade() -> None:
    """Nothing but the indices."""
