"""A declaration is amended and cancelled by request and decision, and a release covers one version of it."""

import pytest

from kit.asynchronous import synchronous
from kit.journeys import BOTH, Goods, Payload, World, on_the_way
from kit.papers import ref

pytestmark = pytest.mark.slow


async def _second_version(goods: Goods, *names: Payload, outcome: str) -> Payload:
    first = goods.declaration
    replaced = {each: ref(first)[each] for each in ("id", "digest")}
    return await goods.journey.say(
        "declaration/export-list",
        "xa.declarant",
        BOTH,
        goods.waybill,
        *names,
        keys=goods.keys,
        header={"version": 2, "replaces": replaced},
        items=first["items"][:1],
        packages=first["packages"][:1],
        totals={"packageCount": 1, "grossWeight": {"value": "2.1", "unit": "KGM"},
                "goodsValue": {"value": "49", "currency": "GBP"}},
        outcome=outcome,
    )  # fmt: skip


@pytest.mark.requirement("TF-SUBJ-13", "TF-SUBJ-14", "TF-SUBJ-15")
@synchronous
async def test_a_granted_amendment_makes_version_two_and_a_release_of_version_one_is_flagged(
    world: World,
) -> None:
    async with on_the_way(world) as journey:
        goods = await Goods(journey).lodge()
        asked = await goods.ask("amendment/short-loaded", kind="before-release")
        second = await _second_version(goods, outcome="pending")
        assert (await goods.tracks()).keys() == {"P1+P2"}
        await goods.decide("decision/granted", asked, second)
        assert (await goods.tracks()).keys() == {"P1"}
        first = goods.declaration
        goods.declaration = second
        await goods.release()
        assert {each["export"] for each in (await goods.tracks("xb.customs")).values()} == {"released"}
        goods.declaration = first
        other = await Goods(journey).lodge()
        again = await other.ask("amendment/short-loaded", kind="before-release")
        await other.decide("decision/granted", again, await _second_version(other, outcome="pending"))
        await journey.say(
            "release/full", "xa.customs", ["xa.declarant", "xb.customs"], other.declaration,
            other.registered, keys=other.keys, outcome="flagged",
        )  # fmt: skip
        found = await journey.findings("xb.customs", "consignment", other.declared)
        assert "release-of-other-version" in found


@pytest.mark.requirement("TF-SUBJ-15")
@synchronous
async def test_after_release_the_decision_says_whether_the_release_covers_the_new_version(
    world: World,
) -> None:
    async with on_the_way(world) as journey:
        for covers in (True, False):
            goods = await Goods(journey).lodge()
            await goods.release()
            asked = await goods.ask("amendment/short-loaded")
            granted = await goods.decide("decision/granted", asked, releaseCovers=covers)
            await _second_version(goods, granted, outcome="accepted" if covers else "flagged")
            found = await journey.findings("xa.customs", "consignment", goods.declared)
            assert ("version-after-release" in found) is not covers
            assert (await goods.tracks())["P1"]["export"] == "released"


@synchronous
async def test_a_cancellation_withdraws_the_declaration_only_when_it_is_granted(world: World) -> None:
    async with on_the_way(world) as journey:
        goods = await Goods(journey).lodge()
        asked = await goods.ask("cancellation/whole")
        assert (await goods.tracks())["P1+P2"]["export"] == "registered"
        await goods.decide(
            "decision/granted", asked, effect="withdrawn", without=["newVersion", "releaseCovers"]
        )
        for node in BOTH:
            assert (await goods.tracks(node))["P1+P2"]["export"] == "withdrawn"
