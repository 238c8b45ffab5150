"""The statements about the numbers that documents name, each said in a sentence."""

from typing import Final

from sqlalchemy import bindparam, insert, select

from threeflow_gateway.store.tables import mention

__all__: list[str] = []

MENTIONING: Final = (
    select(mention.c.document)
    .where(mention.c.name.in_(bindparam("names", expanding=True)))
    .distinct()
    .order_by(mention.c.document)
)
"""The documents that name one of these numbers."""

INSERT_MENTION: Final = insert(mention)
"""Let a document be found by a number that it names."""
