"""What was sent for one parcel so far: each document leads to those before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from threeflow_gateway.demo.derive import Parcel
from threeflow_gateway.demo.desk import WHOLE
from threeflow_gateway.demo.parties import Sent
from threeflow_gateway.demo.schedule import Schedule


@dataclass
class Trace:
    """One parcel's documents; `detained` are the packages that customs holds back."""

    parcel: Parcel
    schedule: Schedule
    payment: Sent
    payer: str
    waybill: Sent
    declaration: Sent
    status: Sent | None = None
    inspection: Sent | None = None
    release: Sent | None = None
    match: Sent | None = None
    answer: Sent | None = None
    detention: Sent | None = None
    departures: list[Sent] = field(default_factory=list)
    detained: tuple[str, ...] = ()
    dossier: str | None = None

    @property
    def refused(self) -> bool:
        """Whether the declaration was not taken in."""
        return self.declaration.outcome.refusal is not None

    @property
    def moving(self) -> tuple[str, ...]:
        """The packages that go on."""
        return tuple(each.id for each in self.parcel.packages if each.id not in self.detained)

    @property
    def scope(self) -> Mapping[str, Any]:
        """What decisions after a detention are about."""
        return WHOLE if not self.detained else {"packages": list(self.moving)}
