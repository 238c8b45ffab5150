"""A tax bill in versions, paid in one sum or by the agent who withholds, and void when the goods go back."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from kit.asynchronous import synchronous
from kit.journeys import (
    REASONS,
    Goods,
    Journey,
    Payload,
    World,
    account,
    account_key,
    fresh,
    importer_of,
    on_the_way,
    vector,
)
from threeflow.tax import Limits, Rates, inside, retail_import

AGENT = vector("tax-payment/consolidated")["parties"]["payer"]
pytestmark = pytest.mark.slow
LIMITS = Limits()
RATES = Rates(duty=Decimal("0.1"), consumption=Decimal(0), vat=Decimal("0.13"))


class Bills:
    """The tax account of one firm with customs xb, and the declaration that it is about."""

    def __init__(self, journey: Journey) -> None:
        self.journey = journey
        self.account = account("tax", "3601000011", "DE")
        self.about = {"keys": [account_key(self.account)], "account": self.account}

    async def declare(self) -> None:
        """An import declaration."""
        key = {"scheme": "declaration", "issuer": "xb.declarant", "value": fresh("RIS")}
        self.declaration = await self.journey.say(
            "declaration/import", "xb.declarant", ["xb.customs"], keys=[key], parties=importer_of()
        )

    async def bill(self, kind: str, number: str, value: Decimal, *names: Payload, **more: object) -> Payload:
        """A bill of customs for goods of this value."""
        within = inside(value, Decimal(0), LIMITS)
        total = {"value": str(retail_import(value, RATES, inside_limits=within, limits=LIMITS).total),
                 "currency": "CNY"}  # fmt: skip
        return await self.journey.say(
            "tax-bill/assessed",
            "xb.customs",
            ["xb.declarant", "xb.bank"],
            self.declaration,
            *names,
            **self.about,
            kind=kind,
            billNumber=number,
            insideLimits=within,
            total=total,
            entries=[{"number": number, "amount": total}],
            **more,
        )

    async def void(self, number: str, bill: Payload) -> None:
        """Customs voids a bill because the goods went back in time."""
        await self.journey.say(
            "tax-bill/void-on-return",
            "xb.customs",
            ["xb.declarant", "xb.bank"],
            self.declaration,
            bill,
            **self.about,
            billNumber=number,
            entries=[{"number": number}],
        )

    async def pay(self, kind: str, *bills: Payload, outcome: str = "accepted") -> None:
        """The bank tells that these bills were paid, or paid back."""
        lines = [line for bill in bills for line in bill["entries"]]
        total = sum((Decimal(each["amount"]["value"]) for each in lines), Decimal(0))
        await self.journey.say(
            "tax-payment/consolidated",
            "xb.bank",
            ["xb.customs"],
            *bills,
            **self.about,
            kind=kind,
            paymentNumber=fresh("FT"),
            amount={"value": str(total), "currency": "CNY"},
            parties={"payer": AGENT, "withholdingAgent": AGENT},
            entries=lines,
            outcome=outcome,
        )

    async def balance(self) -> tuple[str, dict[str, str], dict[str, str]]:
        """The account's state, what is open and what is in difference."""
        return await self.journey.balance("xb.customs", self.account)


@pytest.mark.requirement("TF-ACC-5", "TF-ACC-10", "TF-LIMIT-6")
@synchronous
async def test_bills_are_reassessed_paid_together_withheld_and_void_on_return(world: World) -> None:
    async with on_the_way(world) as journey:
        bills = Bills(journey)
        await bills.declare()
        first = await bills.bill("assessed", "TB-1", Decimal(100))
        second = await bills.bill("assessed", "TB-2", Decimal(6000))
        third = await bills.bill("assessed", "TB-3", Decimal(200))
        assert [each["total"]["value"] for each in (first, second, third)] == ["9.10", "1458.00", "18.20"]
        assert [each["insideLimits"] for each in (first, second, third)] == [True, False, True]
        corrected = await bills.bill(
            "reassessed", "TB-2R", Decimal(5000), second, reversed=[{"number": "TB-2"}], reasons=REASONS
        )
        await bills.bill("confirmed", "TB-1", Decimal(100), first)
        assert await bills.balance() == ("open", {"CNY": "482.30"}, {})
        await bills.pay("consolidated", first, corrected)
        await bills.pay("withheld", third)
        assert await bills.balance() == ("reconciled", {}, {})
        await bills.void("TB-3", third)
        assert await bills.balance() == ("difference", {}, {"CNY": "18.20"})
        await bills.pay("refunded", third)
        assert await bills.balance() == ("reconciled", {}, {})
        assert await journey.states("xb.customs", bills.account) == {
            "TB-1": "cleared", "TB-2": "reversed", "TB-2R": "cleared", "TB-3": "reversed",
        }  # fmt: skip


@synchronous
async def test_what_is_paid_twice_is_recorded_and_flagged(world: World) -> None:
    async with on_the_way(world) as journey:
        bills = Bills(journey)
        await bills.declare()
        bill = await bills.bill("assessed", "TB-9", Decimal(100))
        await bills.pay("single", bill)
        await bills.pay("single", bill, outcome="flagged")
        key = account_key(bills.account)
        assert await journey.findings("xb.customs", "account", key) == ["paid-too-much"]
        assert await bills.balance() == ("difference", {}, {"CNY": "9.10"})


@pytest.mark.requirement("TF-RULE-15")
@synchronous
async def test_goods_are_released_inside_a_guarantee_and_their_bill_has_its_days_to_pay(world: World) -> None:
    """Released while the tax is owed, since it is secured; the bill is paid from day 31 to day 45 after."""
    async with on_the_way(world) as journey:
        goods = await Goods(journey).lodge()
        await goods.release()
        await goods.advance()
        await goods.event("departed")
        await goods.answer("accepted-before-departure", "accept")
        await goods.event("available")
        bills, everywhere = Bills(journey), ["xb.declarant", "xa.customs"]
        bills.declaration = await journey.say(
            "declaration/import", "xb.declarant", ["xb.customs", "xa.customs"], keys=goods.keys,
            parties=importer_of(),
        )  # fmt: skip
        at_import = {"position": "import"}
        registered = await journey.say(
            "customs-status/registered", "xb.customs", everywhere, bills.declaration, act=at_import,
            without=["declarationNumber", "sourceStatus"],
        )  # fmt: skip
        release = await journey.say(
            "release/full", "xb.customs", everywhere, bills.declaration, registered, keys=goods.keys,
            header={"profile": "cn-9610-i"}, act=at_import, without=["importingJurisdiction"],
            dutyStatus="guaranteed",
        )  # fmt: skip
        (tracks,) = {each["import"] for each in (await goods.tracks("xb.customs")).values()}
        assert tracks == "released"
        released = datetime.fromisoformat(release["act"]["decidedAt"]).astimezone(UTC).date()
        days = [str(released + timedelta(days=each)) for each in (31, 45, 46)]

        async def billed(number: str, until: str) -> list[tuple[str, str]]:
            bill = vector("tax-bill/assessed")
            made = journey.make(
                "tax-bill/assessed", "xb.customs", ["xb.declarant", "xb.bank"], bills.declaration,
                **bills.about, header={"profile": "cn-9610-i"}, billNumber=number, payFrom=days[0],
                payUntil={**bill["payUntil"], "at": f"{until}T23:59:59+00:00"},
                entries=[{"number": number, "amount": bill["total"]}],
            )  # fmt: skip
            said = (await journey.send(made)).receipt["findings"]
            return [(each["rule"], each["pointer"]) for each in said if each["verdict"] == "fail"]

        assert await billed("TB-45", days[1]) == []
        assert await billed("TB-46", days[2]) == [("TAX-03", "/payFrom")]
