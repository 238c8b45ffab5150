"""Comparisons of whole cases: what the goods are worth, what was settled, and when the flows came."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from threeflow.match.comparison import Comparison
from threeflow.match.documents import Case, Document
from threeflow.match.rates import BY
from threeflow.rules.functions import decimal_subtract, decimal_sum

CHARGES = ("freight", "insurance")
SETTLED = frozenset({"paid", "instalment", "third-party"})


def time_windows(case: Case) -> Iterator[Comparison]:
    """For each order the earliest and the latest of order, payments and waybills that name it."""
    for order in case.orders:
        name = case.order_name(order)
        dated = [(order.payload["orderedAt"], order, "/orderedAt")] if "orderedAt" in order.payload else []
        dated += [
            (each.payload["paidAt"], each, "/paidAt")
            for each in case.payments
            if any(share.order == name for share in case.shares(each))
        ]
        dated += [
            (each.payload["issuedOn"], each, "/issuedOn")
            for each in case.waybills
            if name in case.carried(each) and "issuedOn" in each.payload
        ]
        dated.sort(key=lambda entry: (datetime.fromisoformat(entry[0]), entry[1].type, entry[1].id))
        if len(dated) > 1:
            (first, early, start), (last, late, end) = dated[0], dated[-1]
            yield Comparison("time-window", "order-flows", "times", first, last, (early, late), (start, end))


def goods_values(case: Case, within: frozenset[str] | None) -> Iterator[Comparison]:
    """For each declaration of whole orders: their goods value, with the charges that belong within it.

    Nothing is compared where the profile does not say what belongs within, an order stands on several
    declarations of one direction, or a charge that belongs within is not stated.
    """
    for declaration in case.declarations if within is not None else ():
        if "goodsValue" not in declaration.payload["totals"]:
            continue
        orders = [each for each in case.orders if case.order_name(each) in case.declared(declaration)]
        whole = len(orders) == len(case.declared(declaration)) > 0
        if whole and all(_alone(case, declaration, each) for each in orders):
            amounts = _ordered(case, orders, within or frozenset(), declaration)
            currencies = {each["currency"] for each in amounts}
            if len(currencies) == 1:
                yield Comparison(
                    "goods-value",
                    "order-declaration",
                    "goodsValue",
                    _sum(amounts),
                    declaration.payload["totals"]["goodsValue"],
                    (orders[0], declaration),
                    ("/totals/goodsValue", "/totals/goodsValue"),
                    {"rates": _rates(amounts), "lines": [each["sequence"] for each in _lines(orders)]},
                )


def settled(case: Case) -> Iterator[Comparison]:
    """What the declared exports are worth, and what was settled for them, in one currency."""
    exports = [
        each
        for each in case.declarations
        if each.payload.get("direction") == "export" and "goodsValue" in each.payload["totals"]
    ]
    currencies = {each.payload["totals"]["goodsValue"]["currency"] for each in exports}
    if len(currencies) != 1:
        return
    currency = currencies.pop()
    names = {name for each in exports for name in case.declared(each)}
    paying = [
        each
        for each in case.payments
        if each.kind in SETTLED
        and "settledAmount" in each.payload
        and {share.order for share in case.shares(each)} <= names
    ]
    amounts = [
        case.in_currency(each.payload["settledAmount"], currency, _settled_at(each)) for each in paying
    ]
    if not amounts or any(each["currency"] != currency for each in amounts):
        return
    yield Comparison(
        "settled-released",
        "payment-declaration",
        "settledAmount",
        _sum([each.payload["totals"]["goodsValue"] for each in exports]),
        _sum(amounts),
        (exports[-1], paying[-1]),
        ("/totals/goodsValue", "/settledAmount"),
        {"rates": _rates(amounts)},
    )


def _settled_at(payment: Document) -> str:
    return str(payment.payload.get("receivedAt", payment.payload["paidAt"]))


def _alone(case: Case, declaration: Document, order: Document) -> bool:
    """Whether this declaration alone of its direction declares the order, every line as a whole."""
    name, direction = case.order_name(order), declaration.payload.get("direction")
    declaring = [
        each
        for each in case.declarations
        if each.payload.get("direction") == direction and name in case.declared(each)
    ]
    taken: dict[int, str] = {}
    for item in declaration.payload["items"]:
        for line in case.lines(item):
            if line.order == name:
                taken[line.line] = decimal_sum([taken.get(line.line, "0"), line.quantity])
    left = [
        decimal_subtract(each["quantity"]["value"], taken.get(each["sequence"], "0"))
        for each in order.payload["items"]
    ]
    return len(declaring) == 1 and set(left) == {"0"}


def _ordered(
    case: Case, orders: list[Document], within: frozenset[str], declaration: Document
) -> list[Mapping[str, str]]:
    """The amounts that belong within the goods value; none where one of them is not stated."""
    wanted = declaration.payload["totals"]["goodsValue"]["currency"]
    parts = ("goodsValue", *(each for each in CHARGES if each in within))
    if any(part not in order.payload["totals"] for order in orders for part in parts):
        return []
    return [
        case.in_currency(order.payload["totals"][part], wanted, order.payload.get("orderedAt", ""))
        for order in orders
        for part in parts
    ]


def _lines(orders: list[Document]) -> list[Any]:
    return [item for order in orders for item in order.payload["items"]]


def _sum(amounts: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The sum of amounts of one currency."""
    return {"value": decimal_sum([each["value"] for each in amounts]), "currency": amounts[0]["currency"]}


def _rates(amounts: Iterable[Mapping[str, str]]) -> list[str]:
    return sorted({each[BY] for each in amounts if BY in each})
