"""The statements about who may read a subject, each said in a sentence."""

from typing import Any, Final

from sqlalchemy import bindparam, insert, or_, select

from threeflow_gateway.store.tables import claim, reader

__all__: list[str] = []


def _many(name: str) -> Any:
    return bindparam(name, expanding=True)


READ_BY: Final = (
    select(claim.c.subject, claim.c.titled, claim.c.claimant)
    .join(reader, reader.c.subject == claim.c.subject)
    .where(
        claim.c.key == bindparam("key"),
        reader.c.node.in_(_many("nodes")),
        or_(reader.c.node == bindparam("caller"), reader.c.party),
    )
    .distinct()
)
"""The claims to a key whose subjects one of these nodes may read: the caller, or a party it carries for."""

READERS: Final = select(reader.c.subject, reader.c.node, reader.c.party).where(
    reader.c.subject.in_(_many("subjects")), reader.c.node.in_(_many("nodes"))
)
"""Which of these nodes may read which of these subjects."""

INSERT_READER: Final = insert(reader)
"""Let a node read a subject."""

_THERE: Final = reader.alias("there")
COPY_READERS: Final = insert(reader).from_select(
    ["subject", "node", "party"],
    select(bindparam("to_subject", type_=reader.c.subject.type), reader.c.node, reader.c.party).where(
        reader.c.subject == bindparam("from_subject"),
        ~select(_THERE.c.node)
        .where(
            _THERE.c.subject == bindparam("to_subject"),
            _THERE.c.node == reader.c.node,
            _THERE.c.party == reader.c.party,
        )
        .exists(),
    ),
)
"""Let the readers of a joined subject read the earlier one."""

FORGET_READERS: Final = reader.delete().where(reader.c.subject == bindparam("from_subject"))
"""Take the readers from a subject that was joined to an earlier one."""
