"""Invoices out of an orders file: what each row is, and what is decided about rows that are no clean goods.

Nothing is dropped in silence. A row is a goods line (its stock code begins with five digits), a charge
(postage, carriage, manual entry), or it carries a decision that names a rule of this page and a field:

* ORD-01 a goods row is without a customer          * ORD-04 the invoice holds no goods, only charges
* ORD-02 the quantity is not a whole number above 0 * ORD-05 a cell cannot be read
* ORD-03 the unit price is below 0                  * ORD-06 rows of one invoice disagree

A price of 0 is not judged here: it is declared as it stands and the node's own rules answer it.
"""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TextIO

from threeflow.errors import Unavailable

COLUMNS = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)
GOODS_CODE = re.compile(r"[0-9]{5}")
CREDIT_PREFIX = "C"


@dataclass(frozen=True)
class Decision:
    """Why an invoice is not taken in: the rule, the column it fails in, and both languages."""

    rule: str
    field: str
    row: int
    message_en: str
    message_zh: str


@dataclass(frozen=True)
class Line:
    """One row: quantity in pieces (negative on a credit note), unit price in the file's currency, GBP."""

    row: int
    stock_code: str
    description: str
    quantity: int
    unit_price: Decimal

    @property
    def is_goods(self) -> bool:
        return GOODS_CODE.match(self.stock_code) is not None

    @property
    def total(self) -> Decimal:
        return self.unit_price * self.quantity


@dataclass(frozen=True)
class Invoice:
    """One invoice of the file; `decision` is set where its rows cannot become an order."""

    number: str
    placed_at: datetime
    customer: str
    country_label: str
    lines: tuple[Line, ...]
    decision: Decision | None = None

    @property
    def is_credit_note(self) -> bool:
        return self.number.startswith(CREDIT_PREFIX)

    @property
    def goods(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.is_goods)

    @property
    def charges(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if not line.is_goods)


def read(path: Path, limit: int | None = None) -> list[Invoice]:
    """The first `limit` invoices of a CSV or CSV.gz, in file order.

    Raises:
        Unavailable: it is no such file.
    """
    try:
        with _open(path) as stream:
            reader = csv.DictReader(stream)
            missing = set(COLUMNS) - set(reader.fieldnames or ())
            if missing:
                raise Unavailable(f"{path} has no column {', '.join(sorted(missing))}")
            grouped = _grouped(reader)
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise Unavailable(f"{path} cannot be read as CSV: {error}") from error
    numbers = list(grouped)[: limit if limit is not None else len(grouped)]
    return [_invoice(number, grouped[number]) for number in numbers]


def explain_credits(invoices: Iterable[Invoice]) -> dict[str, str | None]:
    """For each credit note the latest earlier invoice of that customer that holds its lines, else None."""
    earlier: dict[str, list[Invoice]] = {}
    explained: dict[str, str | None] = {}
    ordered = sorted(enumerate(invoices), key=lambda pair: (pair[1].placed_at, pair[0]))
    for _, invoice in ordered:
        if not invoice.is_credit_note:
            earlier.setdefault(invoice.customer, []).append(invoice)
            continue
        candidates = earlier.get(invoice.customer, []) if invoice.customer else []
        original = next((each for each in reversed(candidates) if _holds(each, invoice)), None)
        explained[invoice.number] = original.number if original else None
    return explained


def _open(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _grouped(reader: Iterable[Mapping[str, str]]) -> dict[str, list[tuple[int, Mapping[str, str]]]]:
    grouped: dict[str, list[tuple[int, Mapping[str, str]]]] = {}
    for row, cells in enumerate(reader, start=2):
        grouped.setdefault((cells["InvoiceNo"] or "").strip(), []).append((row, cells))
    return grouped


def _invoice(number: str, rows: list[tuple[int, Mapping[str, str]]]) -> Invoice:
    lines: list[Line] = []
    found: list[Decision] = []
    times: list[datetime] = []
    for row, cells in rows:
        read_line = _line(row, cells)
        if isinstance(read_line, Decision):
            found.append(read_line)
        else:
            lines.append(read_line)
        try:
            times.append(_time(cells["InvoiceDate"] or ""))
        except ValueError:
            found.append(_unreadable("InvoiceDate", row, cells["InvoiceDate"]))
    customer = _customer(rows[0][1]["CustomerID"] or "")
    country = (rows[0][1]["Country"] or "").strip()
    invoice = Invoice(
        number, min(times, default=datetime.fromtimestamp(0, UTC)), customer, country, tuple(lines)
    )
    found.extend(_judged(invoice, rows))
    return Invoice(
        number, invoice.placed_at, customer, country, tuple(lines), min(found, key=_order, default=None)
    )


def _line(row: int, cells: Mapping[str, str]) -> Line | Decision:
    try:
        quantity = int(cells["Quantity"])
    except (TypeError, ValueError):
        return _unreadable("Quantity", row, cells["Quantity"])
    try:
        price = Decimal(cells["UnitPrice"])
    except (TypeError, InvalidOperation):
        return _unreadable("UnitPrice", row, cells["UnitPrice"])
    if not price.is_finite():
        return _unreadable("UnitPrice", row, cells["UnitPrice"])
    return Line(
        row,
        (cells["StockCode"] or "").strip(),
        " ".join((cells["Description"] or "").split()),
        quantity,
        price,
    )


def _judged(invoice: Invoice, rows: list[tuple[int, Mapping[str, str]]]) -> Iterator[Decision]:
    if invoice.is_credit_note:
        return
    first = rows[0][0]
    for row, cells in rows:
        if _customer(cells["CustomerID"] or "") != invoice.customer:
            yield Decision(
                "ORD-06",
                "CustomerID",
                row,
                "rows of one invoice name two customers",
                "同一发票的各行客户不一致",
            )
        if (cells["Country"] or "").strip() != invoice.country_label:
            yield Decision(
                "ORD-06", "Country", row, "rows of one invoice name two countries", "同一发票的各行国别不一致"
            )
    for line in invoice.lines:
        if line.quantity <= 0 and line.is_goods:
            yield Decision(
                "ORD-02",
                "Quantity",
                line.row,
                f"quantity {line.quantity} is not above 0",
                f"数量{line.quantity}不大于0",
            )
        if line.unit_price < 0:
            yield Decision(
                "ORD-03",
                "UnitPrice",
                line.row,
                f"unit price {line.unit_price} is below 0",
                f"单价{line.unit_price}小于0",
            )
    if not invoice.customer:
        yield Decision(
            "ORD-01",
            "CustomerID",
            first,
            "no customer: nobody to name as buyer",
            "无客户：没有可申报的订购人",
        )
    if invoice.lines and not invoice.goods:
        yield Decision(
            "ORD-04", "StockCode", first, "only charges, no goods to declare", "只有费用，没有可申报的货物"
        )


def _order(decision: Decision) -> tuple[str, int]:
    return decision.rule, decision.row


def _unreadable(field: str, row: int, text: str | None) -> Decision:
    return Decision("ORD-05", field, row, f"{field} {text!r} cannot be read", f"{field}的值{text!r}无法读取")


def _time(text: str) -> datetime:
    parsed = datetime.fromisoformat(text.strip())
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _customer(text: str) -> str:
    return text.strip().removesuffix(".0")


def _holds(invoice: Invoice, credit: Invoice) -> bool:
    sold: dict[str, int] = {}
    for line in invoice.lines:
        sold[line.stock_code] = sold.get(line.stock_code, 0) + line.quantity
    taken: dict[str, int] = {}
    for line in credit.lines:
        taken[line.stock_code] = taken.get(line.stock_code, 0) - line.quantity
    return bool(taken) and all(sold.get(code, 0) >= count for code, count in taken.items())
