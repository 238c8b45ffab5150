"""What the operator is handed before a run: trust lists, keys for the node or a form for its own, agreements."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from threeflow_conformance.errors import UsageError
from threeflow_conformance.judge.octets import decode, digest, parse
from threeflow_conformance.judge.seals import ListedKey
from threeflow_conformance.parameters import Parameters
from threeflow_conformance.speak.lists import write_trust
from threeflow_conformance.speak.network import Network, create, free_port
from threeflow_conformance.speak.roles import role_of

__all__ = ["newest_lists", "prepare"]


def prepare(
    folder: Path, role: str, target: str | None, parameters: Parameters, own_keys: Path | None = None,
    grpc: str = "",
) -> Network:  # fmt: skip
    """Write a fresh network to a folder; ``own_keys`` is a filled form with the node's own public keys, ``grpc`` host
    and port at which the node is to serve that binding too.

    Raises:
        UsageError: the folder holds a network already, or the form cannot be used.
    """
    if (folder / "network.json").exists():
        raise UsageError(f"{folder} holds a network already; every run wants a fresh one")
    place = folder / "node"
    (place / "keys").mkdir(parents=True, exist_ok=True)
    if target is None:
        if not role_of(role).issues:
            raise UsageError(f"the role {role} wants the address of a node: --target")
        # Here the suite is the node: it listens where nobody else does.
        target = f"http://127.0.0.1:{free_port()}"
    network, keys = create(folder, role_of(role), target, parameters.environment)
    if own_keys is not None:
        network.node_keys = _form(own_keys, network.node)
    else:
        for key in keys:
            key.save(place / "keys" / f"{key.use}.json")
    network.save()
    write_trust(network, place / "trust")
    said: dict[str, Any] = {
        "node": network.node, "environment": network.environment,
        "endpoint": None if network.role.issues else network.target, "roles": list(network.members[network.node].roles), "pendingSeconds": parameters.pending_seconds,
        "keys": [
            {"kid": each.kid, "use": each.use, "alg": each.alg, "jwk": dict(each.jwk)}
            for each in network.node_keys.values()
        ],
    }  # fmt: skip
    if network.role.issues:
        said["to"] = {"node": network.home("hub").id, "endpoint": network.target}
    if grpc:
        said["grpc"] = grpc
    (place / "node.json").write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    return network


def _form(path: Path, node: str) -> dict[str, ListedKey]:
    try:
        said: Any = json.loads(path.read_bytes())
        found = [ListedKey(node + "#" + each["kid"].partition("#")[2], each["alg"], each["use"], each["jwk"])
                 for each in said["keys"]]  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} is no form with the node's keys: {error}") from error
    if {each.use for each in found} != {"seal", "token"}:
        raise UsageError(f"{path}: a node needs a key for seals and one for tokens")
    return {each.kid: each for each in found}


def newest_lists(network: Network) -> tuple[str, ...]:
    """Digests of the newest list of each trust file that the operator was handed."""
    found = []
    for path in sorted((network.folder / "node" / "trust").glob("*.json")):
        newest: Mapping[str, str] = json.loads(path.read_bytes())["lists"][-1]
        octets = decode(newest["payload"])
        parse(octets)
        found.append(digest(octets))
    return tuple(found)
