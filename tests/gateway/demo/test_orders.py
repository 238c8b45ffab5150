"""Reading invoices: every row is goods, a charge, or a decision that names a rule and a field."""

import gzip
from decimal import Decimal
from pathlib import Path

import pytest

from threeflow.errors import Unavailable
from threeflow_gateway.demo import orders

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
REAL = Path(__file__).parents[4] / "shared" / "data" / "online_retail_cross_border.csv.gz"


def rows(folder: Path, *lines: str) -> list[orders.Invoice]:
    path = folder / "orders.csv"
    path.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    return orders.read(path)


def test_goods_and_charges_are_told_apart(tmp_path: Path) -> None:
    (invoice,) = rows(
        tmp_path,
        "1,41010A,MUG,3,2024-03-04 08:00:00,2.50,7.0,France",
        "1,POST,POSTAGE,1,2024-03-04 08:00:00,18.00,7.0,France",
    )
    assert [line.stock_code for line in invoice.goods] == ["41010A"]
    assert [line.total for line in invoice.charges] == [Decimal("18.00")]
    assert invoice.customer == "7"
    assert invoice.decision is None


@pytest.mark.parametrize(
    ("line", "rule", "field"),
    [
        ("1,41010,MUG,3,2024-03-04 08:00:00,2.50,,France", "ORD-01", "CustomerID"),
        ("1,41010,MUG,-3,2024-03-04 08:00:00,2.50,7,France", "ORD-02", "Quantity"),
        ("1,41010,MUG,0,2024-03-04 08:00:00,2.50,7,France", "ORD-02", "Quantity"),
        ("1,41010,MUG,3,2024-03-04 08:00:00,-2.50,7,France", "ORD-03", "UnitPrice"),
        ("1,POST,POSTAGE,1,2024-03-04 08:00:00,2.50,7,France", "ORD-04", "StockCode"),
        ("1,41010,MUG,three,2024-03-04 08:00:00,2.50,7,France", "ORD-05", "Quantity"),
        ("1,41010,MUG,3,2024-03-04 08:00:00,NaN,7,France", "ORD-05", "UnitPrice"),
        ("1,41010,MUG,3,yesterday,2.50,7,France", "ORD-05", "InvoiceDate"),
        ("1,41010,MUG", "ORD-01", "CustomerID"),
    ],
)
def test_a_dirty_row_gets_a_decision_with_rule_and_field(
    tmp_path: Path, line: str, rule: str, field: str
) -> None:
    (invoice,) = rows(tmp_path, line)
    assert invoice.decision is not None
    assert (invoice.decision.rule, invoice.decision.field, invoice.decision.row) == (rule, field, 2)
    assert invoice.decision.message_en
    assert invoice.decision.message_zh


def test_rows_of_one_invoice_that_disagree_are_not_taken_in(tmp_path: Path) -> None:
    (invoice,) = rows(
        tmp_path,
        "1,41010,MUG,3,2024-03-04 08:00:00,2.50,7,France",
        "1,41011,MUG,3,2024-03-04 08:00:00,2.50,8,France",
    )
    assert invoice.decision is not None
    assert (invoice.decision.rule, invoice.decision.field) == ("ORD-06", "CustomerID")


def test_a_credit_note_is_explained_by_the_latest_earlier_invoice_that_holds_its_lines(
    tmp_path: Path,
) -> None:
    found = rows(
        tmp_path,
        "1,41010,MUG,6,2024-03-01 08:00:00,2.50,7,France",
        "2,41010,MUG,4,2024-03-02 08:00:00,2.50,7,France",
        "3,41010,MUG,1,2024-03-03 08:00:00,2.50,7,France",
        "4,41010,MUG,9,2024-03-03 08:00:00,2.50,8,France",
        "C5,41010,MUG,-4,2024-03-04 08:00:00,2.50,7,France",
        "6,41010,MUG,9,2024-03-05 08:00:00,2.50,7,France",
        "C7,41999,JUG,-1,2024-03-06 08:00:00,2.50,7,France",
        "C8,41010,MUG,-1,2024-03-06 08:00:00,2.50,,France",
    )
    assert orders.explain_credits(found) == {"C5": "2", "C7": None, "C8": None}


def test_a_gzipped_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv.gz"
    with gzip.open(path, "wt", encoding="utf-8-sig") as stream:
        stream.write(HEADER + "1,41010,MUG,3,2024-03-04 08:00:00,2.50,7,France\n")
    assert [invoice.number for invoice in orders.read(path)] == ["1"]


def test_the_limit_counts_invoices_in_file_order(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    lines = [f"{number},41010,MUG,3,2024-03-04 08:00:00,2.50,7,France\n" for number in (3, 1, 2)]
    path.write_text(HEADER + "".join(lines), encoding="utf-8")
    assert [invoice.number for invoice in orders.read(path, limit=2)] == ["3", "1"]


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"\xff\xfe\x00", b""])
def test_what_is_no_orders_file_is_said_and_no_crash(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    with pytest.raises(Unavailable, match="orders"):
        orders.read(path)


@pytest.mark.skipif(not REAL.exists(), reason="../shared/data is not here")
def test_every_invoice_of_the_real_file_is_sale_credit_note_or_decided() -> None:
    found = orders.read(REAL)
    assert len(found) == 2406
    assert sum(invoice.is_credit_note for invoice in found) == 464
    sales = [invoice for invoice in found if not invoice.is_credit_note and invoice.decision is None]
    assert all(invoice.goods and invoice.customer for invoice in sales)
