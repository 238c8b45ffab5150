"""Where an accepted document goes next (TF-INTAKE-30, TF-INTAKE-31)."""

from collections.abc import Callable, Collection
from typing import Protocol

__all__ = ["Reachable", "destinations"]


class Reachable(Protocol):
    """A node as a trust list names it."""

    @property
    def endpoint(self) -> str | None:
        """Where it listens; None where it does not."""

    @property
    def via(self) -> str | None:
        """The node through which it is reached."""


def destinations(
    receivers: Collection[str],
    *,
    here: str,
    came_from: Collection[str],
    listed: Callable[[str], Reachable | None],
) -> tuple[str, ...]:
    """Return the nodes to deliver to, sorted: receivers with an endpoint, else the ways to them.

    ``came_from`` are the issuer and the caller, which hold the document already.
    """
    found: set[str] = set()
    for receiver in receivers:
        node = listed(receiver)
        if node is None:
            continue
        target = receiver if node.endpoint else node.via
        if target is not None and _has_endpoint(listed(target)):
            found.add(target)
    return tuple(sorted(found - {here} - set(came_from)))


def _has_endpoint(node: Reachable | None) -> bool:
    return node is not None and bool(node.endpoint)
