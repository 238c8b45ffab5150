"""Retail imports inside one person's limits: a transaction and a year, asked of the authority's counter."""

from __future__ import annotations

import uuid

import pytest

from kit.asynchronous import synchronous
from kit.journeys import Journey, Payload, World, account_key, fresh, importer_of, on_the_way, vector

pytestmark = pytest.mark.slow
PROFILE = {"profile": "cn-9610-i"}
VECTOR = "declaration/import"


class Buyer:
    """One person, whose year only customs xb counts."""

    def __init__(self, journey: Journey) -> None:
        self.journey = journey
        self.digest = f"sha-256:{uuid.uuid4().hex}{uuid.uuid4().hex}"
        self.orders = 0

    async def spent(self, year: str, number: str, value: str) -> Payload:
        """Customs enters in its counter what the person bought."""
        account = {"kind": "personal-limit", "holder": "xb.customs", "number": f"{year}/{self.digest[8:40]}"}
        self.account = account
        line = {"number": number, "side": "debit", "amount": {"value": value, "currency": "CNY"}}
        return await self.journey.say(
            "customs-status/entered-for-summary", "xb.customs", ["xb.declarant"], keys=[account_key(account)],
            account=account, entries=[line],
        )  # fmt: skip

    async def freed(self, entered: Payload) -> None:
        """The goods went back: customs strikes the entry."""
        entries = [{"number": each["number"]} for each in entered["entries"]]
        await self.journey.say(
            "customs-status/entered-for-summary", "xb.customs", ["xb.declarant"], entered,
            keys=[account_key(self.account)], account=self.account, kind="struck", entries=entries,
        )  # fmt: skip

    def list_of(self, value: str, *, pieces: str = "2") -> Payload:
        """The list by which the person's agent imports goods of this value in yuan."""
        parties = importer_of()
        parties["exporter"] = {each: it for each, it in parties["exporter"].items() if each != "ids"}
        parties["buyer"] = {"country": "CN", "naturalPerson": True, "identityDigest": self.digest}
        item = vector(VECTOR)["items"][0]
        price = {"value": value, "currency": "CNY"}
        item |= {"gtin": "4006381333931", "lineTotal": price, "quantity": {"value": pieces, "unit": "H87"}}
        item.pop("unitPrice", None)
        return self.journey.make(
            VECTOR, "xb.declarant", ["xb.customs"],
            keys=[{"scheme": "declaration", "issuer": "xb.declarant", "value": fresh("RIS")}],
            header=PROFILE, parties=parties, items=[item], customsValue=price, without=["taxScheme"],
            procedure={"list": "cn-supervision-mode", "code": "9610"},
            waybills=[{"scheme": "waybill", "issuer": "xa.carrier", "value": fresh("W")}],
            totals={**vector(VECTOR)["totals"], "goodsValue": price},
        )  # fmt: skip


@pytest.mark.requirement("TF-ACC-13", "TF-RULE-14")
@synchronous
async def test_a_list_beyond_the_single_or_the_yearly_limit_is_refused_until_goods_go_back(
    world: World,
) -> None:
    async with on_the_way(world) as journey:
        buyer = Buyer(journey)

        async def refused(payload: Payload) -> list[tuple[str, str]]:
            found = await journey.send(payload, "refused")
            return [(each["rule"], each["pointer"]) for each in found.refusal["violations"]]

        first = buyer.list_of("100.00")
        year = first["header"]["issuedAt"][:4]
        await journey.send(first)
        returned = await buyer.spent(year, fresh("L"), "900.00")
        await buyer.spent(year, fresh("L"), "25000.00")
        await journey.send(buyer.list_of("100.00"))
        assert await refused(buyer.list_of("100.01")) == [("LIM-02", "/customsValue")]
        await buyer.freed(returned)
        await journey.send(buyer.list_of("1000.00"))
        assert await refused(buyer.list_of("5000.01")) == [
            ("LIM-01", "/customsValue"), ("LIM-02", "/customsValue"),
        ]  # fmt: skip
        await journey.send(Buyer(journey).list_of("5000.01", pieces="1"))
