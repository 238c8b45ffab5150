"""The three flows as documents: order, payment, waybill; and the carrier's events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from threeflow.documents import build, subject, timestamp
from threeflow_gateway.demo import names
from threeflow_gateway.demo.derive import CENT, Deal, Item, Parcel, Person
from threeflow_gateway.demo.names import (
    CARRIER,
    CURRENCY,
    ENVIRONMENT,
    EXPORT_CUSTOMS,
    PAYMENTS,
    PLATFORM,
    PURPOSE,
)
from threeflow_gateway.demo.orders import Line
from threeflow_gateway.demo.persons import Part, part, party

Reference = Mapping[str, str]


@dataclass(frozen=True)
class Paper:
    """A document before its seal: payload and parts."""

    payload: dict[str, Any]
    parts: tuple[Part, ...] = ()

    def across(self, agreement: Mapping[str, str], *receivers: str) -> Paper:
        """The same document, told to nodes of the other jurisdiction too, under an agreement."""
        header = dict(self.payload["header"])
        header["receivers"] = [*header["receivers"], *receivers]
        header |= {"agreement": dict(agreement), "purpose": PURPOSE}
        return Paper({**self.payload, "header": header}, self.parts)


def amount(value: Decimal) -> dict[str, str]:
    """An amount of the file's currency."""
    return {"value": decimal(value), "currency": CURRENCY}


def mass(kilograms: Decimal) -> dict[str, str]:
    return {"value": decimal(kilograms), "unit": "KGM"}


def pieces(count: int) -> dict[str, str]:
    return {"value": str(count), "unit": "H87"}


def decimal(value: Decimal) -> str:
    """A decimal as the standard writes it: no exponent."""
    return f"{value:f}"


def english(text: str) -> dict[str, str]:
    return {"lang": "en", "text": text}


def firm(name: str, node: str, country: str) -> dict[str, Any]:
    """A firm of the demo, known by its node id."""
    return {"name": name, "ids": [{"scheme": "node", "value": node}], "country": country}


SELLER = firm("Demo Gifts Ltd", "xa.seller", "GB")
PLATFORM_FIRM = firm("Demo Platform", PLATFORM, "GB")
CARRIER_FIRM = firm("Demo Carrier", CARRIER, "GB")
PAYMENTS_FIRM = firm("Demo Payments", PAYMENTS, "GB")


def order(deal: Deal, at: datetime) -> Paper:
    """The platform's order, with the buyer's and the consignee's data in parts."""
    people = (part("buyer", deal.buyer), part("consignee", deal.buyer))
    totals = {"goodsValue": amount(deal.funds.goods), "freight": amount(deal.funds.freight)}
    if deal.funds.discount:
        totals["discount"] = amount(deal.funds.discount)
    totals["amountPaid"] = amount(deal.funds.due)
    payload = build(
        "order",
        "sale",
        issuer=PLATFORM,
        environment=ENVIRONMENT,
        issued_at=at,
        receivers=[EXPORT_CUSTOMS],
        subjects=[subject(names.ucr_key(deal.ucr), names.order_key(deal.order_number))],
        header={"parts": [each.binding for each in people]},
        orderNumber=deal.order_number,
        orderType="b2c",
        orderedAt=timestamp(at),
        parties={
            "platform": PLATFORM_FIRM,
            "seller": SELLER,
            "buyer": party("buyer", deal.buyer),
            "consignee": party("consignee", deal.buyer),
        },
        currency=CURRENCY,
        items=[_order_item(number, line) for number, line in enumerate(deal.invoice.goods, start=1)],
        charges=[_charge(line) for line in deal.invoice.charges] or None,
        totals=totals,
    )
    return Paper(payload, people)


def payment(
    deals: Sequence[Deal], payer: Person, paid: Sequence[Decimal], placed: Sequence[Reference], at: datetime
) -> Paper:
    """The payment institution's word on what was paid, by whom, and how much of it for which order.

    It names the orders as the platform told it, by their digests: by that it joins their cases.
    """
    people = (part("payer", payer),)
    orders = [names.order_key(each.order_number) for each in deals]
    payload = build(
        "payment",
        "paid",
        issuer=PAYMENTS,
        environment=ENVIRONMENT,
        issued_at=at,
        receivers=[EXPORT_CUSTOMS],
        subjects=[subject(order) for order in orders],
        references=placed,
        header={"parts": [each.binding for each in people]},
        paymentNumber=deals[0].funds.number,
        paidAt=timestamp(at),
        parties={"payer": party("payer", payer), "payee": SELLER, "paymentProvider": PAYMENTS_FIRM},
        amount=amount(sum(paid, Decimal(0))),
        orders=[{"order": order, "amount": amount(share)} for order, share in zip(orders, paid, strict=True)],
    )
    return Paper(payload, people)


def waybill(parcel: Parcel, orders: Sequence[str], consignee: Person, at: datetime) -> Paper:
    """The carrier's house waybill; `orders` are the order numbers that the carrier wrote on it."""
    people = (part("consignee", consignee),)
    payload = build(
        "waybill",
        "house",
        issuer=CARRIER,
        environment=ENVIRONMENT,
        issued_at=at,
        receivers=[EXPORT_CUSTOMS],
        subjects=[subject(names.waybill_key(parcel.waybill))],
        header={"parts": [each.binding for each in people]},
        waybillNumber=parcel.waybill,
        issuedOn=timestamp(at),
        parties={"consignor": SELLER, "consignee": party("consignee", consignee), "carrier": CARRIER_FIRM},
        orders=[names.order_key(number) for number in orders],
        carriage=carriage(consignee, parcel),
        packages=[package(each.id, each.kind, each.gross) for each in parcel.packages],
        packageCount=len(parcel.packages),
        grossWeight=mass(parcel.gross),
        netWeight=mass(parcel.net),
        declaredValue=amount(parcel.value),
    )
    return Paper(payload, people)


def carriage(consignee: Person, parcel: Parcel) -> dict[str, Any]:
    """How the parcel goes: by air, on the carrier's flight."""
    found: dict[str, Any] = {
        "mode": {"list": "unece-rec19", "code": "4"},
        "voyage": parcel.movement,
        "dispatchCountry": "GB",
    }
    if consignee.country:
        found["destinationCountry"] = consignee.country
    return found


def package(name: str, kind: str, gross: Decimal) -> dict[str, Any]:
    return {"id": name, "type": kind, "grossWeight": mass(gross)}


def event(parcel: Parcel, kind: str, at: datetime, packages: Sequence[str] = (), **content: Any) -> Paper:
    """Something that happened to the parcel at that moment; to all of it where no packages are named."""
    payload = build(
        "logistics-event",
        kind,
        issuer=CARRIER,
        environment=ENVIRONMENT,
        issued_at=at,
        receivers=[EXPORT_CUSTOMS],
        subjects=[subject(names.waybill_key(parcel.waybill))],
        eventTime=timestamp(at),
        classifier="actual",
        packages=list(packages) or None,
        **content,
    )
    return Paper(payload)


def declared_item(item: Item) -> dict[str, Any]:
    """One line of the list declaration, with the order line that it comes from."""
    return {
        "sequence": item.sequence,
        "orderLines": [
            {
                "order": names.order_key(item.order),
                "line": item.order_line,
                "quantity": str(item.line.quantity),
            }
        ],
        "names": [english(item.line.description or item.line.stock_code)],
        "sku": item.line.stock_code,
        "hsCode": {"list": "hs-2022", "code": item.hs},
        "originCountry": item.origin,
        "quantity": pieces(item.line.quantity),
        "netWeight": mass(item.net),
        "unitPrice": amount(item.line.unit_price),
        "lineTotal": amount(item.total),
    }


def _order_item(number: int, line: Line) -> dict[str, Any]:
    return {
        "sequence": number,
        "names": [english(line.description or line.stock_code)],
        "sku": line.stock_code,
        "quantity": pieces(line.quantity),
        "unitPrice": amount(line.unit_price),
        "lineTotal": amount(line.total.quantize(CENT)),
    }


def _charge(line: Line) -> dict[str, Any]:
    kinds = {"POST": "postage", "C2": "postage", "D": "adjustment", "M": "adjustment"}
    return {
        "type": kinds.get(line.stock_code, "other"),
        "text": english(line.description or line.stock_code),
        "reference": line.stock_code,
        "amount": amount(line.total.quantize(CENT)),
    }
