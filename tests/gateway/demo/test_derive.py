"""What is derived is the same for the same seed, adds up, and keeps to the limits of a declaration."""

from datetime import UTC, datetime
from decimal import Decimal

from threeflow.codelists import CodeLists
from threeflow_gateway.demo import derive, goods
from threeflow_gateway.demo.orders import Invoice, Line


def invoice(number: str, lines: int, customer: str = "7") -> Invoice:
    made = tuple(
        Line(row, f"{41000 + row}", "TEAL ENAMEL MUG", 3, Decimal("2.50")) for row in range(2, lines + 2)
    )
    charge = Line(lines + 2, "POST", "POSTAGE", 1, Decimal("18.00"))
    return Invoice(number, datetime(2024, 3, 4, tzinfo=UTC), customer, "France", (*made, charge))


def test_equal_seeds_derive_equal_parcels_and_others_do_not() -> None:
    assert derive.parcels([invoice("1", 5)], 7) == derive.parcels([invoice("1", 5)], 7)
    assert derive.parcels([invoice("1", 5)], 7) != derive.parcels([invoice("1", 5)], 8)


def test_more_than_a_hundred_lines_become_several_parcels_that_hold_every_line_once() -> None:
    made = derive.parcels([invoice("1", 259)], 7)
    assert len(made) == 3
    assert all(len(parcel.items) <= derive.ITEMS_PER_DECLARATION for parcel in made)
    assert [item.order_line for parcel in made for item in parcel.items] == list(range(1, 260))
    assert len({parcel.waybill for parcel in made}) == 3


def test_packages_hold_every_item_and_weigh_more_than_their_contents() -> None:
    (parcel,) = derive.parcels([invoice("1", 9)], 7, packages=3)
    assert {item.package for item in parcel.items} == {each.id for each in parcel.packages}
    assert len(parcel.packages) == 3
    assert parcel.gross > parcel.net


def test_the_last_item_is_packed_alone_where_asked() -> None:
    (parcel,) = derive.parcels([invoice("1", 4)], 7, packages=2, last_alone=True)
    assert [item.package for item in parcel.items].count(parcel.items[-1].package) == 1


def test_two_orders_share_one_parcel() -> None:
    (parcel,) = derive.parcels([invoice("1", 3), invoice("2", 2)], 7)
    assert [item.order for item in parcel.items] == ["1", "1", "1", "2", "2"]
    assert parcel.orders == ("1", "2")


def test_what_is_due_is_goods_and_freight_less_discount() -> None:
    funds = derive.deal(invoice("1", 2), "FR", 7).funds
    assert funds.goods == Decimal("15.00")
    assert funds.due == Decimal("33.00")


def test_every_hs_code_of_the_goods_table_is_in_hs_2022() -> None:
    codes = CodeLists.load().get("hs-2022").codes
    assert {row.hs for row in (*goods.table(), goods.FALLBACK)} <= set(codes)
