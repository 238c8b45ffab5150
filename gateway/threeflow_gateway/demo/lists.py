"""Keys and trust lists of the demo's two jurisdictions, made anew for every run."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from threeflow import envelope, strict, trust
from threeflow.keys import SigningKey
from threeflow_gateway.demo import names

VALID_DAYS = 30
DECIDES = ("declaration", "inspection", "release", "detention", "decision", "agreement")


@dataclass(frozen=True)
class Member:
    """A node of the demo: what the list says of it, beside its keys."""

    id: str
    name: str
    roles: tuple[str, ...]
    via: str | None = None
    offices: tuple[Mapping[str, object], ...] = ()


@dataclass(frozen=True)
class KeyPair:
    """One node's private keys: one for seals, one for caller tokens."""

    seal: SigningKey
    token: SigningKey


def office(code: Mapping[str, str], position: str, competences: Sequence[str]) -> dict[str, object]:
    return {**code, "positions": [position], "competences": list(competences)}


EXPORT_SIDE = (
    Member(names.HUB, "Demo hub", ("hub",)),
    Member(
        names.EXPORT_CUSTOMS,
        "Customs of XA",
        ("customs",),
        offices=(
            office(names.EXPORT_OFFICE, "export", DECIDES),
            office(names.EXIT_OFFICE, "export", ("exit-confirmation",)),
        ),
    ),
    Member(names.PLATFORM, "Demo Platform", ("platform", "seller"), via=names.HUB),
    Member(names.PAYMENTS, "Demo Payments", ("payment-institution",), via=names.HUB),
    Member(names.CARRIER, "Demo Carrier", ("carrier",), via=names.HUB),
    Member(names.DECLARANT, "Demo Export Broker", ("declarant",), via=names.HUB),
)
IMPORT_SIDE = (
    Member(
        names.IMPORT_CUSTOMS,
        "Customs of XB",
        ("customs",),
        offices=(office(names.IMPORT_OFFICE, "import", (*DECIDES, "entry")),),
    ),
    Member(names.IMPORT_DECLARANT, "Demo Import Broker", ("declarant",), via=names.IMPORT_CUSTOMS),
)
JURISDICTIONS = {"xa": EXPORT_SIDE, "xb": IMPORT_SIDE}
EXPORT_TERRITORY = "GB"


def new_keys(member: Member) -> KeyPair:
    """Fresh ES256 keys of one member."""
    return KeyPair(
        SigningKey.generate("ES256", f"{member.id}#seal-1", "seal"),
        SigningKey.generate("ES256", f"{member.id}#token-1", "token"),
    )


def save(pair: KeyPair, folder: Path) -> None:
    """Write both keys, readable by their owner only."""
    folder.mkdir(parents=True, exist_ok=True)
    pair.seal.save(folder / "seal.json")
    pair.token.save(folder / "token.json")


def trust_file(
    jurisdiction: str,
    keys: Mapping[str, KeyPair],
    endpoints: Mapping[str, str],
    countries: Collection[str],
    begins: datetime,
) -> bytes:
    """The trust file of one jurisdiction: its anchor's fingerprint and its first list."""
    members = JURISDICTIONS[jurisdiction]
    now = datetime.now(UTC)
    issuer = f"{jurisdiction}.trust"
    anchor = SigningKey.generate("ES256", f"{issuer}#anchor-1", "seal")
    payload = trust.build(
        id=str(uuid.uuid4()),
        issuer=issuer,
        environment=names.ENVIRONMENT,
        jurisdiction=jurisdiction,
        territories=_territories(jurisdiction, countries),
        sequence=1,
        previous=None,
        issued_at=now,
        expires_at=now + timedelta(days=VALID_DAYS),
        anchor=anchor.public,
        nodes=[
            _entry(
                member, keys[member.id], endpoints.get(member.id), (begins, now + timedelta(days=VALID_DAYS))
            )
            for member in members
        ],
    )
    sealed = envelope.seal(strict.dump(payload), anchor)
    return strict.dump({"anchor": anchor.public.thumbprint, "lists": [strict.parse(sealed)]})


def _entry(
    member: Member, pair: KeyPair, endpoint: str | None, valid: tuple[datetime, datetime]
) -> dict[str, object]:
    begins, until = valid
    listed = [
        trust.key_entry(key.public, not_before=begins, not_after=until) for key in (pair.seal, pair.token)
    ]
    return trust.node_entry(
        member.id,
        name=member.name,
        roles=member.roles,
        keys=listed,
        offices=member.offices,
        endpoint=endpoint,
        via=member.via,
        profiles=[names.PROFILE],
    )


def _territories(jurisdiction: str, countries: Collection[str]) -> list[str]:
    """One importing jurisdiction stands for every territory but the exporting one."""
    if jurisdiction == "xa":
        return [EXPORT_TERRITORY]
    return sorted(set(countries) - {EXPORT_TERRITORY})
