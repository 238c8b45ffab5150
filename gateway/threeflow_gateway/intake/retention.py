"""Until when the personal data of a document is kept, and on which ground (TF-PART-12)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from threeflow.process import Table
from threeflow_gateway import clock
from threeflow_gateway.intake.examine import Unit

__all__ = ["Retention"]


class Retention:
    """Reads retention from a part's own binding, else from the exchange table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def rows(self, unit: Unit, document: int) -> Iterator[dict[str, Any]]:
        """Give a row of the store for each part that came with a document."""
        if not unit.parts:
            return
        for each in unit.header.get("parts", ()):
            if each["name"] in unit.parts:
                due, ground = self._until(unit, each.get("retainUntil"))
                yield {
                    "document": document, "name": each["name"], "digest": each["digest"], "due_at": due,
                    "ground": ground, "erased_at": None,
                }  # fmt: skip

    def _until(self, unit: Unit, said: str | None) -> tuple[str, str]:
        if said is not None:
            return clock.text(datetime.fromisoformat(said)), "the issuer's retention is over"
        kept = self._table.retention_of(unit.type)
        return clock.text(unit.received_at + timedelta(days=kept.days)), kept.ground.en
