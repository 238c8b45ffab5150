"""A part is detained and freed while the rest goes; a refusal names its remedy and the last day."""

from datetime import UTC, date, datetime

import pytest

from kit.asynchronous import synchronous
from kit.journeys import Goods, World, declared, named, on_the_way
from threeflow.deadlines import Calendar, last_day

pytestmark = pytest.mark.slow
PART = {"items": [{"sequence": 2, "quantity": "5", "package": "P2"}]}


@pytest.mark.requirement("TF-SUBJ-8", "TF-SUBJ-10")
@synchronous
async def test_five_cups_are_detained_and_freed_while_the_rest_is_released(world: World) -> None:
    async with on_the_way(world) as journey:
        goods = await Goods(journey).lodge()
        held = await goods.act("detention/hold-one-line", act={"scope": PART})
        await goods.release({"items": [{"sequence": 1, "quantity": "2"}, {"sequence": 2, "quantity": "7"}]})
        seen = await journey.subject("xb.customs", "consignment", goods.declared)
        stood = {
            (cell["sequence"], cell["quantity"], each["tracks"]["export"])
            for each in seen["portions"]
            for cell in each["cells"]
        }
        assert stood == {(1, "2", "released"), (2, "7", "released"), (2, "5", "detained")}
        await journey.say(
            "objection/statement-before-decision", "xa.declarant", ["xa.customs"], held, against=named(held)
        )
        await goods.act("detention/freed", act={"scope": PART})
        await goods.release(PART)
        assert {each["export"] for each in (await goods.tracks()).values()} == {"released"}


@synchronous
async def test_a_refused_amendment_is_objected_to_in_time_and_decided_anew(world: World) -> None:
    async with on_the_way(world) as journey:
        goods = await Goods(journey).lodge()
        asked = await goods.ask("amendment/short-loaded", kind="before-release")
        today = datetime.now(UTC).date()
        calendar = Calendar("xa-2026", date(today.year - 1, 1, 1), date(today.year + 2, 1, 1))
        last = last_day(today, 60, "calendar-days", calendar).isoformat()
        remedy = {
            "body": "Office of review, XA",
            "text": {"lang": "en", "text": "In writing"},
            "lastDay": last,
        }
        refused = await goods.decide("decision/refused", asked, act={"remedy": remedy})
        objection = await journey.say(
            "objection/re-assessment",
            "xa.declarant",
            ["xa.customs"],
            refused,
            kind="review",
            against=named(refused),
            lastDay=last,
        )
        assert objection["lodgedAt"][:10] <= last
        decided = await journey.say(
            "decision/granted", "xa.customs", ["xa.declarant"], objection, asked,
            answers=named(objection), act=declared(goods.declaration), without=["releaseCovers"],
        )  # fmt: skip
        seen = await journey.subject("xa.customs", "consignment", goods.declared)
        stood = {each["id"]: each["outcome"] for each in seen["documents"]}
        for each in (refused, objection, decided):
            assert stood[each["header"]["id"]] == "accepted"
