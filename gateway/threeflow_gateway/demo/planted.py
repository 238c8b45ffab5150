"""What is planted by seed, so that the run can check that the nodes find exactly this and nothing else.

Each kind of `KINDS` falls on about one and a half per cent of the clean invoices, and on one at least where
the input is small, but all together never on more than `AT_MOST` of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from threeflow_gateway.demo.derive import ITEMS_PER_DECLARATION
from threeflow_gateway.demo.orders import Invoice

SHARE = 0.015
AT_MOST = 0.6


@dataclass(frozen=True)
class Kind:
    """`lines`: the fewest goods lines needed; `packages`, `parcels`, `last_alone`: how they are packed."""

    name: str
    title_en: str
    title_zh: str
    lines: int = 1
    packages: int = 1
    parcels: int = 1
    orders: int = 1
    last_alone: bool = False


KINDS = (
    Kind("two-orders-one-parcel", "two orders in one parcel", "两个订单合装一个包裹", orders=2),
    Kind("order-in-two-parcels", "one order in two parcels", "一个订单分装两个包裹", lines=2, parcels=2),
    Kind(
        "line-detained",
        "one line detained, the rest goes on",
        "一行货物被扣留，其余放行",
        lines=2,
        packages=2,
        last_alone=True,
    ),
    Kind(
        "package-opened",
        "one package of several opened at inspection",
        "多件中开拆一件查验",
        lines=2,
        packages=2,
    ),
    Kind("split-departure", "one movement split over two departures", "分两批离境", lines=2, packages=2),
    Kind("amount-differs", "amount paid differs, as after a coupon", "实付金额不符（如使用优惠券）"),
    Kind("payer-differs", "payer is not the buyer", "支付人与订购人不一致"),
    Kind("wrong-order-number", "wrong order number on the waybill", "运单上的订单号错误"),
    Kind("net-above-gross", "net weight above gross weight", "净重大于毛重"),
    Kind("answer-before-departure", "import answers before departure", "离境前即获进口地答复"),
    Kind("seal-broken", "seal broken after inspection", "查验后封志破损"),
    Kind("departed-unreleased", "departure without release", "未放行即离境"),
    Kind("referred-answered", "referred by import, answered, accepted", "进口地转人工，答复后接受"),
    Kind("entry-refused", "entry refused by import", "进口地拒绝入境"),
    Kind("cancelled", "declaration cancelled before release", "放行前撤销申报"),
    Kind("inspected", "inspected at export", "出口地查验"),
)
BY_NAME = {kind.name: kind for kind in KINDS}


@dataclass(frozen=True)
class Planted:
    """One planted kind and the invoices that it falls on (two where two orders share a parcel)."""

    kind: Kind
    invoices: tuple[Invoice, ...]


def plant(invoices: Sequence[Invoice], seed: int) -> list[Planted]:
    """Choose by seed among clean invoices. Equal input and seed give an equal choice."""
    draw = Random(f"{seed}:planted")  # noqa: S311 - a reproducible demo, no secret
    free = {invoice.number: invoice for invoice in invoices if _clean(invoice)}
    budget = int(len(free) * AT_MOST)
    each = max(1, round(len(free) * SHARE))
    chosen: list[Planted] = []
    for _ in range(each):
        for kind in KINDS:
            picked = _pick(kind, free, draw) if budget >= kind.orders else ()
            if picked:
                chosen.append(Planted(kind, picked))
                budget -= len(picked)
                for invoice in picked:
                    del free[invoice.number]
    return chosen


def _clean(invoice: Invoice) -> bool:
    priced = all(line.unit_price > 0 for line in invoice.goods)
    return priced and 0 < len(invoice.goods) <= ITEMS_PER_DECLARATION


def _pick(kind: Kind, free: dict[str, Invoice], draw: Random) -> tuple[Invoice, ...]:
    if kind.orders > 1:
        return _pair(free, draw)
    fit = [invoice for invoice in free.values() if len(invoice.goods) >= kind.lines]
    return (draw.choice(fit),) if fit else ()


def _pair(free: dict[str, Invoice], draw: Random) -> tuple[Invoice, ...]:
    by_customer: dict[tuple[str, str], list[Invoice]] = {}
    for invoice in free.values():
        by_customer.setdefault((invoice.customer, invoice.country_label), []).append(invoice)
    pairs = [
        (first, second)
        for together in by_customer.values()
        for first, second in pairwise(together)
        if len(first.goods) + len(second.goods) <= ITEMS_PER_DECLARATION
    ]
    return draw.choice(pairs) if pairs else ()
