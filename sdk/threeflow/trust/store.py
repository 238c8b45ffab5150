"""The lists that a node trusts, each jurisdiction's in one unbroken chain (spec page ``trust-lists``)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, cast

from threeflow import digest, envelope, names, strict
from threeflow.errors import Refused
from threeflow.keys import VerifyingKey
from threeflow.trust.model import ListedKey, TrustedNode, TrustList
from threeflow.trust.reading import invalid, read

SKEW: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class _Holdings:
    """All that a store holds at one moment; never changed, so that every thread which reads it sees one."""

    chains: Mapping[str, tuple[TrustList, ...]] = field(default_factory=dict)
    nodes: Mapping[str, TrustedNode] = field(default_factory=dict)
    keys: Mapping[str, ListedKey] = field(default_factory=dict)
    territories: Mapping[str, str] = field(default_factory=dict)
    carried: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class TrustStore:
    """Holds every list of every trusted jurisdiction of one environment, and the history of their keys.

    Lists are added by one thread at a time; others may read meanwhile, and see what was held before or after.
    """

    def __init__(self, environment: str) -> None:
        self.environment = environment
        self._holdings = _Holdings()

    def copy(self) -> "TrustStore":
        """Return a store that holds the same; what is added to it counts there alone until it is adopted."""
        made = TrustStore(self.environment)
        made._holdings = self._holdings
        return made

    def adopt(self, newer: "TrustStore") -> None:
        """Hold what a copy of this store holds by now, in one step.

        Raises:
            ValueError: the other is of another environment, or lacks a list that is held here: nothing is
                ever unlearned.
        """
        if newer.environment != self.environment:
            raise ValueError(f"a store of {self.environment} adopts none of {newer.environment}")
        for name, chain in self._holdings.chains.items():
            if newer.lists(name)[: len(chain)] != chain:
                raise ValueError(
                    f"the other store does not go on from the lists of {name} that are held here"
                )
        self._holdings = newer._holdings

    def add(self, raw: bytes, *, anchor_fingerprint: str | None = None, now: datetime) -> TrustList:
        """Take in a sealed list and return it; the newest list again changes nothing.

        ``anchor_fingerprint`` (the anchor's thumbprint, obtained out of band) is needed for the first list
        of a jurisdiction.

        Raises:
            Refused: as ``reading.read``; ``wrong-environment``; ``trust-list-invalid``: nothing is kept then.
        """
        made = read(raw)
        if made.environment != self.environment:
            detail = f"the list is of {made.environment}, this store of {self.environment}"
            raise Refused("wrong-environment", "TF-TRUST-2", detail, "/header/environment")
        if made.issued_at > now + SKEW:
            invalid("TF-TRUST-5", "the list is issued in the future", "/issuedAt")
        chain = self._holdings.chains.get(made.jurisdiction, ())
        if chain and chain[-1].digest == made.digest:
            return chain[-1]
        if chain:
            _check_successor(made, chain[-1])
        else:
            _check_first(made, anchor_fingerprint)
        self._check_territories(made)
        self._check_history(made)
        self._take(made)
        return made

    def add_file(self, octets: bytes, *, now: datetime) -> TrustList:
        """Take in a trust file (``{"anchor": …, "lists": [envelope, …]}``) and return its newest list.

        Raises:
            Refused: as ``add``; ``trust-list-invalid``, where the file has another form.
        """
        file = strict.parse_object(octets)
        lists = file.get("lists")
        anchor = file.get("anchor")
        if set(file) != {"anchor", "lists"} or not isinstance(lists, list) or not lists:
            invalid("TF-TRUST-8", "a trust file has exactly anchor and lists")
        if not digest.is_digest(anchor):
            invalid("TF-TRUST-8", "the anchor's fingerprint is no digest", "/anchor")
        for each in lists:
            raw = strict.dump(each)
            newest = self._held(raw) or self.add(raw, anchor_fingerprint=cast(str, anchor), now=now)
        return newest

    def contradicted(self, raw: bytes) -> TrustList | None:
        """Return the list held that a sealed list contradicts: one anchor and sequence, two contents.

        None where it is held itself, is no list, or is not sealed by the anchor of the list held: then it
        proves nothing against anybody (TF-TRUST-18).
        """
        try:
            made = read(raw)
        except Refused:
            return None
        for held in self.lists(made.jurisdiction):
            if held.sequence == made.sequence and held.digest != made.digest and held.anchor == made.anchor:
                return held
        return None

    def to_file(self, jurisdiction: str) -> bytes:
        """Return the trust file of a jurisdiction, or raise KeyError where it is not trusted."""
        chain = self._holdings.chains[jurisdiction]
        lists = [strict.parse(each.raw) for each in chain]
        return strict.dump({"anchor": chain[0].anchor.thumbprint, "lists": lists})

    def jurisdictions(self) -> tuple[str, ...]:
        """Return the trusted jurisdictions, sorted."""
        return tuple(sorted(self._holdings.chains))

    def newest(self, jurisdiction: str) -> TrustList | None:
        """Return the newest list of a jurisdiction."""
        chain = self._holdings.chains.get(jurisdiction)
        return chain[-1] if chain else None

    def lists(self, jurisdiction: str) -> tuple[TrustList, ...]:
        """Return all lists held of a jurisdiction, oldest first."""
        return self._holdings.chains.get(jurisdiction, ())

    def list_of(self, node_id: str) -> TrustList | None:
        """Return the newest list of the jurisdiction that a node id, or a kid, begins with."""
        return self.newest(names.jurisdiction_of(node_id))

    def node(self, node_id: str) -> TrustedNode | None:
        """Return a node as its newest list has it."""
        return self._holdings.nodes.get(node_id)

    def nodes(self) -> Iterator[TrustedNode]:
        """Return the nodes of the newest lists."""
        return iter(self._holdings.nodes.values())

    def carried_by(self, node_id: str) -> tuple[str, ...]:
        """Return the nodes whose way a node is (``via``), as the newest lists have them, sorted."""
        return self._holdings.carried.get(node_id, ())

    def key(self, kid: str) -> ListedKey | None:
        """Return the newest entry of a key, retired and left-out ones too; the earliest compromise stays."""
        return self._holdings.keys.get(kid)

    def verifying_key(self, kid: str) -> VerifyingKey | None:
        """Return the public key of a kid, anchors included: the resolver for seals and tokens."""
        listed = self._holdings.keys.get(kid)
        if listed is not None:
            return listed.key
        chain = self._holdings.chains.get(names.jurisdiction_of(kid), ())
        return next((each.anchor for each in reversed(chain) if each.anchor.kid == kid), None)

    def jurisdiction_of_territory(self, code: str) -> str | None:
        """Return the jurisdiction whose newest list claims an ISO 3166-1 alpha-2 territory."""
        return self._holdings.territories.get(code)

    def digests(self) -> tuple[str, ...]:
        """Return the digests of the newest lists, by jurisdiction."""
        return tuple(self._holdings.chains[each][-1].digest for each in sorted(self._holdings.chains))

    def _held(self, raw: bytes) -> TrustList | None:
        wanted = envelope.read(raw).digest
        held = (each for chain in self._holdings.chains.values() for each in chain)
        return next((each for each in held if each.digest == wanted), None)

    def _check_territories(self, made: TrustList) -> None:
        for code in made.territories:
            other = self._holdings.territories.get(code, made.jurisdiction)
            if other != made.jurisdiction:
                detail = f"{made.jurisdiction} claims {code}, which {other} claims"
                invalid("TF-TRUST-3", detail, "/territories")

    def _check_history(self, made: TrustList) -> None:
        anchors = [each for each in (made.anchor, made.next_anchor) if each is not None]
        for key in (*anchors, *(listed.key for listed in made.listed_keys())):
            known = self.verifying_key(key.kid)
            if known is not None and known != key:
                invalid("TF-TRUST-4", f"the kid {key.kid} named another key before")

    def _take(self, made: TrustList) -> None:
        held = self._holdings
        chain = held.chains.get(made.jurisdiction, ())
        before = chain[-1] if chain else None
        gone = {each.id for each in before.nodes} if before else set[str]()
        nodes = {name: node for name, node in held.nodes.items() if name not in gone}
        nodes |= {node.id: node for node in made.nodes}
        self._holdings = _Holdings(
            chains={**held.chains, made.jurisdiction: (*chain, made)},
            nodes=nodes,
            keys=_keys_after(held.keys, before, made),
            territories={
                code: owner for code, owner in held.territories.items() if owner != made.jurisdiction
            } | dict.fromkeys(made.territories, made.jurisdiction),
            carried=_carried(nodes.values()),
        )  # fmt: skip


def _carried(nodes: Iterable[TrustedNode]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for node in nodes:
        if node.via is not None:
            found.setdefault(node.via, []).append(node.id)
    return {way: tuple(sorted(carried)) for way, carried in found.items()}


def _keys_after(
    held: Mapping[str, ListedKey], before: TrustList | None, made: TrustList
) -> dict[str, ListedKey]:
    """Return the keys with what a list says of them; one that was left out earlier is retired since then."""
    keys, listed = dict(held), made.listed_keys()
    left_out = {each.kid for each in before.listed_keys()} - {each.kid for each in listed} if before else ()
    for kid in left_out:
        keys[kid] = replace(keys[kid], retired_at=_earlier(keys[kid].retired_at, made.issued_at))
    for each in listed:
        keys[each.kid] = _with_history(each, keys.get(each.kid), made)
    return keys


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    known = [each for each in (one, other) if each is not None]
    return min(known) if known else None


def _with_history(listed: ListedKey, before: ListedKey | None, made: TrustList) -> ListedKey:
    since = _earlier(listed.compromised_since, before.compromised_since if before else None)
    if since is None:
        return listed
    first = before.compromise_listed_at if before and before.compromise_listed_at else made.issued_at
    return replace(listed, compromised_since=since, compromise_listed_at=first)


def _check_first(made: TrustList, fingerprint: str | None) -> None:
    if fingerprint is None:
        invalid("TF-TRUST-8", f"no anchor of {made.jurisdiction} is known")
    if made.anchor.thumbprint != fingerprint:
        invalid("TF-TRUST-8", f"the anchor is {made.anchor.thumbprint}, not {fingerprint}", "/anchor")
    if len(made.kids) != 1:
        invalid("TF-TRUST-7", "a first list is sealed by its anchor alone")
    if (made.sequence == 1) != (made.previous is None):
        invalid("TF-TRUST-10", "the list of sequence 1, and no other, has no list before it", "/previous")


def _check_successor(made: TrustList, held: TrustList) -> None:
    if made.sequence < held.sequence:
        detail = f"sequence {made.sequence} comes after {held.sequence}: a rollback"
        invalid("TF-TRUST-9", detail, "/sequence")
    if made.sequence == held.sequence:
        detail = f"two lists of {made.jurisdiction} bear sequence {made.sequence}: tell its authority"
        invalid("TF-TRUST-15", detail, "/sequence")
    if made.sequence != held.sequence + 1 or made.previous != held.digest:
        invalid("TF-TRUST-10", f"the list does not follow on sequence {held.sequence}", "/previous")
    if made.issued_at < held.issued_at:
        invalid("TF-TRUST-5", "the list is dated before the list before it", "/issuedAt")
    _check_rotation(made, held)


def _check_rotation(made: TrustList, held: TrustList) -> None:
    anchors = {made.anchor.kid: made.anchor}
    if made.anchor != held.anchor:
        if held.anchor.kid not in made.kids:
            invalid("TF-TRUST-11", f"the new anchor lacks the seal of the old one, {held.anchor.kid}")
        if held.next_anchor is not None and made.anchor != held.next_anchor:
            invalid("TF-TRUST-11", "the new anchor is not the one announced", "/anchor")
        anchors[held.anchor.kid] = held.anchor
    try:
        envelope.check_seals(envelope.read(made.raw), anchors.get)
    except Refused as refused:
        invalid("TF-TRUST-11", f"a seal beside the anchor's: {refused.detail}", refused.pointer)
