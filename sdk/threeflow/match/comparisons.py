"""Which values of a case stand against each other: goods against funds, logistics and declaration, by lines.

Every comparison is a plain value with its two documents and pointers; rules decide whether it holds. What the
documents do not hold on both sides is not compared at all.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from threeflow.match.comparison import Comparison
from threeflow.match.documents import Case, Document, OrderLine, number_key, own_keys
from threeflow.match.rates import BY
from threeflow.match.values import goods_values, settled, time_windows
from threeflow.profiles import Matching
from threeflow.rules.functions import decimal_sum, decimal_text

PAYS = frozenset({"paid", "voucher", "instalment", "third-party"})
OWN_MONEY = frozenset({"paid", "instalment", "third-party"})


def comparisons(case: Case, verified: frozenset[str], settings: Matching) -> Iterator[Comparison]:
    """Every comparison that the documents at hand allow; `verified` names orders whose buyer is verified."""
    yield from _funds(case, verified, settings.third_party)
    yield from _logistics(case)
    yield from time_windows(case)
    yield from goods_values(case, settings.within)
    yield from settled(case)
    for direction in sorted({str(each.payload.get("direction", "")) for each in case.declarations}):
        declared = [each for each in case.declarations if each.payload.get("direction", "") == direction]
        yield from _declared(case, declared)
        yield from _line_quantities(case, declared)
        yield from _weights(case, declared)


def linked_waybills(case: Case, order: Document) -> list[Document]:
    """The waybills under which an order goes: named on them, or by a declaration that names both."""
    name = case.order_name(order)
    declared = {
        key
        for each in case.declarations
        if name in case.declared(each)
        for key in case.named_by(each, "waybills")
    }
    return [each for each in case.waybills if name in case.carried(each) or waybill_keys(each) & declared]


def waybill_keys(waybill: Document) -> set[str]:
    """The keys under which a waybill is named."""
    return own_keys(waybill) | {number_key(waybill, "waybill", "waybillNumber")}


def payment_keys(payment: Document) -> set[str]:
    """The keys under which a payment is named; its subject is the case, so its number makes the key."""
    return own_keys(payment) | {number_key(payment, "payment", "paymentNumber")}


def paid(case: Case, order: Document) -> dict[str, str]:
    """What was paid for an order, by currency: payments, vouchers and instalments less what was reversed."""
    return _sums(case, order, dict.fromkeys(PAYS, 1) | {"reversed": -1})


def refunded(case: Case, order: Document) -> dict[str, str]:
    """What was given back for an order, by currency."""
    return _sums(case, order, {"refunded": 1})


def _funds(case: Case, verified: frozenset[str], third_party: bool) -> Iterator[Comparison]:
    at_hand = sorted(case.order_name(each) for each in case.orders)
    for payment in case.payments:
        shares = case.shares(payment)
        named = sorted({share.order for share in shares})
        against = _declaring(case, payment, "payments", payment_keys(payment))
        for document, orders in against or ([(case.orders[0], at_hand)] if case.orders else []):
            pair = f"{document.type}-payment"
            yield Comparison(
                "payment-orders",
                pair,
                "orders",
                orders,
                named,
                (document, payment),
                (_orders_pointer(document), "/orders"),
            )
    for order in case.orders:
        yield from _order_funds(case, order, case.order_name(order) in verified, third_party)


def _order_funds(case: Case, order: Document, verified: bool, third_party: bool) -> Iterator[Comparison]:
    name = case.order_name(order)
    paying = [each for each in case.payments if any(share.order == name for share in case.shares(each))]
    due = order.payload["totals"]["amountPaid"]
    received, returned = paid(case, order), refunded(case, order)
    for currency in sorted(received):
        last = next(each for each in reversed(paying) if currency in _currencies(case, each, name))
        yield Comparison(
            "amount-paid",
            "order-payment",
            "amountPaid",
            due,
            {"value": received[currency], "currency": currency},
            (order, last),
            ("/totals/amountPaid", _share_pointer(case, last, name)),
            {
                "instalments": any(each.kind == "instalment" for each in paying),
                "rates": sorted({by for each in paying for by in _rates(case, each, name)}),
            },
        )
    for currency in sorted(returned):
        back = next(each for each in reversed(paying) if each.kind == "refunded")
        yield Comparison(
            "refund",
            "order-payment",
            "refund",
            {"value": received.get(currency, "0"), "currency": currency},
            {"value": returned[currency], "currency": currency},
            (order, back),
            ("/totals/amountPaid", _share_pointer(case, back, name)),
            {"rates": sorted({by for each in paying for by in _rates(case, each, name)})},
        )
    buyer = order.payload["parties"].get("buyer")
    own = OWN_MONEY - {"third-party"} if third_party else OWN_MONEY
    for payment in (each for each in paying if each.kind in own):
        payer = payment.payload["parties"].get("payer")
        if buyer is not None and payer is not None:
            yield Comparison(
                "payer",
                "order-payment",
                "buyer",
                buyer,
                payer,
                (order, payment),
                ("/parties/buyer", "/parties/payer"),
                {"identityVerified": verified},
            )


def _logistics(case: Case) -> Iterator[Comparison]:
    at_hand = sorted(case.order_name(each) for each in case.orders)
    for waybill in case.waybills:
        carried = case.carried(waybill)
        against = _declaring(case, waybill, "waybills", waybill_keys(waybill))
        if not against and case.orders and not set(carried) & set(at_hand):
            against = [(case.orders[0], at_hand)]
        for document, orders in against if carried else []:
            yield Comparison(
                "waybill-orders",
                f"{document.type}-waybill",
                "orders",
                orders,
                carried,
                (document, waybill),
                (_orders_pointer(document), "/orders"),
            )
    for order in case.orders:
        for waybill in linked_waybills(case, order):
            left, right = (each.payload["parties"].get("consignee") for each in (order, waybill))
            if left is not None and right is not None:
                yield Comparison(
                    "consignee",
                    "order-waybill",
                    "consignee",
                    left,
                    right,
                    (order, waybill),
                    ("/parties/consignee", "/parties/consignee"),
                )


def _declared(case: Case, declarations: list[Document]) -> Iterator[Comparison]:
    orders = {case.order_name(each): each for each in case.orders}
    known = {f"{name}#{item['sequence']}" for name, each in orders.items() for item in each.payload["items"]}
    for declaration in declarations:
        for index, item in enumerate(declaration.payload["items"]):
            lines = case.lines(item)
            held = [line for line in lines if line.order in orders]
            if orders and len(held) == len(lines):
                whole = orders[held[0].order] if held else case.orders[0]
                named = sorted(line.text for line in lines)
                nearby = sorted(
                    each for each in known if each.split("#")[0] in {line.order for line in lines}
                )
                yield Comparison(
                    "line-map",
                    "order-declaration",
                    "items.orderLines",
                    named,
                    nearby,
                    (whole, declaration),
                    ("/items", f"/items/{index}"),
                    {"noSale": "noSaleReason" in item},
                )
            for line in held:
                yield from _item(orders[line.order], line, declaration, index, item)
            yield from _item_quantity(orders, lines, declaration, index, item)
        yield from _packages(case, declaration)


def _item(
    order: Document, line: OrderLine, declaration: Document, index: int, item: Mapping[str, Any]
) -> Iterator[Comparison]:
    at = _line_index(order, line.line)
    if at is None:
        return
    ordered, documents = order.payload["items"][at], (order, declaration)
    declared_names = {each["lang"]: each["text"] for each in item["names"]}
    for number, name in enumerate(ordered["names"]):
        if name["lang"] in declared_names:
            yield Comparison(
                "line-name",
                "order-declaration",
                "items.names",
                name["text"],
                declared_names[name["lang"]],
                documents,
                (f"/items/{at}/names/{number}", f"/items/{index}/names"),
            )
    same_unit = ordered["quantity"]["unit"] == item["quantity"]["unit"]
    if same_unit and "unitPrice" in ordered and "unitPrice" in item:
        yield Comparison(
            "line-price",
            "order-declaration",
            "items.unitPrice",
            ordered["unitPrice"],
            item["unitPrice"],
            documents,
            (f"/items/{at}/unitPrice", f"/items/{index}/unitPrice"),
        )


def _item_quantity(
    orders: Mapping[str, Document],
    lines: list[OrderLine],
    declaration: Document,
    index: int,
    item: Mapping[str, Any],
) -> Iterator[Comparison]:
    places = [
        (line, orders[line.order], _line_index(orders[line.order], line.line))
        for line in lines
        if line.order in orders
    ]
    units = {order.payload["items"][at]["quantity"]["unit"] for _, order, at in places if at is not None}
    if lines and len(places) == len(lines) and units == {item["quantity"]["unit"]}:
        total = decimal_sum([line.quantity for line in lines])
        pointers = (f"/items/{places[0][2]}/quantity", f"/items/{index}/quantity")
        yield Comparison(
            "item-quantity",
            "order-declaration",
            "items.quantity",
            total,
            item["quantity"]["value"],
            (places[0][1], declaration),
            pointers,
        )


def _line_quantities(case: Case, declarations: list[Document]) -> Iterator[Comparison]:
    taken: dict[tuple[str, int], list[tuple[str, Document, int]]] = {}
    for declaration in declarations:
        for index, item in enumerate(declaration.payload["items"]):
            for line in case.lines(item):
                taken.setdefault((line.order, line.line), []).append((line.quantity, declaration, index))
    for order in case.orders:
        name = case.order_name(order)
        for at, ordered in enumerate(order.payload["items"]):
            uses = taken.get((name, ordered["sequence"]), [])
            if uses:
                total = decimal_sum([quantity for quantity, _, _ in uses])
                _, last, index = uses[-1]
                yield Comparison(
                    "line-quantity",
                    "order-declaration",
                    "items.quantity",
                    ordered["quantity"]["value"],
                    total,
                    (order, last),
                    (f"/items/{at}/quantity", f"/items/{index}/orderLines"),
                )


def _packages(case: Case, declaration: Document) -> Iterator[Comparison]:
    named = case.named_by(declaration, "waybills")
    waybills = [each for each in case.waybills if waybill_keys(each) & named]
    complete = all(any(key in waybill_keys(each) for each in waybills) for key in named)
    if waybills and complete and all("packages" in each.payload for each in waybills):
        left = sorted(each["id"] for each in declaration.payload["packages"])
        right = sorted({each["id"] for waybill in waybills for each in waybill.payload["packages"]})
        yield Comparison(
            "packages",
            "declaration-waybill",
            "packages",
            left,
            right,
            (declaration, waybills[0]),
            ("/packages", "/packages"),
        )


def _weights(case: Case, declarations: list[Document]) -> Iterator[Comparison]:
    for waybill in case.waybills:
        declaring = [each for each in declarations if waybill_keys(waybill) & case.named_by(each, "waybills")]
        covered = {order for each in declaring for order in case.declared(each)}
        alone = all(len(each.payload.get("waybills", ())) == 1 for each in declaring)
        if declaring and alone and set(case.carried(waybill)) <= covered:
            total = decimal_sum([each.payload["totals"]["grossWeight"]["value"] for each in declaring])
            yield Comparison(
                "gross-weight",
                "waybill-declaration",
                "grossWeight",
                waybill.payload["grossWeight"]["value"],
                total,
                (waybill, declaring[-1]),
                ("/grossWeight", "/totals/grossWeight"),
            )


def _declaring(
    case: Case, document: Document, member: str, keys: set[str]
) -> list[tuple[Document, list[str]]]:
    found = [each for each in case.declarations if keys & case.named_by(each, member)]
    return [(each, case.declared(each)) for each in found]


def _sums(case: Case, order: Document, signs: Mapping[str, int]) -> dict[str, str]:
    name, found = case.order_name(order), dict[str, Decimal]()
    for payment in case.payments:
        for share in case.shares(payment):
            if share.order == name and payment.kind in signs:
                amount = case.in_currency(share.amount, case.currency_of(order), payment.payload["paidAt"])
                value = signs[payment.kind] * Decimal(amount["value"])
                found[amount["currency"]] = found.get(amount["currency"], Decimal(0)) + value
    return {currency: decimal_text(value) for currency, value in found.items()}


def _amounts(case: Case, payment: Document, order: str) -> list[Mapping[str, str]]:
    """What a payment gives to an order, in the order's currency as far as a rate is stated."""
    wanted = next(case.currency_of(each) for each in case.orders if case.order_name(each) == order)
    at = payment.payload["paidAt"]
    return [
        case.in_currency(share.amount, wanted, at) for share in case.shares(payment) if share.order == order
    ]


def _currencies(case: Case, payment: Document, order: str) -> set[str]:
    return {each["currency"] for each in _amounts(case, payment, order)}


def _rates(case: Case, payment: Document, order: str) -> set[str]:
    return {each[BY] for each in _amounts(case, payment, order) if BY in each}


def _share_pointer(case: Case, payment: Document, order: str) -> str:
    return next(share.pointer for share in case.shares(payment) if share.order == order)


def _orders_pointer(document: Document) -> str:
    return (
        "/orders"
        if "orders" in document.payload
        else "/orderNumber"
        if document.type == "order"
        else "/items"
    )


def _line_index(order: Document, line: int) -> int | None:
    return next((at for at, each in enumerate(order.payload["items"]) if each["sequence"] == line), None)
