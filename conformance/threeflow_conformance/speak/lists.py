"""The trust lists of the suite's jurisdictions, and what the operator is handed."""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from threeflow import trust
from threeflow.keys import SigningKey, VerifyingKey
from threeflow_conformance.judge.octets import digest
from threeflow_conformance.speak.forge import dump, sealed
from threeflow_conformance.speak.network import FOREIGN, HOME, Member, Network

__all__ = ["TERRITORIES", "chain", "list_payload", "seal_list", "trust_file", "write_trust"]

TERRITORIES = {"export": ["CN"], "import": ["DE", "FR"]}
_DAY = timedelta(days=1)


def list_payload(
    network: Network, side: str, *, sequence: int, previous: str | None, issued_at: datetime, later: bool,
    expires_at: datetime | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The payload of one list; ``later`` is the newest of a chain, in which keys have come and gone."""
    name = network.jurisdictions[side]
    position = (
        network.role.side if side == HOME else {"export": "import", "import": "export"}[network.role.side]
    )
    nodes = [
        _entry(network, each, issued_at, later=later)
        for each in network.members.values()
        if each.jurisdiction == name
    ]
    return trust.build(
        id=str(uuid.uuid4()), issuer=f"{name}.trust", environment=network.environment, jurisdiction=name,
        territories=TERRITORIES[position] if side in {HOME, FOREIGN} else [], sequence=sequence,
        previous=previous, issued_at=issued_at, expires_at=expires_at or issued_at + 60 * _DAY,
        anchor=network.anchors[side].public, nodes=nodes,
    )  # fmt: skip


def _entry(network: Network, member: Member, now: datetime, *, later: bool) -> dict[str, Any]:
    keys = [
        entry
        for key in (*member.seals, *member.tokens)
        if (entry := _key_entry(member, key, now, later=later)) is not None
    ]
    if member.id == network.node:
        keys = [
            trust.key_entry(
                VerifyingKey(each.kid, _any(each.alg), _any(each.use), each.jwk),
                not_before=now - 30 * _DAY, not_after=now + 300 * _DAY,
            )
            for each in network.node_keys.values()
        ]  # fmt: skip
    required = [{"from": (now - 30 * _DAY).isoformat(), "algorithms": list(member.required)}]
    return trust.node_entry(
        member.id, name=member.id, roles=member.roles, keys=keys, offices=member.offices,
        endpoint=member.endpoint, via=member.via, required_algorithms=required if member.required else (),
    )  # fmt: skip


def _any(value: str) -> Any:
    return value


def _key_entry(member: Member, key: SigningKey, now: datetime, *, later: bool) -> dict[str, Any] | None:
    state = member.states.get(key.kid.partition("#")[2], "")
    begins, ends = now - 30 * _DAY, now + 300 * _DAY
    more: dict[str, datetime] = {}
    if state == "early":
        begins = now + 2 * _DAY
    if state == "expired":
        ends = now - timedelta(hours=1)
    if state == "retired" and later:
        more = {"retired_at": now - timedelta(hours=1)}
    if (state == "stolen" and later) or (state == "healed" and not later):
        more = {"compromised_since": now - timedelta(hours=1)}
    if state == "dropped" and later:
        return None
    return trust.key_entry(key.public, not_before=begins, not_after=ends, **more)


def seal_list(payload: Mapping[str, Any], *anchors: SigningKey) -> tuple[bytes, str]:
    """Return the sealed list and the digest of its payload."""
    octets = dump(payload)
    return sealed(octets, *anchors), digest(octets)


def chain(network: Network, side: str, now: datetime) -> list[bytes]:
    """The lists of a jurisdiction, oldest first: two at home, one elsewhere; ``old`` and ``late`` have expired."""
    anchor = network.anchors[side]
    if side == "old":
        ends: datetime | None = now - timedelta(hours=73)
    else:
        ends = now - timedelta(hours=10) if side == "late" else None
    begins = now - 10 * _DAY
    first, digest_of_first = seal_list(
        list_payload(
            network, side, sequence=1, previous=None, issued_at=begins, later=side != HOME, expires_at=ends
        ),
        anchor,
    )
    if side != HOME:
        return [first]
    second, _ = seal_list(
        list_payload(network, side, sequence=2, previous=digest_of_first, issued_at=now, later=True), anchor
    )
    return [first, second]


def trust_file(network: Network, side: str, lists: Sequence[bytes]) -> bytes:
    """A trust file: the anchor's fingerprint and the lists under it, oldest first."""
    said = {"anchor": network.anchors[side].public.thumbprint, "lists": [json.loads(each) for each in lists]}
    return dump(said)


def write_trust(
    network: Network, folder: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> None:
    """Write one trust file a jurisdiction."""
    folder.mkdir(parents=True, exist_ok=True)
    for side, name in network.jurisdictions.items():
        (folder / f"{name}.json").write_bytes(trust_file(network, side, chain(network, side, clock())))
