"""One instruction and one result for customs and quarantine, relied on at import while nothing was opened."""

import pytest

from kit.asynchronous import synchronous
from kit.journeys import Goods, Payload, World, importer_of, on_the_way
from threeflow.custody import custody

pytestmark = pytest.mark.slow
SEAL = ["S-4420"]


async def _inspected(goods: Goods) -> Payload:
    scope = {"scope": {"packages": ["P1"]}}
    order = await goods.act("inspection-order/joint-with-quarantine", act=scope)
    tracks = await goods.tracks()
    assert {name: each["export"] for name, each in tracks.items()} == {
        "P1": "inspection-ordered", "P2": "registered",
    }  # fmt: skip
    result = await goods.act("inspection-result/conform", order, act=scope, sealsAfter=SEAL)
    await goods.release()
    return result


@pytest.mark.requirement("TF-LIMIT-8", "TF-SUBJ-10", "TF-SUBJ-18")
@synchronous
async def test_a_joint_inspection_is_recognised_and_the_goods_are_released_and_closed(world: World) -> None:
    async with on_the_way(world) as journey:
        goods = await Goods(journey).lodge()
        result = await _inspected(goods)
        await goods.advance()
        events = [
            await goods.event(kind, seals=SEAL, without=["eventType"]) for kind in ("loaded", "departed")
        ]
        await goods.answer("accepted-before-departure", "accept", result)
        events += [
            await goods.event(kind, seals=SEAL, without=["eventType"]) for kind in ("arrived", "available")
        ]
        assert custody(result, events).recognised
        say, everywhere = journey.say, ["xb.declarant", "xa.customs", "xa.carrier"]
        declaration = await say(
            "declaration/import", "xb.declarant", ["xb.customs", "xa.customs", "xa.carrier"], keys=goods.keys,
            parties=importer_of(),
        )  # fmt: skip
        status = {"without": ["declarationNumber", "sourceStatus"], "act": {"position": "import"}}
        registered = await say("customs-status/registered", "xb.customs", everywhere, declaration, **status)
        await say(
            "release/full", "xb.customs", everywhere, declaration, registered, keys=goods.keys,
            act={"position": "import"}, without=["importingJurisdiction"],
        )  # fmt: skip
        await goods.event("delivered")
        await say("customs-status/registered", "xb.customs", everywhere, declaration, kind="closed", **status)
        for node in ("xa.customs", "xb.customs"):
            tracks = (await goods.tracks(node)).values()
            assert {(each["transport"], each["admission"], each["import"]) for each in tracks} == {
                ("delivered", "accepted", "closed")
            }


@pytest.mark.requirement("TF-LIMIT-8", "TF-LIMIT-9", "TF-SUBJ-19")
@synchronous
async def test_after_a_seal_was_broken_the_inspection_is_not_recognised(world: World) -> None:
    async with on_the_way(world) as journey:
        goods = await Goods(journey).lodge()
        result = await _inspected(goods)
        await goods.advance()
        broken = await goods.event(
            "seal-broken", ["P1"], "flagged", sealsBroken=SEAL, seals=["S-9"], without=["eventType"]
        )
        shown = await goods.event("available", ["P1"], seals=["S-9"], without=["eventType"])
        assert not custody(result, [broken, shown]).recognised
        await goods.answer("accepted-before-departure", "accept", result, outcome="flagged")
        await goods.answer("referred", "refer")
        found = await journey.findings("xb.customs", "consignment", goods.declared)
        assert {"custody-broken", "inspection-not-recognised"} <= set(found)
        assert {each["admission"] for each in (await goods.tracks("xb.customs")).values()} == {"referred"}
