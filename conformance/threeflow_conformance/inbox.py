"""What arrives at the suite's own nodes, and how they have been told to answer it."""

import base64
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Arrival", "Inbox"]


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request that the node under test made to a node of the suite; of a batch, one line of it."""

    peer: str
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    line: bytes
    document: str
    type: str
    answered: str
    seconds: float

    def written(self) -> dict[str, Any]:
        """As the transcript holds it."""
        return {
            "peer": self.peer, "method": self.method, "target": self.target, "headers": dict(self.headers),
            "body": base64.b64encode(self.body).decode(), "line": base64.b64encode(self.line).decode(),
            "document": self.document, "type": self.type, "answered": self.answered, "seconds": self.seconds,
        }  # fmt: skip

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> "Arrival":
        """Read from a transcript."""
        return cls(
            said["peer"], said["method"], said["target"], said["headers"], base64.b64decode(said["body"]),
            base64.b64decode(said["line"]), said["document"], said["type"], said["answered"], said["seconds"],
        )  # fmt: skip


@dataclass(slots=True)
class Inbox:
    """Arrivals of a run in order; ``scripts`` says by document id how to answer, ``held`` what can be fetched.

    ``plans`` says by case how to answer what fits, where the id is not the suite's to know.
    """

    arrivals: list[Arrival] = field(default_factory=list)
    scripts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    held: dict[str, bytes] = field(default_factory=dict)
    plans: dict[str, tuple[Callable[[bytes], bool], list[str]]] = field(default_factory=dict)

    def script(self, key: str, line: bytes) -> list[str]:
        """How the next deliveries of a line are to be answered, soonest first."""
        planned = next((said for fits, said in self.plans.values() if fits(line)), None)
        return planned if planned is not None else self.scripts.get(key) or []
