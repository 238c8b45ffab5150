"""What is still to come: documents that the profile requires, declared waybills, lines in part."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from threeflow.match.comparisons import linked_waybills, waybill_keys
from threeflow.match.documents import Case, Document, text_of
from threeflow.profiles import Flow
from threeflow.rules.functions import decimal_compare, decimal_sum
from threeflow.rules.pack import Text


@dataclass(frozen=True, slots=True)
class Awaited:
    """A gap: which pair waits, at which place of the document that shows it, and in whose words."""

    pair: str
    rule: str
    document: Document
    pointer: str
    reason: Literal["absent", "incomplete"]
    text: Text


_NO_PAYMENT = Text("No payment of this order is held", "未收到该订单的支付单")
_NO_WAYBILL = Text("No waybill of this order is held", "未收到该订单的运单")
_NO_DECLARATION = Text("No declaration of this order is held", "未收到该订单的申报")
_NO_ORDER = Text("The order {order} is not held", "未收到订单{order}")
_NOT_HELD = Text("The declared waybill {waybill} is not held", "未收到所申报的运单{waybill}")
_IN_PART = Text(
    "Of line {line}, {declared} of {ordered} are declared so far",
    "第{line}项已申报{declared}，共订购{ordered}",
)


def awaited(
    case: Case, flows: Mapping[str, Flow], compared: frozenset[str], unpaid: str
) -> Iterator[Awaited]:
    """Every gap that the required flows leave; `unpaid` is the rule that asks for a payment."""
    for order in case.orders:
        name = case.order_name(order)
        declared = any(name in case.declared(each) for each in case.declarations)
        paid = any(share.order == name for each in case.payments for share in case.shares(each))
        if flows["payments"] == "required" and not paid:
            yield Awaited("order-payment", unpaid, order, "", "absent", _NO_PAYMENT)
        if flows["waybills"] == "required" and not linked_waybills(case, order):
            yield Awaited("order-waybill", "MAT-02", order, "", "absent", _NO_WAYBILL)
        if flows["declarations"] == "required" and not declared:
            yield Awaited("order-declaration", "MAT-06", order, "", "absent", _NO_DECLARATION)
        if flows["declarations"] == "required" and declared and "line-quantity" in compared:
            yield from _in_part(case, order)
    for declaration in case.declarations:
        yield from _declaration_waits(case, declaration, flows, compared)


def _declaration_waits(
    case: Case, declaration: Document, flows: Mapping[str, Flow], compared: frozenset[str]
) -> Iterator[Awaited]:
    if flows["orders"] == "required":
        held = {case.order_name(each) for each in case.orders}
        for name in case.declared(declaration):
            if name not in held:
                text = _NO_ORDER.filled({"order": name})
                yield Awaited("order-declaration", "MAT-06", declaration, "/orders", "absent", text)
    if "declared-waybill" in compared:
        waybills = {key for each in case.waybills for key in waybill_keys(each)}
        for index, key in enumerate(declaration.payload.get("waybills", ())):
            if text_of(key) not in waybills:
                text = _NOT_HELD.filled({"waybill": text_of(key)})
                place = f"/waybills/{index}"
                yield Awaited("declaration-waybill", "MAT-02", declaration, place, "absent", text)


def _in_part(case: Case, order: Document) -> Iterator[Awaited]:
    name = case.order_name(order)
    directions = sorted({str(each.payload.get("direction", "")) for each in case.declarations})
    for at, item in enumerate(order.payload["items"]):
        for direction in directions:
            declared = decimal_sum(_quantities(case, direction, name, item["sequence"]))
            ordered = item["quantity"]["value"]
            if decimal_compare(declared, ordered) < 0:
                values = {"line": item["sequence"], "declared": declared, "ordered": ordered}
                place, text = f"/items/{at}/quantity", _IN_PART.filled(values)
                yield Awaited("order-declaration", "MAT-07", order, place, "incomplete", text)


def _quantities(case: Case, direction: str, order: str, line: Any) -> list[str]:
    return [
        each.quantity
        for declaration in case.declarations
        if declaration.payload.get("direction", "") == direction
        for item in declaration.payload["items"]
        for each in case.lines(item)
        if each.order == order and each.line == line
    ]
