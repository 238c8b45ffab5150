"""Who pays, carries and declares which part of an order."""

from collections.abc import Iterator

from threeflow.match.comparisons import linked_waybills, waybill_keys
from threeflow.match.documents import Case, Document
from threeflow.match.result import Allocation, Named


def allocations(case: Case) -> Iterator[Allocation]:
    """Each order's shares of payments, its lines on declared items, and its waybills, in that order."""
    for order in case.orders:
        name, key = case.order_name(order), order.key("order")
        for payment in case.payments:
            for share in case.shares(payment):
                if share.order == name:
                    own = payment.key("payment")
                    given = own if own["scheme"] == "payment" else _numbered(payment)
                    yield Allocation(key, payment=given, amount=share.amount)
        yield from _declared(case, order)


def named(document: Document) -> Named:
    """How results name a document."""
    return Named(document.type, document.issuer, document.id)


def _declared(case: Case, order: Document) -> Iterator[Allocation]:
    name, key = case.order_name(order), order.key("order")
    units = {item["sequence"]: item["quantity"]["unit"] for item in order.payload["items"]}
    told = set[str]()
    for declaration in case.declarations:
        under = [
            each for each in case.waybills if waybill_keys(each) & case.named_by(declaration, "waybills")
        ]
        waybill = under[0].key("waybill") if len(under) == 1 else None
        for item in declaration.payload["items"]:
            for line in case.lines(item):
                if line.order == name and line.line in units:
                    told.update(each.id for each in under)
                    yield Allocation(
                        key,
                        line.line,
                        waybill=waybill,
                        declaration=named(declaration),
                        item=item["sequence"],
                        quantity={"value": line.quantity, "unit": units[line.line]},
                    )
    for each in linked_waybills(case, order):
        if each.id not in told:
            yield Allocation(key, waybill=each.key("waybill"))


def _numbered(payment: Document) -> dict[str, str]:
    return {"scheme": "payment", "issuer": payment.issuer, "value": payment.payload["paymentNumber"]}
