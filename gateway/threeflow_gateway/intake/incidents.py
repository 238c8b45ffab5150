"""Incidents: what shows that a log or a jurisdiction says two things, with both sealed texts as evidence."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from threeflow import envelope
from threeflow.errors import Refused
from threeflow.trust import TrustStore
from threeflow_gateway import clock

__all__ = ["LISTS", "LOG", "Incident", "InconsistentError", "contradiction", "told"]

_LOG = logging.getLogger(__name__)
LOG = "log-inconsistent"
LISTS = "trust-list-equivocation"


class InconsistentError(Refused):
    """A checkpoint that does not continue the one held; ``held`` is the envelope of the latter."""

    def __init__(self, detail: str, held: bytes) -> None:
        super().__init__(LOG, "TF-INTAKE-34", detail)
        self.held = held


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident: about a node's log or a jurisdiction's list, shown by ``source``."""

    code: str
    requirement: str
    about: str
    source: str
    held: bytes
    shown: bytes
    detail: str

    def row(self, now: datetime) -> dict[str, Any]:
        """Return the row that is kept."""
        return {
            "at": clock.text(now), "code": self.code, "requirement": self.requirement, "about": self.about,
            "source": self.source, "digest": envelope.read(self.shown).digest, "held": self.held,
            "shown": self.shown, "detail": self.detail, "closed_at": None,
        }  # fmt: skip


def contradiction(store: TrustStore, raw: bytes, source: str) -> Incident | None:
    """Return the incident that a sealed list is; None where it contradicts nothing that is held."""
    held = store.contradicted(raw)
    if held is None:
        return None
    detail = f"two lists of {held.jurisdiction} bear sequence {held.sequence}"
    return Incident(LISTS, "TF-TRUST-18", held.jurisdiction, source, held.raw, raw, detail)


def told(incident: Incident) -> None:
    """Tell the log of the program; what is kept is shown by ``threeflow incidents``."""
    _LOG.error(
        "incident %s (%s) about %s, shown by %s: see threeflow incidents list",
        incident.code, incident.requirement, incident.about, incident.source,
    )  # fmt: skip
