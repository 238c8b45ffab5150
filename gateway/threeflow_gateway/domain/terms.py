"""What the terms of an agreement say to one document that crosses under it (TF-INTAKE-15).

Terms are read by the names under which the table's row lists them as facts. Validity is needed on both ends
only where it is stated; a purpose always; an office only where the terms name offices.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

__all__ = ["objection_of"]


def objection_of(
    terms: Mapping[str, Any], purpose: str | None, office: tuple[str, str] | None, at: datetime
) -> str:
    """Return why one side's terms do not cover a document that comes at a moment; empty where they do."""
    begins, ends = terms.get("validFrom"), terms.get("validUntil")
    if begins and at < datetime.fromisoformat(begins):
        return f"the agreement is valid from {begins}"
    if ends and at > datetime.fromisoformat(ends):
        return f"the agreement was valid until {ends}"
    if purpose not in (terms.get("purposes") or ()):
        return f"the agreement names no purpose {purpose}" if purpose else "the document names no purpose"
    offices = terms.get("offices") or ()
    if office is not None and offices and not any((o["list"], o["code"]) == office for o in offices):
        return f"the agreement does not name the office {office[1]}"
    return ""
