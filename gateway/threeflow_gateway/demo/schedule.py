"""When things happen to one parcel, in business time: the invoice's own, shifted by a constant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from threeflow_gateway.demo.orders import Invoice

# The longest journey of the demo ends three weeks after its order; no business time may lie in the future.
JOURNEY_DAYS = 30


@dataclass(frozen=True)
class Schedule:
    """Instants of one parcel's journey, counted from the moment it is handed to the carrier."""

    ready: datetime

    def after(self, hours: float) -> datetime:
        return self.ready + timedelta(hours=hours)

    @property
    def declared(self) -> datetime:
        return self.after(1)

    @property
    def matched(self) -> datetime:
        return self.after(1.5)

    @property
    def registered(self) -> datetime:
        return self.after(2)

    @property
    def assessed(self) -> datetime:
        return self.after(2.5)

    @property
    def ordered(self) -> datetime:
        return self.after(3)

    @property
    def inspected(self) -> datetime:
        return self.after(6)

    @property
    def detained(self) -> datetime:
        return self.after(7)

    @property
    def released(self) -> datetime:
        return self.after(8)

    @property
    def received_early(self) -> datetime:
        return self.after(9)

    @property
    def answered_early(self) -> datetime:
        return self.after(10)

    @property
    def departed(self) -> datetime:
        return self.after(14)

    @property
    def departed_later(self) -> datetime:
        return self.after(30)

    @property
    def released_late(self) -> datetime:
        return self.after(31)

    @property
    def exit_confirmed(self) -> datetime:
        return self.after(32)

    @property
    def seal_broken(self) -> datetime:
        return self.after(33)

    @property
    def advance_received(self) -> datetime:
        return self.after(34)

    @property
    def answered(self) -> datetime:
        return self.after(35)

    @property
    def question_answered(self) -> datetime:
        return self.after(59)

    @property
    def accepted_after_answer(self) -> datetime:
        return self.after(60)

    @property
    def arrived(self) -> datetime:
        return self.after(72)

    @property
    def import_declared(self) -> datetime:
        return self.after(74)

    @property
    def import_registered(self) -> datetime:
        return self.after(75)

    @property
    def import_released(self) -> datetime:
        return self.after(78)


def shift_days(invoices: Iterable[Invoice], now: datetime) -> int:
    """Whole days from the invoices' own time to business time, so that every journey ends before `now`."""
    latest = max((invoice.placed_at for invoice in invoices), default=datetime(1970, 1, 1, tzinfo=UTC))
    return (now - latest).days - JOURNEY_DAYS
