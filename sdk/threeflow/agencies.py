"""Which agencies must agree before an import release (TF-SUBJ-18).

A profile names agencies by role. They are the nodes to which the trust list of the importing jurisdiction
gives that role; a role that no node has stays as it is, and so nobody can agree in its place.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from threeflow.process.positions import holder
from threeflow.trust import TrustedNode, TrustStore

__all__ = ["POSITION", "agreeing"]

POSITION: Final = "import"


def agreeing(
    roles: Iterable[str],
    facts: Iterable[Mapping[str, Any]],
    trust: TrustStore,
    *,
    at: datetime | None = None,
) -> tuple[str, ...]:
    """Return the node ids that have these roles in the importing jurisdiction, sorted.

    ``facts`` are those that the table reads of the consignment's documents, the newest first: they say the
    country of destination. The lists are those held, or with ``at`` the newest that was issued by then.
    """
    wanted = set(roles)
    if not wanted:
        return ()
    importing = holder(POSITION, facts, trust.jurisdiction_of_territory)
    nodes = _nodes(trust, importing, at) if importing else ()
    playing = {role: [each.id for each in nodes if role in each.roles] or [role] for role in wanted}
    return tuple(sorted({node for found in playing.values() for node in found}))


def _nodes(trust: TrustStore, jurisdiction: str, at: datetime | None) -> tuple[TrustedNode, ...]:
    lists = trust.lists(jurisdiction)
    known = [each for each in lists if at is None or each.issued_at <= at] or list(lists[:1])
    return known[-1].nodes if known else ()
