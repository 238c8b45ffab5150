"""The statements about claims to keys, each said in a sentence."""

from typing import Any, Final

from sqlalchemy import bindparam, insert, select, update

from threeflow_gateway.store.tables import claim

__all__: list[str] = []


def _many(name: str) -> Any:
    return bindparam(name, expanding=True)


CLAIMS_BY_KEY: Final = select(claim.c.key, claim.c.claimant, claim.c.subject, claim.c.titled).where(
    claim.c.key.in_(_many("keys"))
)
"""All claims to these keys."""

KEYS_OF_SUBJECTS: Final = (
    select(claim.c.key, claim.c.subject).where(claim.c.subject.in_(_many("subjects"))).distinct()
)
"""The keys that documents of these subjects name."""

INSERT_CLAIM: Final = insert(claim)
"""Write down one issuer's use of a key."""

GIVE_TITLE: Final = (
    update(claim)
    .where(claim.c.key == bindparam("of_key"), claim.c.claimant == bindparam("of_claimant"))
    .values(titled=True)
)
"""Say that a claim has title to its key."""
