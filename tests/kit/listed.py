"""The nodes of a crossing: their keys, and the trust lists of their jurisdictions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from threeflow import documents, envelope, strict, trust
from threeflow.keys import SigningKey

START = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)
CHECKPOINT_AT = START + timedelta(hours=1)
WITNESSED_AT = START + timedelta(hours=1, minutes=10)
CUT_AT = START + timedelta(hours=2)
VALID_UNTIL = START + timedelta(days=30)
ASKED_AT = START + timedelta(days=1)
ENVIRONMENT = "demo"
EXPORT_OFFICE = {"list": "xa-office", "code": "XA100"}
EXIT_OFFICE = {"list": "xa-office", "code": "XA900"}
IMPORT_OFFICE = {"list": "xb-office", "code": "XB100"}
DECIDES = ["declaration", "inspection", "release", "detention", "decision", "agreement"]
ROLES = {
    "xa.hub": ["hub"],
    "xa.platform": ["platform", "seller"],
    "xa.payments": ["payment-institution"],
    "xa.carrier": ["carrier"],
    "xa.declarant": ["declarant"],
    "xa.customs": ["customs"],
    "xb.customs": ["customs"],
}
OFFICES: dict[str, list[dict[str, object]]] = {
    "xa.customs": [
        EXPORT_OFFICE | {"positions": ["export"], "competences": DECIDES},
        EXIT_OFFICE | {"positions": ["export"], "competences": ["exit-confirmation"]},
    ],
    "xb.customs": [IMPORT_OFFICE | {"positions": ["import"], "competences": [*DECIDES, "entry"]}],
}
TERRITORIES = {"xa": ["GB"], "xb": ["DE"]}
PARTIES = {"platform": {"name": "Demo Platform"}, "seller": {"name": "Demo Seller"}}
WAYBILL = documents.key("waybill", "xa.carrier", "WB1")
DECLARATION = documents.key("declaration", "xa.customs", "D1")
ORDER = documents.key("order", "xa.platform", "O1")


@dataclass
class Piece:
    """A sealed document and its payload."""

    payload: dict[str, Any]
    raw: bytes
    receipt: bytes = b""

    @property
    def id(self) -> str:
        return str(self.payload["header"]["id"])

    @property
    def digest(self) -> str:
        return envelope.read(self.raw).digest

    @property
    def reference(self) -> dict[str, str]:
        return documents.reference_to(self.payload, self.digest)


@dataclass
class Listed:
    """Keys of all nodes and anchors, and the lists that name them."""

    alg: str = "ES256"
    keys: dict[str, SigningKey] = field(default_factory=dict)
    tokens: dict[str, SigningKey] = field(default_factory=dict)
    anchors: dict[str, SigningKey] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for node in ROLES:
            if node in self.keys:
                continue
            self.keys[node] = SigningKey.generate(self.alg, f"{node}#seal-1", "seal")
            self.tokens[node] = SigningKey.generate("ES256", f"{node}#token-1", "token")
        for side in TERRITORIES:
            self.anchors[side] = SigningKey.generate("ES256", f"{side}.trust#anchor-1", "seal")

    # -- trust

    def list_payload(
        self,
        side: str,
        *,
        sequence: int = 1,
        previous: str | None = None,
        issued_at: datetime = START - timedelta(days=1),
        expires_at: datetime = START + timedelta(days=365),
        retired: Mapping[str, datetime] | None = None,
        compromised: Mapping[str, datetime] | None = None,
        roles: Mapping[str, Sequence[str]] | None = None,
        required: Mapping[str, Sequence[str]] | None = None,
    ) -> dict[str, Any]:
        nodes = []
        for node, own in ROLES.items():
            if not node.startswith(f"{side}."):
                continue
            entries = [
                trust.key_entry(
                    key.public,
                    not_before=START - timedelta(days=1),
                    not_after=START + timedelta(days=300),
                    retired_at=(retired or {}).get(key.kid),
                    compromised_since=(compromised or {}).get(key.kid),
                )
                for key in (self.keys[node], self.tokens[node])
            ]
            nodes.append(
                trust.node_entry(
                    node,
                    name=node,
                    roles=list((roles or {}).get(node, own)),
                    keys=entries,
                    offices=OFFICES.get(node, []),
                    required_algorithms=[
                        {"from": (START - timedelta(days=1)).isoformat(), "algorithms": list(names)}
                        for name, names in (required or {}).items()
                        if name == node
                    ],
                    endpoint=f"http://{node}.example",
                )
            )
        return trust.build(
            id=str(uuid4()),
            issuer=f"{side}.trust",
            environment=ENVIRONMENT,
            jurisdiction=side,
            territories=TERRITORIES[side],
            sequence=sequence,
            previous=previous,
            issued_at=issued_at,
            expires_at=expires_at,
            anchor=self.anchors[side].public,
            nodes=nodes,
        )

    def store(self, *later: tuple[str, dict[str, Any]], **first: Any) -> trust.TrustStore:
        """A store with the first list of each side, then further lists (side and what they change)."""
        made = trust.TrustStore(ENVIRONMENT)
        now = START + timedelta(days=400)
        for side in TERRITORIES:
            raw = envelope.seal(strict.dump(self.list_payload(side, **first)), self.anchors[side])
            made.add(raw, anchor_fingerprint=self.anchors[side].public.thumbprint, now=now)
        for side, changes in later:
            newest = made.newest(side)
            assert newest is not None
            payload = self.list_payload(side, sequence=newest.sequence + 1, previous=newest.digest, **changes)
            made.add(envelope.seal(strict.dump(payload), self.anchors[side]), now=now)
        return made
