"""What a client under test is told to do: the content of a document, to be sealed and submitted by the client itself."""

import json
from typing import Any

from threeflow_conformance.speak.network import Network
from threeflow_conformance.speak.papers import Paper

__all__ = ["task"]

_OWN = ("specVersion", "id", "issuer", "environment", "issuedAt", "parts")


def task(network: Network, id_: str, paper: Paper) -> str:
    """A task as JSON: ``id`` names it (the same id is the same document), ``document`` what is to be said.

    The header's own members (id, time, issuer, environment, version) are the client's to make, and so are the salts
    and digests of parts.
    """
    hub = network.home("hub")
    parts = [
        {"name": entry["name"], "purposes": entry["purposes"], "party": json.loads(octets)["party"]}
        for entry, octets in zip(paper.header.get("parts", ()), paper.parts, strict=True)
    ]
    said: dict[str, Any] = {
        "task": "submit", "id": id_, "state": str((network.folder / "client").resolve()),
        "node": network.node, "environment": network.environment,
        "keys": {use: str((network.folder / "node" / "keys" / f"{use}.json").resolve()) for use in ("seal", "token")},
        "to": {"node": hub.id, "endpoint": network.target},
        "trust": sorted(str(each.resolve()) for each in (network.folder / "node" / "trust").glob("*.json")),
        "document": {
            "header": {name: value for name, value in paper.header.items() if name not in _OWN},
            "content": {name: value for name, value in paper.payload.items() if name != "header"},
            "parts": parts,
        },
    }  # fmt: skip
    return json.dumps(said, ensure_ascii=False)
