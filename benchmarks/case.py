"""One complete case as the rules' benchmark judges it: order, payment, waybill and export declaration.

Everything is synthetic; the facts are what a node would supply for a first declaration by registered firms.
"""

import json
from typing import Any

LINES = 10
FACTS: dict[str, Any] = {
    "registered": {"1": "platform", "2": "seller", "3": "payment", "4": "carrier", "5": "declarant"},
    "sameNumber": [],
    "sameConsignment": [],
    "declaredBy": [],
    "zoneRegistration": {"registered": True, "recorded": True, "cancelled": []},
    "usdRates": {"GBP": "1.25", "CNY": "0.14"},
    "referencePrices": {},
    "prohibited": ["93"],
    "licences": {},
    "negativeEntries": [],
    "sanctioned": [],
    "brandRights": {},
    "buyerOrdersToday": 1,
    "yearToDate": "0",
    "positiveList": {"9405500000": "2022"},
}
_PERSON = {"part": "buyer", "naturalPerson": True, "country": "FR"}


def documents(lines: int, *, importing: bool = False) -> list[dict[str, Any]]:
    """The four documents of a case of so many lines: sold abroad in pounds, or bought there in yuan."""
    found = _exported(lines)
    return _imported(found) if importing else found


def _imported(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same goods as China's retail import declares them."""
    found: list[dict[str, Any]] = json.loads(json.dumps(documents).replace('"GBP"', '"CNY"'))
    declaration = found[-1]
    declaration["direction"] = "import"
    declaration["carriage"] |= {
        "dispatchCountry": "FR",
        "destinationCountry": "CN",
        "means": "XA100",
        "masterNumber": "M-1",
    }
    declaration["customsValue"] = declaration["totals"]["goodsValue"]
    return found


def _exported(lines: int) -> list[dict[str, Any]]:
    items = [_item(number) for number in range(1, lines + 1)]
    goods = _pounds(sum(_total(number) for number in range(1, lines + 1)))
    paid = _pounds(sum(_total(number) for number in range(1, lines + 1)) + 500)
    return [_order(items, goods, paid), _payment(paid), _waybill(), _declaration(items, goods)]


def _order(items: list[dict[str, Any]], goods: dict[str, str], paid: dict[str, str]) -> dict[str, Any]:
    ordered = [{key: each[key] for key in each if key not in {"orderLines", "tariffCode"}} for each in items]
    return {
        "header": _header("order", "sale", "order", "B-1"),
        "orderNumber": "B-1",
        "orderType": "b2c",
        "orderedAt": "2026-02-27T10:00:00Z",
        "parties": {"platform": _firm("1"), "seller": _firm("2"), "buyer": _PERSON, "consignee": _PERSON},
        "currency": "GBP",
        "items": ordered,
        "totals": {"goodsValue": goods, "freight": _pounds(500), "amountPaid": paid},
    }


def _payment(paid: dict[str, str]) -> dict[str, Any]:
    return {
        "header": _header("payment", "paid", "order", "B-1"),
        "paymentNumber": "P-1",
        "paidAt": "2026-02-27T10:01:00Z",
        "parties": {"payer": _PERSON, "paymentProvider": _firm("3")},
        "amount": paid,
        "orders": [{"order": _key("order", "B-1"), "amount": paid}],
    }


def _waybill() -> dict[str, Any]:
    return {
        "header": _header("waybill", "house", "waybill", "W-1"),
        "waybillNumber": "W-1",
        "issuedOn": "2026-02-28T10:00:00Z",
        "parties": {"carrier": _firm("4"), "consignor": _firm("2"), "consignee": _PERSON},
        "orders": [_key("order", "B-1")],
        "packages": [{"id": "P1", "type": "CT", "grossWeight": _kilos("3.9")}],
        "packageCount": 1,
        "grossWeight": _kilos("3.9"),
        "netWeight": _kilos("3.0"),
    }


def _declaration(items: list[dict[str, Any]], goods: dict[str, str]) -> dict[str, Any]:
    contents = [{"sequence": each["sequence"], "quantity": "6"} for each in items]
    parties = {"platform": _firm("1"), "exporter": _firm("2"), "seller": _firm("2"), "carrier": _firm("4")}
    return {
        "header": _header("declaration", "list", "declaration", "D-1"),
        "declarationNumber": "D-1",
        "direction": "export",
        "procedure": {"list": "cn-supervision-mode", "code": "9610"},
        "declarationOffice": {"list": "xa-office", "code": "XA100"},
        "exitEntryOffice": {"list": "xa-office", "code": "XA200"},
        "orders": [_key("order", "B-1")],
        "waybills": [_key("waybill", "W-1")],
        "parties": {**parties, "declarant": _firm("5"), "consignee": _PERSON},
        "carriage": {
            "mode": {"list": "cn-transport-mode", "code": "5"},
            "dispatchCountry": "CN",
            "destinationCountry": "FR",
            "voyage": "XA1",
        },
        "items": [{**each, "statutoryQuantity": _kilos("0.30")} for each in items],
        "packages": [{"id": "P1", "type": "CT", "contents": contents}],
        "totals": {
            "packageCount": 1, "grossWeight": _kilos("3.9"), "netWeight": _kilos("3.0"), "goodsValue": goods,
        },
    }  # fmt: skip


def _item(number: int) -> dict[str, Any]:
    return {
        "sequence": number,
        "orderLines": [{"order": _key("order", "B-1"), "line": number, "quantity": "6"}],
        "names": [
            {"lang": "en", "text": f"White hanging heart tealight holder, pattern {number}"},
            {"lang": "zh", "text": f"白色心形悬挂烛台，款式{number}"},
        ],
        "sku": f"85123-{number}",
        "hsCode": {"list": "hs-2022", "code": "940550"},
        "tariffCode": {"list": "cn-tariff", "code": "9405500000"},
        "originCountry": "CN",
        "quantity": {"value": "6", "unit": "H87"},
        "netWeight": _kilos("0.30"),
        "grossWeight": _kilos("0.39"),
        "unitPrice": _pounds(250 + number),
        "lineTotal": _pounds(_total(number)),
    }


def _total(number: int) -> int:
    return 6 * (250 + number)


def _pounds(pence: int) -> dict[str, str]:
    return {"value": f"{pence // 100}.{pence % 100:02d}", "currency": "GBP"}


def _kilos(value: str) -> dict[str, str]:
    return {"value": value, "unit": "KGM"}


def _key(scheme: str, value: str) -> dict[str, str]:
    return {"scheme": scheme, "issuer": "xa.platform", "value": value}


def _firm(number: str) -> dict[str, Any]:
    return {"name": f"Firm {number}", "ids": [{"scheme": "cn-customs", "value": number}], "country": "CN"}


def _header(type_: str, kind: str, scheme: str, value: str) -> dict[str, Any]:
    bound = {"name": "buyer", "digest": "sha-256:" + "0" * 64, "mediaType": "application/json"}
    return {
        "specVersion": "1.0",
        "type": type_,
        "kind": kind,
        "id": "e59b0e2f-e6ca-4a00-bcd7-3e4bca3fa3d6",
        "issuer": "xa.platform",
        "environment": "benchmark",
        "issuedAt": "2026-03-01T08:00:00Z",
        "receivers": ["xa.customs"],
        "subjects": [{"keys": [_key(scheme, value)]}],
        "parts": [{**bound, "purposes": ["clearance"], "retainUntil": "2029-03-01T00:00:00Z"}],
    }
