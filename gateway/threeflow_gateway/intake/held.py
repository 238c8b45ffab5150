"""What the node holds, as the store names it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

__all__ = ["AsRow", "Held", "key_text"]


@dataclass(frozen=True, slots=True)
class Held:
    """A document that the node holds."""

    no: int
    issuer: str
    id: str
    digest: str
    type: str
    kind: str
    outcome: str
    effect: str


class AsRow:
    """A parameter set read like a row of the database."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.__dict__.update(values)


def key_text(kind: str, key: Mapping[str, Any]) -> str:
    """Return the text under which a subject's key is stored."""
    return orjson.dumps([kind, key["scheme"], key["issuer"], key["value"]]).decode()
