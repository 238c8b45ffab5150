"""Writing the payload of a trust list, for those who govern a jurisdiction."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from threeflow.keys import VerifyingKey


def key_entry(
    key: VerifyingKey,
    *,
    not_before: datetime,
    not_after: datetime,
    retired_at: datetime | None = None,
    compromised_since: datetime | None = None,
) -> dict[str, object]:
    """Return the entry of a key."""
    entry: dict[str, object] = {"kid": key.kid, "use": key.use, "alg": key.alg, "jwk": dict(key.jwk)}
    entry["notBefore"] = not_before.isoformat()
    entry["notAfter"] = not_after.isoformat()
    if retired_at is not None:
        entry["retiredAt"] = retired_at.isoformat()
    if compromised_since is not None:
        entry["compromisedSince"] = compromised_since.isoformat()
    return entry


def node_entry(
    id: str,  # noqa: A002 - the member's own name
    *,
    name: str,
    roles: Sequence[str],
    keys: Sequence[Mapping[str, object]],
    offices: Sequence[Mapping[str, object]] = (),
    endpoint: str | None = None,
    via: str | None = None,
    required_algorithms: Sequence[Mapping[str, object]] = (),
    spec_versions: Sequence[str] = ("1.0",),
    profiles: Sequence[str] = (),
) -> dict[str, object]:
    """Return the entry of a node; an office is ``{list, code, positions, competences}``."""
    entry: dict[str, object] = {"id": id, "name": name, "roles": list(roles)}
    entry["offices"] = [dict(each) for each in offices]
    if endpoint is not None:
        entry["endpoint"] = endpoint
    if via is not None:
        entry["via"] = via
    entry["keys"] = [dict(each) for each in keys]
    entry["requiredAlgorithms"] = [dict(each) for each in required_algorithms]
    entry["specVersions"] = list(spec_versions)
    entry["profiles"] = list(profiles)
    return entry


def build(
    *,
    id: str,  # noqa: A002 - the header's own word
    issuer: str,
    environment: str,
    jurisdiction: str,
    territories: Sequence[str],
    sequence: int,
    previous: str | None,
    issued_at: datetime,
    expires_at: datetime,
    anchor: VerifyingKey,
    nodes: Sequence[Mapping[str, object]],
    next_anchor: VerifyingKey | None = None,
) -> dict[str, object]:
    """Return the payload of a list; ``previous`` is the digest of the list before, None for sequence 1."""
    payload: dict[str, object] = {
        "header": {
            "specVersion": "1.0",
            "type": "trust-list",
            "id": id,
            "issuer": issuer,
            "environment": environment,
            "issuedAt": issued_at.isoformat(),
        },
        "jurisdiction": jurisdiction,
        "territories": list(territories),
        "sequence": sequence,
        "previous": previous,
        "issuedAt": issued_at.isoformat(),
        "expiresAt": expires_at.isoformat(),
        "anchor": _anchor(anchor),
    }
    if next_anchor is not None:
        payload["nextAnchor"] = _anchor(next_anchor)
    payload["nodes"] = [dict(each) for each in nodes]
    return payload


def _anchor(key: VerifyingKey) -> dict[str, object]:
    return {"kid": key.kid, "alg": key.alg, "jwk": dict(key.jwk)}
