"""Fill who may read a subject, from the feeds in which its documents were told and from who brought them.

A process of a build before revision 0010 that files a document after this one does not write to the table: no
release was without it.
"""

from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Rows of a table that nobody reads yet; of the tables they come from nothing is locked."""
    op.execute(
        "INSERT INTO reader (subject, node, party) "
        "SELECT DISTINCT a.subject, e.party, TRUE "
        "FROM event e JOIN subject_document a ON a.document = e.document"
    )
    op.execute(
        "INSERT INTO reader (subject, node, party) "
        "SELECT DISTINCT a.subject, d.caller, FALSE "
        "FROM document d JOIN subject_document a ON a.document = d.no"
    )
