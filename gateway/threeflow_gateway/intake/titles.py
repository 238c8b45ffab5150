"""Which claims to a key have title, and what becomes one subject with a document (TF-SUBJ-23 to TF-SUBJ-27).

To name a number opens nothing. Title comes from the number's giver: by being it, by being told, by having
been shown, or by its confirmation. It follows from the documents held, so it is looked for again whenever
one is filed, until nothing more joins.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

import orjson

from threeflow.process import Table
from threeflow.trust import TrustStore
from threeflow_gateway.intake.standing import Member

__all__ = ["NEW", "Claim", "Claims", "Titles", "by_precedence"]

NEW: Final = 0
"""The number of a subject that is not opened yet: that of the document which is being filed."""

_ANY: Final = "any"
_ACT: Final = "act"

Members = Mapping[str, Member]


@dataclass(frozen=True, slots=True)
class Claim:
    """One issuer's use of one key: the subject that it is filed under, and whether it has title."""

    key: str
    claimant: str
    subject: int
    titled: bool


def by_precedence(claims: Iterable[Claim], caller: str) -> tuple[int, ...]:
    """Return the subjects that a key may mean to a caller: the key's own, its own claim's, others."""
    ordered = sorted(claims, key=lambda each: (not each.titled, each.claimant != caller, each.subject))
    return tuple(dict.fromkeys(each.subject for each in ordered))


class Claims(Protocol):
    """What is held of claims and subjects."""

    def claims(self, key: str) -> Collection[Claim]:
        """Return all claims to a key."""

    def keys_of(self, subject: int) -> Collection[str]:
        """Return the keys that a subject's documents name."""

    def members_of(self, subject: int) -> Members:
        """Return a subject's documents by digest."""


class Titles:
    """Finds title by the exchange table and the trust lists."""

    def __init__(self, table: Table, trust: TrustStore) -> None:
        self._table = table
        self._trust = trust

    def joined(
        self, held: Claims, keys: Collection[str], numbers: Iterable[int], newcomer: Member
    ) -> tuple[tuple[int, ...], frozenset[tuple[str, str]]]:
        """Return the subjects that become one with a document, sorted, and the claims that then have title.

        ``keys`` are those that it names, ``numbers`` the subjects that it is about for another reason.
        """
        return _Look(self, held, frozenset(keys), set(numbers), newcomer).through()

    def nature(self, member: Member) -> str:
        """Return the nature of a document by its row."""
        row = self._table.row(member.filed.type)
        return row.nature if row is not None else ""

    def confirms(self, member: Member) -> bool:
        """Say whether a document's kind confirms the claims of those that it names."""
        row = self._table.row(member.filed.type)
        return row is not None and row.kind(member.filed.kind).confirms

    def giver(self, key: str) -> str | None:
        """Return the node that gave a key's number, None where no listed node did."""
        scheme, giver = _scheme_and_giver(key)
        roles = self._table.givers.get(scheme, frozenset())
        listed = self._trust.node(giver)
        if listed is None or not (_ANY in roles or roles & set(listed.roles)):
            return None
        return giver


class _Look:
    """One search: what is joined grows until nothing more does."""

    def __init__(
        self, titles: Titles, held: Claims, keys: frozenset[str], group: set[int], newcomer: Member
    ) -> None:
        self._titles, self._held, self._keys, self._group = titles, held, keys, group
        self._issuer = newcomer.filed.issuer
        self._alone: Members = {newcomer.filed.digest: newcomer}
        self._titled: set[tuple[str, str]] = set()

    def through(self) -> tuple[tuple[int, ...], frozenset[tuple[str, str]]]:
        self._group.update(
            each.subject for key in self._keys for each in self._held.claims(key)
            if each.claimant == self._issuer
        )  # fmt: skip
        before = (-1, -1)
        while before != (len(self._group), len(self._titled)):
            before = (len(self._group), len(self._titled))
            for key in sorted(self._keys.union(*(self._held.keys_of(no) for no in self._group))):
                self._look_at(key)
        return tuple(sorted(self._group)), frozenset(self._titled)

    def _look_at(self, key: str) -> None:
        claims = list(self._held.claims(key))
        if key in self._keys and all(each.claimant != self._issuer for each in claims):
            claims.append(Claim(key, self._issuer, NEW, titled=False))
        giver = self._titles.giver(key)
        found = [each for each in claims if self._has(each)]
        for claim in claims:
            if not self._has(claim) and self._gains(claim, giver, found):
                self._titled.add((key, claim.claimant))
                found.append(claim)
        together = found if any(map(self._inside, found)) else []
        if giver is None:
            inside = [each for each in claims if self._inside(each)]
            together = [*together, *(each for each in claims if self._linked(each, inside))]
        self._group.update(each.subject for each in together if each.subject != NEW)

    def _has(self, claim: Claim) -> bool:
        return claim.titled or (claim.key, claim.claimant) in self._titled

    def _inside(self, claim: Claim) -> bool:
        return claim.subject == NEW or claim.subject in self._group

    def _gains(self, claim: Claim, giver: str | None, titled: Sequence[Claim]) -> bool:
        own = self._own(claim)
        if giver is None and any(self._titles.nature(each) == _ACT for each in own):
            return True
        if claim.claimant == giver:
            return True
        root = self._documents(titled)
        told = any(claim.claimant in each.parties for part in root for each in part.values())
        if told or _names(own, root):
            return True
        around = (each for part in (*root, *self._documents([claim])) for each in part.values())
        mine = [{each.filed.digest: each for each in own}]
        return any(
            each.filed.issuer == giver and self._titles.confirms(each) and _names([each], mine)
            for each in around
        )

    def _linked(self, claim: Claim, inside: Sequence[Claim]) -> bool:
        if self._inside(claim):
            return False
        ours, theirs = self._documents(inside), self._documents([claim])
        mine = [each for other in inside for each in self._own(other)]
        return _names(mine, theirs) or _names(self._own(claim), ours)

    def _documents(self, claims: Iterable[Claim]) -> list[Members]:
        """The documents of the subjects of claims; those that become one here count as one."""
        numbers: set[int] = set()
        for claim in claims:
            numbers |= {*self._group, NEW} if self._inside(claim) else {claim.subject}
        return [self._alone if no == NEW else self._held.members_of(no) for no in sorted(numbers)]

    def _own(self, claim: Claim) -> list[Member]:
        """The claimant's documents in the subject of its claim."""
        parts = self._documents([claim])
        return [each for part in parts for each in part.values() if each.filed.issuer == claim.claimant]


def _names(members: Iterable[Member], parts: Sequence[Members]) -> bool:
    """Whether one of the documents names one of the others by digest."""
    return any(each.digest in part for one in members for each in one.filed.references for part in parts)


@lru_cache(maxsize=8192)
def _scheme_and_giver(key: str) -> tuple[str, str]:
    _, scheme, giver, _ = orjson.loads(key)
    return scheme, giver
