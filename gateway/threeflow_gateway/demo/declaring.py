"""Requests to customs, and answers: the export list, the import declaration, a cancellation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from threeflow.documents import build, subject, timestamp
from threeflow_gateway.demo import flows, names
from threeflow_gateway.demo.derive import Deal, Parcel
from threeflow_gateway.demo.flows import Paper, amount, mass
from threeflow_gateway.demo.names import (
    DECLARANT,
    ENVIRONMENT,
    EXPORT_CUSTOMS,
    IMPORT_CUSTOMS,
    IMPORT_DECLARANT,
)
from threeflow_gateway.demo.persons import Part, part, party

PROCEDURE = {"list": "cn-supervision-mode", "code": "9610"}
DECLARANT_FIRM = flows.firm("Demo Export Broker", DECLARANT, "GB")
IMPORT_DECLARANT_FIRM = flows.firm("Demo Import Broker", IMPORT_DECLARANT, "IE")
SPECIAL_SCHEME = {"scheme": "xb-special-scheme", "value": "XB3720000224"}
NET_ABOVE_GROSS = Decimal("1.5")
Reference = Mapping[str, str]


def export_list(
    parcel: Parcel,
    deals: Sequence[Deal],
    references: Sequence[Reference],
    at: datetime,
    *,
    overstate_net: bool,
) -> Paper:
    """The list declaration of one parcel; `overstate_net` plants a net weight above the gross weight."""
    consignee = deals[0].buyer
    people = (part("consignee", consignee), part("buyer", consignee))
    net = parcel.gross * NET_ABOVE_GROSS if overstate_net else parcel.net
    payload = build(
        "declaration",
        "list",
        issuer=DECLARANT,
        environment=ENVIRONMENT,
        issued_at=at,
        receivers=[EXPORT_CUSTOMS],
        subjects=[subject(names.declaration_key(parcel.declaration), names.waybill_key(parcel.waybill))],
        references=references,
        header={"version": 1, "profile": names.PROFILE, "parts": [each.binding for each in people]},
        declarationNumber=parcel.declaration,
        direction="export",
        procedure=PROCEDURE,
        declarationOffice=names.EXPORT_OFFICE,
        exitEntryOffice=names.EXIT_OFFICE,
        ucr=deals[0].ucr,
        orders=[names.order_key(each.order_number) for each in deals],
        payments=[names.payment_key(deals[0].funds.number)],
        waybills=[names.waybill_key(parcel.waybill)],
        parties={
            "declarant": DECLARANT_FIRM,
            "importDeclarant": IMPORT_DECLARANT_FIRM,
            "liablePerson": IMPORT_DECLARANT_FIRM,
            "platform": flows.PLATFORM_FIRM,
            "seller": flows.SELLER,
            "exporter": flows.SELLER,
            "consignor": flows.SELLER,
            "consignee": party("consignee", consignee),
            "buyer": party("buyer", consignee),
            "carrier": flows.CARRIER_FIRM,
        },
        taxScheme=SPECIAL_SCHEME,
        carriage=flows.carriage(consignee, parcel),
        items=[flows.declared_item(item) for item in parcel.items],
        packages=[_declared_package(parcel, each.id, each.kind, each.gross) for each in parcel.packages],
        totals={
            "packageCount": len(parcel.packages),
            "grossWeight": mass(parcel.gross),
            "netWeight": mass(net.quantize(parcel.net)),
            "goodsValue": amount(parcel.value),
            "freight": amount(_freight(parcel, deals)),
        },
        dutyStatus="prepaid",
    )
    return Paper(payload, people)


def import_declaration(
    content: Mapping[str, Any],
    parcel: Parcel,
    parts: Sequence[Part],
    references: Sequence[Reference],
    at: datetime,
) -> Paper:
    """The import declaration: what `threeflow.fill` made of the dossier, under its own number."""
    number = f"IMP-{parcel.declaration}"
    payload = build(
        "declaration",
        "import",
        issuer=IMPORT_DECLARANT,
        environment=ENVIRONMENT,
        issued_at=at,
        receivers=[IMPORT_CUSTOMS],
        subjects=[subject(names.declaration_key(number, IMPORT_CUSTOMS), names.waybill_key(parcel.waybill))],
        references=references,
        header={"version": 1, "profile": names.PROFILE, "parts": [each.binding for each in parts]},
        declarationNumber=number,
        **content,
    )
    return Paper(payload, tuple(parts))


def cancellation(parcel: Parcel, declaration: Reference, at: datetime) -> Paper:
    """The declarant's request to withdraw its declaration before release."""
    payload = build(
        "cancellation",
        "whole",
        issuer=DECLARANT,
        environment=ENVIRONMENT,
        issued_at=at,
        receivers=[EXPORT_CUSTOMS],
        subjects=[subject(names.declaration_key(parcel.declaration))],
        references=[declaration],
        declarationNumber=parcel.declaration,
        declarationVersion=1,
        scope={"all": True},
        parties={"declarant": DECLARANT_FIRM},
        reasons=[{"text": [flows.english("the buyer withdrew"), {"lang": "zh", "text": "订购人已取消"}]}],
    )
    return Paper(payload)


def answer(request: Reference, at: datetime) -> Paper:
    """The import declarant's answer to a question of import customs."""
    payload = build(
        "information-response",
        "answer",
        issuer=IMPORT_DECLARANT,
        environment=ENVIRONMENT,
        issued_at=at,
        receivers=[IMPORT_CUSTOMS],
        references=[request],
        answeredAt=timestamp(at),
        answers=[
            {"text": [flows.english("purchase history attached"), {"lang": "zh", "text": "附购买记录"}]}
        ],
    )
    return Paper(payload)


def _declared_package(parcel: Parcel, name: str, kind: str, gross: Decimal) -> dict[str, Any]:
    contents = [
        {"sequence": item.sequence, "quantity": str(item.line.quantity)}
        for item in parcel.items
        if item.package == name
    ]
    return {**flows.package(name, kind, gross), "contents": contents}


def _freight(parcel: Parcel, deals: Sequence[Deal]) -> Decimal:
    goods = sum((each.funds.goods for each in deals), Decimal(0))
    freight = sum((each.funds.freight for each in deals), Decimal(0))
    return (freight * parcel.value / goods).quantize(Decimal("0.01")) if goods else freight
