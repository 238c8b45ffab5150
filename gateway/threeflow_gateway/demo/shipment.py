"""What goes on one journey: the cases, the parcels that carry them, and what is planted on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from threeflow_gateway.demo.derive import Deal, Parcel, deal, parcels
from threeflow_gateway.demo.orders import Invoice
from threeflow_gateway.demo.planted import Kind, Planted
from threeflow_gateway.demo.schedule import Schedule

Territory = Callable[[str], str | None]


@dataclass(frozen=True)
class Shipment:
    """One case, or two that share a parcel; `shift` leads from the invoices' time to business time."""

    deals: tuple[Deal, ...]
    parcels: tuple[Parcel, ...]
    kind: Kind | None
    shift: timedelta

    def has(self, *names: str) -> bool:
        """Whether one of these kinds is planted on it."""
        return self.kind is not None and self.kind.name in names

    def placed(self, deal: Deal) -> datetime:
        return deal.invoice.placed_at + self.shift

    def schedule(self, parcel: Parcel) -> Schedule:
        return Schedule(parcel.ready_at + self.shift)


def shipments(
    invoices: Sequence[Invoice], planted: Sequence[Planted], territory: Territory, seed: int, shift: timedelta
) -> list[Shipment]:
    """Every clean invoice in exactly one shipment, in the order of the input."""
    kinds: Mapping[str, Planted] = {each.number: entry for entry in planted for each in entry.invoices}
    made: list[Shipment] = []
    done: set[str] = set()
    for invoice in invoices:
        if invoice.number in done:
            continue
        entry = kinds.get(invoice.number)
        together = entry.invoices if entry else (invoice,)
        done.update(each.number for each in together)
        made.append(_shipment(together, entry.kind if entry else None, territory, seed, shift))
    return made


def _shipment(
    invoices: Sequence[Invoice], kind: Kind | None, territory: Territory, seed: int, shift: timedelta
) -> Shipment:
    deals = tuple(deal(each, territory(each.country_label), seed) for each in invoices)
    packed = parcels(
        invoices,
        seed,
        at_least=kind.parcels if kind else 1,
        packages=kind.packages if kind else 1,
        last_alone=kind is not None and kind.last_alone,
    )
    return Shipment(deals, packed, kind, shift)
