"""Who may read what: what is not the caller's is not there (TF-INTAKE-12)."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from threeflow_gateway.domain.routing import Reachable

__all__ = ["may_read", "parties"]


def parties(header: Mapping[str, Any]) -> frozenset[str]:
    """Return the nodes that a document is between: issuer, receivers, subscribers."""
    return frozenset((header["issuer"], *header.get("receivers", ()), *header.get("subscribers", ())))


def may_read(
    caller: str, header: Mapping[str, Any], brought_by: str, listed: Callable[[str], Reachable | None]
) -> bool:
    """Say whether the caller may read a document: a party, who brought it, or the way to a party."""
    between = parties(header)
    return caller in between or caller == brought_by or caller in _ways(between, listed)


def _ways(nodes: Collection[str], listed: Callable[[str], Reachable | None]) -> set[str | None]:
    return {node.via for node in map(listed, nodes) if node is not None}
