"""Declared at one office, left at another: directly, or in transit with seals, time limit and guarantee."""

from datetime import UTC, datetime, timedelta

import pytest

from kit.asynchronous import synchronous
from kit.journeys import Goods, Journey, Payload, World, account, account_key, fresh, on_the_way, vector

pytestmark = pytest.mark.slow
DEPARTURE = {"list": "xa-office", "code": "XA100"}
DESTINATION = {"list": "xa-office", "code": "XA900"}
MADE_UP = "declaration/transit"


class Transit:
    """One movement between two offices of xa."""

    def __init__(self, journey: Journey) -> None:
        self.journey = journey
        self.key = {"scheme": "movement", "issuer": "xa.carrier", "value": fresh("GC")}

    async def declare(self, *guarantees: str, days: float = 2, outcome: str = "accepted") -> None:
        """The declarant declares it, secured by these guarantees."""
        limit = (datetime.now(UTC) + timedelta(days=days)).isoformat()
        said = {"guarantees": list(guarantees)} if guarantees else {}
        self.declaration = await self.journey.say(
            MADE_UP, "xa.declarant", ["xa.customs"], keys=[self.key], outcome=outcome,
            transit={**vector(MADE_UP)["transit"], "limit": limit}, **said,
        )  # fmt: skip

    async def status(self, kind: str, office: dict[str, str], **more: object) -> Payload:
        """One of the two offices says that it started or ended."""
        return await self.journey.say(
            "customs-status/registered", "xa.customs", ["xa.declarant"], self.declaration, kind=kind,
            act={"position": "transit", "office": office},
            without=["declarationNumber", "sourceStatus", "riskResult"], **more,
        )  # fmt: skip

    async def state(self, node: str = "xa.customs") -> str:
        """How the movement stands."""
        found = await self.journey.subject(node, "movement", self.key)
        return str(found["portions"][0]["tracks"]["movement"])


@pytest.mark.requirement("TF-LIMIT-11")
@synchronous
async def test_a_secured_transit_runs_between_two_offices_and_its_guarantee_is_freed(world: World) -> None:
    async with on_the_way(world) as journey:
        of = account("guarantee", "xa.declarant", "CN")
        about = {"keys": [account_key(of)], "account": of, "guaranteeNumber": of["number"]}
        figure = {"amount": {"value": "100.00", "currency": "CNY"}}
        limit = await journey.say(
            "guarantee/issue", "xa.bank", ["xa.customs"], **about, entries=[{"number": "limit", **figure}]
        )
        transit = Transit(journey)
        await transit.declare(of["number"])
        number = transit.key["value"]
        await journey.say(
            "guarantee/reserve", "xa.customs", ["xa.declarant", "xa.bank"], limit, transit.declaration,
            **about, entries=[{"number": number, **figure}],
        )  # fmt: skip
        await transit.status("transit-started", DEPARTURE)
        assert await transit.state() == "under-way"
        assert transit.declaration["transit"]["seals"] == ["T-9001"]
        await transit.status("transit-ended", DESTINATION)
        assert await transit.state() == await transit.state("xa.hub") == "discharged"
        await journey.say(
            "guarantee/reserve", "xa.customs", ["xa.declarant", "xa.bank"], limit, transit.declaration,
            **about, kind="free", entries=[{"number": number}],
        )  # fmt: skip
        assert await journey.balance("xa.customs", of) == ("open", {"CNY": "100.00"}, {})


@pytest.mark.requirement("TF-LIMIT-11")
@synchronous
async def test_an_unsecured_transit_is_flagged_and_one_that_ends_with_a_difference_says_so(
    world: World,
) -> None:
    async with on_the_way(world) as journey:
        transit = Transit(journey)
        await transit.declare(days=-0.1, outcome="flagged")
        await transit.status("transit-started", DEPARTURE)
        await transit.status(
            "transit-ended",
            DESTINATION,
            reasons=[{"text": [{"lang": "en", "text": "A seal is missing"}]}],
            outcome="flagged",
        )
        assert await transit.state() == "discharged-with-difference"
        found = await journey.findings("xa.customs", "movement", transit.key)
        assert sorted(found) == ["transit-late", "transit-unsecured"]


@synchronous
async def test_goods_declared_inland_leave_at_the_office_of_exit_which_confirms_it(world: World) -> None:
    async with on_the_way(world) as journey:
        goods = await Goods(journey).lodge(declarationOffice=DEPARTURE, exitEntryOffice=DESTINATION)
        await goods.release()

        async def confirmed(outcome: str, **more: object) -> None:
            await goods.act(
                "customs-status/registered", kind="exit-confirmed", outcome=outcome,
                act={"office": DESTINATION, "scope": {"all": True}},
                without=["declarationNumber", "sourceStatus", "riskResult"], **more,
            )  # fmt: skip

        for kind in ("at-control-place", "loaded", "departed"):
            await goods.event(kind)
        await confirmed("accepted")
        for node in ("xa.customs", "xb.customs"):
            (tracks,) = (await goods.tracks(node)).values()
            assert (tracks["export"], tracks["transport"]) == ("exit-confirmed", "departed")
