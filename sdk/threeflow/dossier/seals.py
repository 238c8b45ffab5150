"""Whether a sealed piece holds: seals, issuer, history of keys, and what witnesses saw (TF-DOS-22)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from threeflow import envelope
from threeflow.documents import timestamp
from threeflow.dossier.bundle import Sealed
from threeflow.dossier.messages import problem
from threeflow.dossier.rights import node_at
from threeflow.dossier.verdict import Problem
from threeflow.errors import Refused
from threeflow.keys import VerifyingKey
from threeflow.names import jurisdiction_of
from threeflow.trust import ListedKey, TrustList, TrustStore, key_status

_PIECES: Final = {
    "document": "文件",
    "receipt": "回执",
    "head": "卷首",
    "checkpoint": "检查点",
    "witness": "见证",
}


@dataclass(frozen=True, slots=True)
class Sight:
    """A receipt of a node that saw the octets with a digest."""

    digest: str
    jurisdiction: str
    at: datetime


@dataclass
class Seals:
    """Judges seals under the trust lists held; each envelope is verified once."""

    trust: TrustStore
    _verified: dict[str, Refused | None] = field(default_factory=dict)

    def fault(self, sealed: Sealed) -> Refused | None:
        """Say why the seals do not verify under listed keys of the issuer; time is not judged."""
        if sealed.entry not in self._verified:
            self._verified[sealed.entry] = self._verify(sealed)
        return self._verified[sealed.entry]

    def sound(self, sealed: Sealed) -> bool:
        """Say whether the piece holds by itself, without a witness."""
        if self.fault(sealed) is not None:
            return False
        return all(
            key_status(listed, current, at=issued_at(sealed), witnessed_at=None) == "valid"
            for listed, current in self._listed(sealed)
        )

    def key_problems(
        self, sealed: Sealed, where: str, piece: str, seen: datetime | None
    ) -> Iterator[Problem]:
        """Say what the history of the keys makes of a piece whose seals verify."""
        at = issued_at(sealed)
        for listed, current in self._listed(sealed):
            status = key_status(listed, current, at=at, witnessed_at=seen)
            if status in ("compromised", "disputed"):
                yield _compromised(listed, where, piece, seen, status)
            elif status != "valid":
                yield problem(
                    where,
                    "key",
                    kid=listed.kid,
                    piece=piece,
                    piece_zh=_PIECES[piece],
                    status=status,
                    at=timestamp(at),
                )

    def _verify(self, sealed: Sealed) -> Refused | None:
        try:
            envelope.check_issuer(sealed.envelope, sealed.header.get("issuer"))
            envelope.check_seals(sealed.envelope, self._key)
            node = node_at(self.trust, sealed.envelope.signer, issued_at(sealed))
            if node is None:
                raise Refused("unknown-signer", "TF-SEAL-10", f"no list names {sealed.envelope.signer}")
            envelope.check_required(sealed.envelope, node.required_algorithms(issued_at(sealed)))
        except Refused as refused:
            return refused
        return None

    def _key(self, kid: str) -> VerifyingKey | None:
        listed = self.trust.key(kid)
        return None if listed is None else listed.key

    def _listed(self, sealed: Sealed) -> Iterator[tuple[ListedKey, TrustList]]:
        for kid in sealed.envelope.kids:
            listed, current = self.trust.key(kid), self.trust.list_of(kid)
            if listed is not None and current is not None:
                yield listed, current


def issued_at(sealed: Sealed) -> datetime:
    """Return when a piece says it was issued.

    Raises:
        Refused: ``header-malformed``.
    """
    try:
        found = datetime.fromisoformat(str(sealed.header.get("issuedAt")))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Refused(
            "header-malformed", "TF-DOC-2", "the header does not say when it was issued", "/header/issuedAt"
        )
    return found


def sights(receipts: Iterable[Sealed], seals: Seals) -> tuple[Sight, ...]:
    """Return what sound receipts saw; a receipt whose own key is compromised saw nothing."""
    found = []
    for receipt in receipts:
        document = receipt.payload.get("document")
        if (
            not isinstance(document, dict)
            or receipt.header.get("type") != "receipt"
            or not seals.sound(receipt)
        ):
            continue
        found.append(
            Sight(str(document.get("digest")), jurisdiction_of(receipt.envelope.signer), issued_at(receipt))
        )
    return tuple(found)


def first_seen(seen: Iterable[Sight], issuer: str, digests: Iterable[str]) -> datetime | None:
    """Return when a node of another jurisdiction than the issuer's first saw one of the digests."""
    wanted, own = set(digests), jurisdiction_of(issuer)
    return min((each.at for each in seen if each.digest in wanted and each.jurisdiction != own), default=None)


def _compromised(listed: ListedKey, where: str, piece: str, seen: datetime | None, status: str) -> Problem:
    since = listed.compromised_since
    assert since is not None
    return problem(
        where,
        "compromised",
        piece=piece,
        piece_zh=_PIECES[piece],
        kid=listed.kid,
        since=timestamp(since),
        status=status,
        seen_en="no other jurisdiction saw it"
        if seen is None
        else f"another jurisdiction first saw it at {timestamp(seen)}",
        seen_zh="没有其他法域见证" if seen is None else f"其他法域首次见证于 {timestamp(seen)}",
    )
