"""From a description of a jurisdiction's nodes to the next sealed list and the trust file that holds it."""

import json
import tomllib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from threeflow import envelope, strict, trust
from threeflow.errors import Refused
from threeflow.keys import SigningKey, VerifyingKey, jwk_of
from threeflow.trust import ListedKey, TrustStore
from threeflow_gateway.cli.output import CannotRunError

KEY_DAYS: Final = 730
_MEMBERS: Final = {"jurisdiction", "environment", "territories", "nodes"}
_NODE_MEMBERS: Final = {
    "id", "name", "roles", "offices", "endpoint", "via", "keys", "requiredAlgorithms", "specVersions",
    "profiles",
}  # fmt: skip
_TIMES: Final = ("notBefore", "notAfter", "retiredAt", "compromisedSince")


@dataclass(frozen=True)
class Description:
    """A description as read; key files are named relative to ``folder``."""

    jurisdiction: str
    environment: str
    territories: tuple[str, ...]
    nodes: tuple[Mapping[str, Any], ...]
    folder: Path


def read(name: str, octets: bytes, folder: Path) -> Description:
    """Read a description, TOML where the file's name ends so, else JSON.

    Raises:
        CannotRunError: the file has another form.
    """
    try:
        raw = tomllib.loads(octets.decode()) if name.endswith(".toml") else json.loads(octets)
    except (ValueError, UnicodeDecodeError) as error:
        raise CannotRunError(f"{name}: {error}") from None
    if not isinstance(raw, dict) or set(raw) != _MEMBERS or not isinstance(raw["nodes"], list):
        raise CannotRunError(f"{name}: a description has exactly {', '.join(sorted(_MEMBERS))}")
    for node in raw["nodes"]:
        unknown = sorted(set(node) - _NODE_MEMBERS) if isinstance(node, dict) else ["no table"]
        if unknown or not {"id", "name", "roles", "keys"} <= set(node):
            raise CannotRunError(
                f"{name}: a node has id, name, roles and keys, and not {', '.join(unknown) or 'less'}"
            )
    nodes = tuple(raw["nodes"])
    return Description(raw["jurisdiction"], raw["environment"], tuple(raw["territories"]), nodes, folder)


def next_file(
    described: Description,
    before: TrustStore | None,
    anchors: Sequence[SigningKey],
    *,
    announced: VerifyingKey | None,
    now: datetime,
    days: int,
) -> bytes:
    """Return the trust file with the next list; the first anchor is the list's own, others seal it too.

    Raises:
        Refused: the list would not be trusted by those who hold the lists before.
        CannotRunError: a key of the description cannot be read.
    """
    newest = before.newest(described.jurisdiction) if before is not None else None
    issued = now.replace(microsecond=0)
    payload = trust.build(
        id=str(uuid.uuid4()),
        issuer=anchors[0].kid.partition("#")[0],
        environment=described.environment,
        jurisdiction=described.jurisdiction,
        territories=described.territories,
        sequence=newest.sequence + 1 if newest else 1,
        previous=newest.digest if newest else None,
        issued_at=issued,
        expires_at=issued + timedelta(days=days),
        anchor=anchors[0].public,
        next_anchor=announced,
        nodes=[_node(each, described, before, issued) for each in described.nodes],
    )
    store = before or TrustStore(described.environment)
    raw = envelope.seal(strict.dump(payload), *anchors)
    store.add(raw, anchor_fingerprint=anchors[0].public.thumbprint, now=now)
    return store.to_file(described.jurisdiction)


def _node(
    node: Mapping[str, Any], described: Description, before: TrustStore | None, issued: datetime
) -> dict[str, object]:
    keys = [_key_entry(each, described.folder, before, issued) for each in node["keys"]]
    return trust.node_entry(
        node["id"],
        name=node["name"],
        roles=node["roles"],
        keys=keys,
        offices=node.get("offices", ()),
        endpoint=node.get("endpoint"),
        via=node.get("via"),
        required_algorithms=node.get("requiredAlgorithms", ()),
        spec_versions=node.get("specVersions", ("1.0",)),
        profiles=node.get("profiles", ()),
    )


def _key_entry(raw: object, folder: Path, before: TrustStore | None, issued: datetime) -> dict[str, object]:
    given = {"file": raw} if isinstance(raw, str) else raw
    if not isinstance(given, dict):
        raise CannotRunError(f"a key is a file or a table, not {raw!r}")
    key = _public(given, folder)
    held = before.key(key.kid) if before is not None else None
    times = {name: _time(given[name]) for name in _TIMES if name in given}
    return trust.key_entry(
        key,
        not_before=times.get("notBefore") or (held.not_before if held else issued),
        not_after=times.get("notAfter") or (held.not_after if held else issued + timedelta(days=KEY_DAYS)),
        retired_at=times.get("retiredAt") or _retired(held),
        compromised_since=times.get("compromisedSince") or (held.compromised_since if held else None),
    )


def _retired(held: ListedKey | None) -> datetime | None:
    return held.retired_at if held else None


def _public(given: Mapping[str, Any], folder: Path) -> VerifyingKey:
    try:
        if "file" in given:
            return SigningKey.from_json((folder / given["file"]).read_bytes()).public
        return VerifyingKey(given["kid"], given["alg"], given["use"], jwk_of(given["jwk"], given["alg"]))
    except (OSError, KeyError, TypeError, Refused) as error:
        raise CannotRunError(f"the key {given.get('file', given.get('kid'))}: {error}") from None


def _time(value: object) -> datetime:
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise CannotRunError(f"{value!r} is no RFC 3339 time") from None
    if found.tzinfo is None:
        raise CannotRunError(f"{value} has no offset")
    return found
