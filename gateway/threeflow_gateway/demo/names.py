"""Who and what the demo's documents name: nodes, offices, agreements, and the keys that join documents."""

from __future__ import annotations

from threeflow.documents import key

ENVIRONMENT = "demo"
PROFILE = "xa-xb-demo"
PURPOSE = "release-on-documents"
MATCH_PURPOSE = "clearance"
CURRENCY = "GBP"

HUB = "xa.hub"
EXPORT_CUSTOMS = "xa.customs"
PLATFORM = "xa.platform"
PAYMENTS = "xa.pay"
CARRIER = "xa.carrier"
DECLARANT = "xa.declarant"
IMPORT_CUSTOMS = "xb.customs"
IMPORT_DECLARANT = "xb.declarant"

EXPORT_OFFICE = {"list": "xa-office", "code": "XA100"}
EXIT_OFFICE = {"list": "xa-office", "code": "XA900"}
IMPORT_OFFICE = {"list": "xb-office", "code": "XB100"}

Key = dict[str, str]


def ucr_key(ucr: str) -> Key:
    """The key of a case, minted by the platform."""
    return key("ucr", PLATFORM, ucr)


def order_key(number: str) -> Key:
    """An order number of the platform."""
    return key("order", PLATFORM, number)


def payment_key(number: str) -> Key:
    """A payment number of the payment institution."""
    return key("payment", PAYMENTS, number)


def waybill_key(number: str) -> Key:
    """A waybill number of the carrier."""
    return key("waybill", CARRIER, number)


def declaration_key(number: str, customs: str = EXPORT_CUSTOMS) -> Key:
    """A declaration number at one customs node."""
    return key("declaration", customs, number)


def movement_key(number: str) -> Key:
    """A flight or lorry of the carrier."""
    return key("movement", CARRIER, number)
