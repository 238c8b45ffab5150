"""Goods that go into stock before they are sold: bonded (1210), abroad (9810), with sales later."""

from typing import Any

import pytest

from kit.asynchronous import synchronous
from kit.journeys import REASONS, Goods, Journey, World, account, account_key, fresh, on_the_way

pytestmark = pytest.mark.slow


class Stock:
    """The stock of one firm in one warehouse of xb."""

    def __init__(self, journey: Journey, kind: str, customs: tuple[str, ...]) -> None:
        self.journey = journey
        self.customs = list(customs)
        self.account = account(kind, "3601000011", "DE")
        self.stored: list[Any] = []

    async def report(  # noqa: PLR0917
        self, what: str, kind: str, pieces: int, at: str, issuer: str = "xb.warehouse",
        outcome: str = "accepted",
    ) -> None:  # fmt: skip
        """What came in, left, was sold or counted, of one item."""
        number = fresh(kind.upper())
        sale = {} if what.startswith("stock") else {
            "sales": [{"number": number, "line": 1, "price": {"value": "10.00", "currency": "EUR"},
                       "country": "DE"}]
        }  # fmt: skip
        # Who sells from another's warehouse was shown what came in there.
        shown = [] if what.startswith("stock") else self.stored[:1]
        said = await self.journey.say(
            what,
            issuer,
            [each for each in self.customs if each != issuer],
            *shown,
            keys=[account_key(self.account)],
            account=self.account,
            kind=kind,
            reportNumber=number,
            reportedAt=at,
            entries=[{"number": number, "line": 1, "item": "HAT-01",
                      "quantity": {"value": str(pieces), "unit": "H87"}}],
            outcome=outcome,
            **({"reasons": REASONS} if kind in ("adjustment", "written-off") else {}),
            **sale,
        )  # fmt: skip
        if what.startswith("stock"):
            self.stored.append(said)

    async def balance(self, node: str) -> tuple[str, dict[str, str], dict[str, str]]:
        """The account as a gateway has it."""
        return await self.journey.balance(node, self.account)


@pytest.mark.requirement("TF-ACC-8", "TF-ACC-9")
@synchronous
async def test_stock_abroad_is_credited_on_arrival_and_sold_for_months(world: World) -> None:
    async with on_the_way(world) as journey:
        goods = await Goods(journey).lodge(procedure={"list": "cn-supervision-mode", "code": "9810"})
        await goods.release()
        await goods.event("departed")
        await goods.event("arrived")
        stock = Stock(journey, "overseas-stock", ("xa.customs", "xb.customs", "xa.platform"))
        await stock.report("stock-report/inbound", "inbound", 200, "2026-03-12T09:00:00+01:00")
        for month, pieces in ((4, 60), (5, 70)):
            await stock.report(
                "sale-report/sold", "sold", pieces, f"2026-{month:02}-28T23:59:59+02:00", "xa.platform"
            )
        assert await stock.balance("xa.customs") == ("open", {"HAT-01 H87": "70"}, {})
        await stock.report(
            "stock-report/snapshot", "snapshot", 61, "2026-06-30T18:00:00+02:00", outcome="flagged"
        )
        assert (await stock.balance("xa.customs"))[0] == "difference"
        await stock.report("sale-report/sold", "written-off", 9, "2026-07-01T09:00:00+02:00", "xa.platform")
        await stock.report("stock-report/snapshot", "snapshot", 61, "2026-07-02T09:00:00+02:00")
        await stock.report("sale-report/sold", "sold", 61, "2026-08-31T09:00:00+02:00", "xa.platform")
        assert await stock.balance("xa.customs") == ("reconciled", {}, {})
        assert await stock.balance("xb.customs") == ("reconciled", {}, {})


@pytest.mark.requirement("TF-ACC-8")
@synchronous
async def test_goods_in_bond_leave_order_by_order_and_never_in_silence_below_nothing(world: World) -> None:
    async with on_the_way(world) as journey:
        stock = Stock(journey, "bonded-stock", ("xb.customs",))
        await stock.report("stock-report/inbound", "inbound", 5, "2026-03-12T09:00:00+01:00")
        for day in (1, 2):
            await stock.report("stock-report/inbound", "outbound", 2, f"2026-04-0{day}T09:00:00+02:00")
        assert await stock.balance("xb.customs") == ("open", {"HAT-01 H87": "1"}, {})
        await stock.report(
            "stock-report/inbound", "outbound", 2, "2026-04-03T09:00:00+02:00", outcome="flagged"
        )
        assert await stock.balance("xb.customs") == ("difference", {}, {"HAT-01 H87": "1"})
        key = account_key(stock.account)
        assert await journey.findings("xb.customs", "account", key) == ["stock-below-nothing"]
        await stock.report("stock-report/inbound", "adjustment", 1, "2026-04-04T09:00:00+02:00")
        await stock.report("stock-report/snapshot", "snapshot", 0, "2026-04-05T09:00:00+02:00")
        assert await stock.balance("xb.customs") == ("reconciled", {}, {})
