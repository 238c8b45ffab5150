"""Two made-up jurisdictions: their nodes, keys and trust files."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from threeflow import envelope, strict, trust
from threeflow.keys import SigningKey
from threeflow.trust import TrustStore

ENVIRONMENT = "demo"
DECIDES = (
    "declaration",
    "inspection",
    "release",
    "detention",
    "decision",
    "exit-confirmation",
    "entry",
    "tax",
    "transit",
    "assistance",
)


@dataclass(frozen=True)
class Member:
    """A node as its list has it."""

    id: str
    roles: tuple[str, ...]
    via: str | None = None
    offices: tuple[Mapping[str, Any], ...] = ()
    gateway: bool = False


def office(list_id: str, code: str, position: str) -> dict[str, Any]:
    """An office that may decide everything at one position."""
    return {"list": list_id, "code": code, "positions": [position], "competences": list(DECIDES)}


MEMBERS = (
    Member("xa.hub", ("hub",), gateway=True),
    Member("xa.customs", ("customs",), offices=(office("xa-office", "XA100", "export"),), gateway=True),
    Member("xa.platform", ("platform", "seller"), via="xa.hub"),
    Member("xa.pay", ("payment-institution",), via="xa.hub"),
    Member("xa.carrier", ("carrier",), via="xa.hub"),
    Member("xa.declarant", ("declarant",), via="xa.hub"),
    Member("xb.customs", ("customs",), offices=(office("xb-office", "XB100", "import"),), gateway=True),
    Member("xb.declarant", ("declarant",), via="xb.customs"),
)
TERRITORIES = {"xa": ["CN"], "xb": ["DE", "FR"]}


@dataclass
class Keys:
    """The keys of one node, newest last."""

    seals: list[SigningKey]
    token: SigningKey

    @property
    def seal(self) -> SigningKey:
        """The newest seal key."""
        return self.seals[-1]


@dataclass
class Society:
    """All members with their keys, and the anchors of the two jurisdictions."""

    members: tuple[Member, ...] = MEMBERS
    endpoints: dict[str, str] = field(default_factory=dict)
    environment: str = ENVIRONMENT
    keys: dict[str, Keys] = field(default_factory=dict)
    anchors: dict[str, SigningKey] = field(default_factory=dict)
    lists: dict[str, list[bytes]] = field(default_factory=dict)
    _payloads: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for member in self.members:
            seal = SigningKey.generate("Ed25519", f"{member.id}#seal-1", "seal")
            token = SigningKey.generate("Ed25519", f"{member.id}#token-1", "token")
            self.keys[member.id] = Keys([seal], token)
        for name in TERRITORIES:
            self.anchors[name] = SigningKey.generate("ES256", f"{name}.trust#anchor-1", "seal")

    def publish(
        self,
        jurisdiction: str,
        *,
        key_states: Mapping[str, Mapping[str, datetime]] | None = None,
        extra: Sequence[Mapping[str, Any]] = (),
        required: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    ) -> bytes:
        """Seal the next list of a jurisdiction; ``key_states`` adds retiredAt or compromisedSince by kid."""
        now = datetime.now(UTC)
        earlier = self.lists.setdefault(jurisdiction, [])
        payload = trust.build(
            id=str(uuid.uuid4()),
            issuer=f"{jurisdiction}.trust",
            environment=self.environment,
            jurisdiction=jurisdiction,
            territories=TERRITORIES[jurisdiction],
            sequence=len(earlier) + 1,
            previous=self._payloads.get(jurisdiction),
            issued_at=now,
            expires_at=now + timedelta(days=30),
            anchor=self.anchors[jurisdiction].public,
            nodes=[
                *(
                    self._entry(each, now, key_states or {}, (required or {}).get(each.id, ()))
                    for each in self._of(jurisdiction)
                ),
                *extra,
            ],
        )
        sealed = envelope.seal(strict.dump(payload), self.anchors[jurisdiction])
        earlier.append(sealed)
        self._payloads[jurisdiction] = envelope.read(sealed).digest
        return sealed

    def trust_file(self, jurisdiction: str) -> bytes:
        """The trust file of a jurisdiction with all its lists."""
        if jurisdiction not in self.lists:
            self.publish(jurisdiction)
        lists = [strict.parse(each) for each in self.lists[jurisdiction]]
        return strict.dump({"anchor": self.anchors[jurisdiction].public.thumbprint, "lists": lists})

    def store(self) -> TrustStore:
        """A trust store with the lists of both jurisdictions."""
        store = TrustStore(self.environment)
        for name in TERRITORIES:
            store.add_file(self.trust_file(name), now=datetime.now(UTC))
        return store

    def save(self, folder: Path) -> list[Path]:
        """Write the trust files; return their paths."""
        folder.mkdir(parents=True, exist_ok=True)
        paths = [folder / f"{name}.json" for name in TERRITORIES]
        for name, path in zip(TERRITORIES, paths, strict=True):
            path.write_bytes(self.trust_file(name))
        return paths

    def _of(self, jurisdiction: str) -> list[Member]:
        return [each for each in self.members if each.id.startswith(jurisdiction + ".")]

    def _entry(
        self,
        member: Member,
        now: datetime,
        states: Mapping[str, Mapping[str, datetime]],
        required: Sequence[Mapping[str, Any]],
    ) -> dict[str, Any]:
        begins, ends = now - timedelta(days=1), now + timedelta(days=365)
        keys = [*self.keys[member.id].seals, self.keys[member.id].token]
        listed = [
            trust.key_entry(
                key.public, **{"not_before": begins, "not_after": ends, **states.get(key.kid, {})}
            )
            for key in keys
        ]
        return trust.node_entry(
            member.id,
            name=member.id,
            roles=member.roles,
            keys=listed,
            offices=member.offices,
            endpoint=self.endpoints.get(member.id) if member.gateway else None,
            via=member.via,
            required_algorithms=required,
        )
