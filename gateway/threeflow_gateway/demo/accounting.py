"""From invoices, shipments and arrivals to one account an invoice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from threeflow_gateway.demo.account import (
    UNACCOUNTED,
    Account,
    Consignment,
    Reason,
    Seen,
    kinds_of,
    outcome_of,
    worst,
)
from threeflow_gateway.demo.derive import ITEMS_PER_DECLARATION
from threeflow_gateway.demo.journey import Arrival
from threeflow_gateway.demo.orders import Invoice
from threeflow_gateway.demo.shipment import Shipment


def shipped(shipment: Shipment, arrivals: Sequence[Arrival]) -> list[Account]:
    """The accounts of the invoices of one shipment.

    Raises:
        UnaccountedError: a consignment ended in no outcome.
    """
    beneath = tuple(_consignment(each) for each in arrivals)
    outcome = worst(each.outcome for each in beneath)
    lines = sum(len(deal.invoice.goods) for deal in shipment.deals)
    kinds = kinds_of([each.seen for each in arrivals], _orders(arrivals), lines, ITEMS_PER_DECLARATION)
    reasons = _unique(reason for each in arrivals for reason in _reasons(each.seen))
    return [Account(deal.order_number, outcome, reasons, kinds, beneath) for deal in shipment.deals]


def unaccounted(shipment: Shipment, error: Exception) -> list[Account]:
    """Invoices whose shipment ended in no outcome, with what stood in the way."""
    reason = Reason("DEMO-00", str(error), str(error))
    return [Account(deal.order_number, UNACCOUNTED, (reason,)) for deal in shipment.deals]


def _consignment(arrival: Arrival) -> Consignment:
    seen = arrival.seen
    dossier = f"dossiers/{seen.declaration}.json" if seen.dossier else None
    return Consignment(seen.declaration, outcome_of(seen), dossier)


def decided(invoice: Invoice) -> Account:
    """An invoice whose rows became no order."""
    decision = invoice.decision
    if decision is None:
        raise ValueError(f"{invoice.number} was not decided on reading")
    reason = Reason(decision.rule, decision.message_en, decision.message_zh, decision.field)
    return Account(invoice.number, "not-taken-in", (reason,))


def credited(invoice: Invoice, original: str | None) -> Account:
    """A credit note: explained by an earlier invoice, or not."""
    if invoice.decision is not None:
        return decided(invoice)
    if original is None:
        reason = Reason(
            "CRN-02",
            "unexplained: no earlier invoice of this customer holds its lines",
            "无法说明：该客户此前的发票均不含其货物行",
            "InvoiceNo",
        )
        return Account(invoice.number, "credit-note", (reason,), detail={"credit": "unexplained"})
    reason = Reason("CRN-01", f"explained by invoice {original}", f"由发票{original}说明", "InvoiceNo")
    return Account(
        invoice.number, "credit-note", (reason,), detail={"credit": "explained", "original": original}
    )


def found_kinds(accounts: Iterable[Account]) -> dict[str, list[str]]:
    """Which invoices show which kind."""
    found: dict[str, list[str]] = {}
    for account in accounts:
        for kind in account.kinds:
            found.setdefault(kind, []).append(account.invoice)
    return {kind: sorted(found[kind]) for kind in sorted(found)}


def planted_kinds(shipments: Iterable[Shipment]) -> dict[str, list[str]]:
    """Which invoices each kind was planted on."""
    found: dict[str, list[str]] = {}
    for shipment in shipments:
        if shipment.kind is not None:
            found.setdefault(shipment.kind.name, []).extend(deal.order_number for deal in shipment.deals)
    return {kind: sorted(found[kind]) for kind in sorted(found)}


def _orders(arrivals: Sequence[Arrival]) -> int:
    """How many orders the hub's match found under one waybill at most."""
    by_waybill: dict[str, set[str]] = {}
    for arrival in arrivals:
        result: Mapping[str, object] = arrival.trace.match.payload if arrival.trace.match else {}
        allocations = result.get("allocations", [])
        for each in allocations if isinstance(allocations, list) else []:
            if "waybill" in each:
                by_waybill.setdefault(each["waybill"]["value"], set()).add(each["order"]["value"])
    return max((len(each) for each in by_waybill.values()), default=1)


def _reasons(seen: Seen) -> Sequence[Reason]:
    """The strongest grounds: a refusal, else differences, else what customs said."""
    return seen.refusal or seen.differences or seen.reasons


def _unique(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(reasons))
