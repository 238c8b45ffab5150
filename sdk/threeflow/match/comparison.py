"""One comparison: two values of a case, and where they stand."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from threeflow.match.documents import Document


@dataclass(frozen=True)
class Comparison:
    """Two values and where they stand; `kind` chooses the rules, `more` are further members for them."""

    kind: str
    pair: str
    field: str
    left: Any
    right: Any
    documents: tuple[Document, Document]
    pointers: tuple[str, str]
    more: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def as_document(self) -> dict[str, Any]:
        """The value that the rules for comparisons judge."""
        header = {"type": "comparison", "kind": self.kind}
        return {"header": header, "left": self.left, "right": self.right, **self.more}
