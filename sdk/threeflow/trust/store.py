"""The lists that a node trusts, each jurisdiction's in one unbroken chain (spec page ``trust-lists``)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, cast

from threeflow import digest, envelope, names, strict
from threeflow.errors import Refused
from threeflow.keys import VerifyingKey
from threeflow.trust.model import ListedKey, TrustedNode, TrustList
from threeflow.trust.reading import invalid, read

SKEW: Final = timedelta(seconds=60)


class TrustStore:
    """Holds every list of every trusted jurisdiction of one environment, and the history of their keys."""

    def __init__(self, environment: str) -> None:
        self.environment = environment
        self._chains: dict[str, list[TrustList]] = {}
        self._nodes: dict[str, TrustedNode] = {}
        self._keys: dict[str, ListedKey] = {}
        self._territories: dict[str, str] = {}

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
        chain = self._chains.get(made.jurisdiction, [])
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
        chain = self._chains[jurisdiction]
        lists = [strict.parse(each.raw) for each in chain]
        return strict.dump({"anchor": chain[0].anchor.thumbprint, "lists": lists})

    def jurisdictions(self) -> tuple[str, ...]:
        """Return the trusted jurisdictions, sorted."""
        return tuple(sorted(self._chains))

    def newest(self, jurisdiction: str) -> TrustList | None:
        """Return the newest list of a jurisdiction."""
        chain = self._chains.get(jurisdiction)
        return chain[-1] if chain else None

    def lists(self, jurisdiction: str) -> tuple[TrustList, ...]:
        """Return all lists held of a jurisdiction, oldest first."""
        return tuple(self._chains.get(jurisdiction, ()))

    def list_of(self, node_id: str) -> TrustList | None:
        """Return the newest list of the jurisdiction that a node id, or a kid, begins with."""
        return self.newest(names.jurisdiction_of(node_id))

    def node(self, node_id: str) -> TrustedNode | None:
        """Return a node as its newest list has it."""
        return self._nodes.get(node_id)

    def nodes(self) -> Iterator[TrustedNode]:
        """Return the nodes of the newest lists."""
        return iter(self._nodes.values())

    def key(self, kid: str) -> ListedKey | None:
        """Return the newest entry of a key, retired and left-out ones too; the earliest compromise stays."""
        return self._keys.get(kid)

    def verifying_key(self, kid: str) -> VerifyingKey | None:
        """Return the public key of a kid, anchors included: the resolver for seals and tokens."""
        listed = self._keys.get(kid)
        if listed is not None:
            return listed.key
        chain = self._chains.get(names.jurisdiction_of(kid), [])
        return next((each.anchor for each in reversed(chain) if each.anchor.kid == kid), None)

    def jurisdiction_of_territory(self, code: str) -> str | None:
        """Return the jurisdiction whose newest list claims an ISO 3166-1 alpha-2 territory."""
        return self._territories.get(code)

    def digests(self) -> tuple[str, ...]:
        """Return the digests of the newest lists, by jurisdiction."""
        return tuple(self._chains[each][-1].digest for each in sorted(self._chains))

    def _held(self, raw: bytes) -> TrustList | None:
        wanted = envelope.read(raw).digest
        held = (each for chain in self._chains.values() for each in chain)
        return next((each for each in held if each.digest == wanted), None)

    def _check_territories(self, made: TrustList) -> None:
        for code in made.territories:
            other = self._territories.get(code, made.jurisdiction)
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
        chain = self._chains.setdefault(made.jurisdiction, [])
        gone = {each.id for each in chain[-1].nodes} if chain else set()
        listed_before = {each.kid for held in chain for each in held.listed_keys()}
        left_out = listed_before - {each.kid for each in made.listed_keys()}
        chain.append(made)
        for name in gone:
            del self._nodes[name]
        self._nodes |= {node.id: node for node in made.nodes}
        for kid in left_out:
            listed = self._keys[kid]
            self._keys[kid] = replace(listed, retired_at=_earlier(listed.retired_at, made.issued_at))
        for listed in made.listed_keys():
            self._keys[listed.kid] = _with_history(listed, self._keys.get(listed.kid), made)
        self._territories = {
            code: owner for code, owner in self._territories.items() if owner != made.jurisdiction
        } | dict.fromkeys(made.territories, made.jurisdiction)


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
