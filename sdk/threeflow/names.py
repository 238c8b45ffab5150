"""Names of nodes and keys, compared octet for octet (spec page ``conventions``)."""

import re
from typing import Final

_NODE_ID: Final = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_JURISDICTION: Final = re.compile(r"[a-z0-9-]+")
_KEY_ID: Final = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
_MAX: Final = 64


def is_node_id(text: object) -> bool:
    """Say whether ``text`` is a node id: a jurisdiction, a dot, a name; at most 64 characters."""
    return isinstance(text, str) and len(text) <= _MAX and _NODE_ID.fullmatch(text) is not None


def is_jurisdiction(text: object) -> bool:
    """Say whether ``text`` can name a jurisdiction."""
    return isinstance(text, str) and len(text) <= _MAX and _JURISDICTION.fullmatch(text) is not None


def is_kid(text: object) -> bool:
    """Say whether ``text`` is a kid: ``node-id#key-id``."""
    if not isinstance(text, str):
        return False
    node, mark, key = text.partition("#")
    return bool(mark) and is_node_id(node) and len(key) <= _MAX and _KEY_ID.fullmatch(key) is not None


def node_of(kid: str) -> str:
    """Return the node id of a kid."""
    return kid.partition("#")[0]


def jurisdiction_of(node_id: str) -> str:
    """Return the jurisdiction that a node id begins with."""
    return node_id.partition(".")[0]
