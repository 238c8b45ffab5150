"""What a trust list says, as frozen values."""

from dataclasses import dataclass
from datetime import datetime

from threeflow.keys import VerifyingKey


@dataclass(frozen=True, slots=True)
class Office:
    """An office of a node: its code in a list, its positions, and the acts it may issue."""

    list: str
    code: str
    positions: tuple[str, ...]
    competences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListedKey:
    """A node's key as listed; ``retired_at`` is also set by the list that first leaves the key out.

    ``compromise_listed_at`` is the date of the first list that states ``compromised_since``.
    """

    key: VerifyingKey
    node_id: str
    not_before: datetime
    not_after: datetime
    retired_at: datetime | None = None
    compromised_since: datetime | None = None
    compromise_listed_at: datetime | None = None

    @property
    def kid(self) -> str:
        """The name of the key."""
        return self.key.kid


@dataclass(frozen=True, slots=True)
class Requirement:
    """From a moment on, every document of the node bears a seal of each of the algorithms."""

    since: datetime
    algorithms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrustedNode:
    """A member of the network, as its jurisdiction lists it.

    ``endpoint`` is the address of its own gateway; ``via`` names the node whose gateway receives for it.
    """

    id: str
    name: str
    roles: tuple[str, ...]
    offices: tuple[Office, ...]
    endpoint: str | None
    via: str | None
    keys: tuple[ListedKey, ...]
    requirements: tuple[Requirement, ...]
    spec_versions: tuple[str, ...]
    profiles: tuple[str, ...]

    def required_algorithms(self, at: datetime) -> tuple[str, ...]:
        """Return the algorithms that a document of this node must be sealed with at a moment."""
        current: tuple[str, ...] = ()
        for each in sorted(self.requirements, key=lambda entry: entry.since):
            if each.since <= at:
                current = each.algorithms
        return current

    def office(self, list_id: str, code: str) -> Office | None:
        """Return the node's office of that code in that list."""
        for each in self.offices:
            if (each.list, each.code) == (list_id, code):
                return each
        return None


@dataclass(frozen=True)
class TrustList:
    """One sealed list of a jurisdiction, read and checked by itself; ``digest`` is that of its payload."""

    issuer: str
    environment: str
    jurisdiction: str
    territories: tuple[str, ...]
    sequence: int
    previous: str | None
    issued_at: datetime
    expires_at: datetime
    anchor: VerifyingKey
    next_anchor: VerifyingKey | None
    nodes: tuple[TrustedNode, ...]
    digest: str
    kids: tuple[str, ...]
    raw: bytes

    def node(self, node_id: str) -> TrustedNode | None:
        """Return the node of that id."""
        for each in self.nodes:
            if each.id == node_id:
                return each
        return None

    def listed_keys(self) -> tuple[ListedKey, ...]:
        """Return the keys of all nodes, in the order of the list."""
        return tuple(key for node in self.nodes for key in node.keys)
