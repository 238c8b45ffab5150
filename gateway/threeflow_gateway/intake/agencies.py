"""Which agencies must agree before an import release (TF-SUBJ-18).

A profile names agencies by role. They are the nodes to which the trust list of the importing jurisdiction
gives that role; a role that no node has stays as it is, and so nobody can agree in its place.
"""

from collections.abc import Iterable

from threeflow.agencies import POSITION, agreeing
from threeflow.standard import Standard
from threeflow.trust import TrustStore
from threeflow_gateway.intake.standing import Member

__all__ = ["Agencies"]


class Agencies:
    """Asks the profiles of a subject's documents, and the trust lists."""

    def __init__(self, standard: Standard, trust: TrustStore, *, profile: str) -> None:
        """Take the standard, whose profiles name roles, and the profile of documents that name none."""
        self._standard = standard
        self._trust = trust
        self._profile = profile

    def roles(self, profile: str) -> tuple[str, ...]:
        """Return the agencies that a document's profile names; empty stands for the node's own profile."""
        held = self._standard.profiles.get(profile or self._profile)
        return () if held is None else tuple(held.agencies.get(POSITION, ()))

    def of(self, members: Iterable[Member]) -> tuple[str, ...]:
        """Return the nodes that must agree on a subject with these documents, sorted."""
        held = list(members)
        roles = {role for profile in {each.profile for each in held} for role in self.roles(profile)}
        if not roles:
            return ()
        newest_first = sorted(held, key=lambda each: each.no, reverse=True)
        facts = (each.filed.facts for each in newest_first if each.effect != "ran-out")
        return agreeing(roles, facts, self._trust)
