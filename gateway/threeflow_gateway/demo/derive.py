"""What an invoice file does not hold, derived by seed: funds, logistics and customs data of each order.

The file has goods only. HS codes, weights, origins, packages, payments, waybills and addresses come from
here, the same for the same seed, and `DERIVED` names them in the output so that nobody takes them for data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from threeflow_gateway.demo.goods import classify
from threeflow_gateway.demo.orders import Invoice, Line

DERIVED = (
    "hsCode",
    "netMass",
    "grossMass",
    "origin",
    "packages",
    "ucr",
    "payment",
    "waybill",
    "buyer",
    "consignee",
    "declaration",
    "movement",
)
ITEMS_PER_DECLARATION = 100
ORIGINS = ("CN", "CN", "CN", "CN", "IN", "IN", "GB", "GB", "VN", "TR")
STREETS = ("Harbour Row", "Mill Lane", "Station Road", "Orchard Way", "North Quay")
CENT = Decimal("0.01")
GRAM = Decimal("0.001")
PACKAGING = Decimal("0.250")
PACKAGE_LIMIT = Decimal(18)
PACKAGES_AT_MOST = 4


@dataclass(frozen=True)
class Item:
    """One goods line as it is declared; `net` in kilograms, `package` the one that holds all of it."""

    sequence: int
    order: str
    order_line: int
    line: Line
    hs: str
    origin: str
    net: Decimal
    package: str

    @property
    def total(self) -> Decimal:
        return self.line.total.quantize(CENT)


@dataclass(frozen=True)
class Package:
    """One package: `gross` in kilograms, with its packaging."""

    id: str
    kind: str
    gross: Decimal


@dataclass(frozen=True)
class Parcel:
    """One consignment: carried under one waybill, declared by one list of at most 100 items."""

    number: int
    waybill: str
    declaration: str
    movement: str
    orders: tuple[str, ...]
    items: tuple[Item, ...]
    packages: tuple[Package, ...]
    ready_at: datetime

    @property
    def net(self) -> Decimal:
        return sum((item.net for item in self.items), Decimal(0))

    @property
    def gross(self) -> Decimal:
        return sum((package.gross for package in self.packages), Decimal(0))

    @property
    def value(self) -> Decimal:
        return sum((item.total for item in self.items), Decimal(0))


@dataclass(frozen=True)
class Funds:
    """What was charged and paid, in the file's currency: paid = goods + freight - discount."""

    number: str
    goods: Decimal
    freight: Decimal
    discount: Decimal

    @property
    def due(self) -> Decimal:
        return self.goods + self.freight - self.discount


@dataclass(frozen=True)
class Person:
    """An invented buyer or consignee; `country` is None where the file's label names no territory."""

    id: str
    name: str
    street: str
    city: str
    postcode: str
    country: str | None


@dataclass(frozen=True)
class Deal:
    """One invoice as a case: its key, its funds and its buyer."""

    invoice: Invoice
    ucr: str
    funds: Funds
    buyer: Person

    @property
    def order_number(self) -> str:
        return self.invoice.number


def deal(invoice: Invoice, country: str | None, seed: int) -> Deal:
    """The case of one invoice; `country` is the ISO 3166-1 code that its label stands for."""
    goods = sum((line.total.quantize(CENT) for line in invoice.goods), Decimal(0))
    charges = sum((line.total.quantize(CENT) for line in invoice.charges), Decimal(0))
    draw = Random(f"{seed}:{invoice.number}:payment")  # noqa: S311 - a reproducible demo, no secret
    funds = Funds(
        f"PAY{draw.randrange(10**11):011d}", goods, max(charges, Decimal(0)), max(-charges, Decimal(0))
    )
    ucr = f"{invoice.placed_at.year % 10}GB-THREEFLOW-DEMO-{invoice.number}"
    return Deal(invoice, ucr, funds, person(invoice.customer, country, seed))


def person(customer: str, country: str | None, seed: int) -> Person:
    """An invented person for a customer number; the same number is the same person in every order."""
    draw = Random(f"{seed}:{customer}:person")  # noqa: S311
    return Person(
        id=customer,
        name=f"Customer {customer}",
        street=f"{draw.randrange(1, 200)} {draw.choice(STREETS)}",
        city=f"Sampletown {country}" if country else "Sampletown",
        postcode=f"{draw.randrange(10000, 99999)}",
        country=country,
    )


def parcels(
    invoices: Sequence[Invoice], seed: int, *, at_least: int = 1, packages: int = 1, last_alone: bool = False
) -> tuple[Parcel, ...]:
    """The parcels that carry the goods of these invoices: one, `at_least` so many, or one a hundred lines.

    `packages` is the least number of packages in each; `last_alone` packs the last item of each by itself.
    """
    lines = [
        (invoice.number, number, line)
        for invoice in invoices
        for number, line in enumerate(invoice.goods, start=1)
    ]
    count = max(at_least, -(-len(lines) // ITEMS_PER_DECLARATION))
    size = -(-len(lines) // count)
    chunks = [lines[start : start + size] for start in range(0, len(lines), size)]
    return tuple(
        _parcel(invoices, number, chunk, seed, packages, last_alone=last_alone)
        for number, chunk in enumerate(chunks, start=1)
    )


def _parcel(
    invoices: Sequence[Invoice],
    number: int,
    lines: Sequence[tuple[str, int, Line]],
    seed: int,
    packages: int,
    *,
    last_alone: bool,
) -> Parcel:
    stem = f"{invoices[0].number}-{number}"
    draw = Random(f"{seed}:{stem}:parcel")  # noqa: S311
    weighed = [(order, index, line, _net(line, draw)) for order, index, line in lines]
    total = sum((net for *_, net in weighed), Decimal(0))
    count = min(len(weighed), max(packages, min(PACKAGES_AT_MOST, 1 + int(total // PACKAGE_LIMIT))))
    inside = _packing(len(weighed), count, last_alone=last_alone)
    items = tuple(
        Item(
            sequence,
            order,
            index,
            line,
            classify(line.description).hs,
            _origin(line, seed),
            net,
            f"P{inside[sequence - 1]}",
        )
        for sequence, (order, index, line, net) in enumerate(weighed, start=1)
    )
    return Parcel(
        number=number,
        waybill=f"TF{draw.randrange(10**9):09d}GB",
        declaration=f"LRN-{stem}",
        movement=f"XA{draw.randrange(100, 999)}",
        orders=tuple(invoice.number for invoice in invoices),
        items=items,
        packages=tuple(_package(f"P{index}", items) for index in range(1, count + 1)),
        ready_at=max(invoice.placed_at for invoice in invoices) + timedelta(hours=6 + draw.randrange(12)),
    )


def _packing(items: int, packages: int, *, last_alone: bool) -> list[int]:
    """The package of each item, counted from 1, in stretches of near equal length."""
    if last_alone and packages > 1:
        return [*_packing(items - 1, packages - 1, last_alone=False), packages]
    return [index * packages // items + 1 for index in range(items)]


def _package(name: str, items: Sequence[Item]) -> Package:
    inside = [item for item in items if item.package == name]
    kind = classify(inside[0].line.description).package
    return Package(name, kind, sum((item.net for item in inside), Decimal(0)) + PACKAGING)


def _net(line: Line, draw: Random) -> Decimal:
    grams = Decimal(classify(line.description).grams * line.quantity)
    return (grams * Decimal(draw.randrange(92, 108)) / 100_000).quantize(GRAM)


def _origin(line: Line, seed: int) -> str:
    return Random(f"{seed}:{line.stock_code}:origin").choice(ORIGINS)  # noqa: S311
