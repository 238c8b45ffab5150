"""Who takes part in the sandbox: made-up members of one jurisdiction, their keys and their trust file."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from threeflow import envelope, strict, trust
from threeflow.keys import SigningKey

ENVIRONMENT: Final = "sandbox"
CUSTOMS: Final = "xa.customs"
DECLARANT: Final = "xa.declarant"
# Whose keys a client is given: it speaks for all three.
CLIENTS: Final = ("xa.platform", "xa.pay", "xa.carrier")
ROLES: Final[Mapping[str, tuple[str, ...]]] = {
    CUSTOMS: ("customs",),
    DECLARANT: ("declarant",),
    "xa.platform": ("platform", "seller"),
    "xa.pay": ("payment-institution",),
    "xa.carrier": ("carrier",),
}
OFFICE: Final = {
    "list": "xa-office",
    "code": "XA100",
    "positions": ["export"],
    "competences": ["declaration", "inspection", "release", "decision"],
}
VALID: Final = timedelta(days=30)


@dataclass(frozen=True)
class Pair:
    """The two private keys of one member."""

    seal: SigningKey
    token: SigningKey


def keys() -> dict[str, Pair]:
    """Return fresh ES256 keys of every member."""
    return {
        member: Pair(
            SigningKey.generate("ES256", f"{member}#seal-1", "seal"),
            SigningKey.generate("ES256", f"{member}#token-1", "token"),
        )
        for member in ROLES
    }


def trust_file(pairs: Mapping[str, Pair], endpoint: str) -> bytes:
    """Return the jurisdiction's trust file: its anchor's fingerprint and its only list."""
    now = datetime.now(UTC)
    anchor = SigningKey.generate("ES256", "xa.trust#anchor-1", "seal")
    payload = trust.build(
        id=str(uuid.uuid4()),
        issuer="xa.trust",
        environment=ENVIRONMENT,
        jurisdiction="xa",
        territories=["CN"],
        sequence=1,
        previous=None,
        issued_at=now,
        expires_at=now + VALID,
        anchor=anchor.public,
        nodes=[_entry(member, pair, endpoint, now) for member, pair in pairs.items()],
    )
    sealed = envelope.seal(strict.dump(payload), anchor)
    return strict.dump({"anchor": anchor.public.thumbprint, "lists": [strict.parse(sealed)]})


def _entry(member: str, pair: Pair, endpoint: str, now: datetime) -> dict[str, Any]:
    listed = [
        trust.key_entry(key.public, not_before=now - timedelta(days=1), not_after=now + VALID)
        for key in (pair.seal, pair.token)
    ]
    return trust.node_entry(
        member,
        name=member,
        roles=ROLES[member],
        keys=listed,
        offices=[OFFICE] if member == CUSTOMS else [],
        endpoint=endpoint if member == CUSTOMS else None,
        via=None if member == CUSTOMS else CUSTOMS,
    )
