"""What importing customs says before the goods leave and after: questions, orders, a yes taken back, a no."""

import pytest

from kit.asynchronous import synchronous
from kit.journeys import Goods, World, declared, named, on_the_way, vector

pytestmark = pytest.mark.slow
REASONS = {"reasons": vector("import-decision/entry-refused")["reasons"]}


@pytest.mark.requirement("TF-SUBJ-20")
@synchronous
async def test_the_dialogue_runs_from_advance_data_to_a_refusal_that_is_reopened(world: World) -> None:
    async with on_the_way(world) as journey:
        goods = await Goods(journey).lodge()
        order = await goods.act("inspection-order/physical", kind="image", act={"scope": {"all": True}})
        scan = await goods.act(
            "inspection-result/conform", order, method="image", act={"scope": {"all": True}},
            speaksFor="scope",
        )  # fmt: skip
        await goods.release()
        await goods.advance()

        async def admission() -> str:
            (state,) = {each["admission"] for each in (await goods.tracks("xa.customs")).values()}
            return state

        assert await admission() == "advance-received"
        referred = await goods.answer("referred", "refer")
        question = await journey.say(
            "information-request/clarify", "xb.customs", ["xa.customs", "xb.declarant"], referred,
            goods.declaration, kind="image",
        )  # fmt: skip
        code = vector("information-response/answer")["answers"][0]["code"]
        await journey.say(
            "information-response/answer", "xa.customs", ["xb.customs"], question,
            answers=[{"code": code, "reference": named(scan)}],
        )  # fmt: skip
        assert scan["images"][0]["digest"].startswith("sha-256:")
        assert await admission() == "referred"
        await goods.answer("entry-refused", "do-not-load")
        assert await admission() == "do-not-load"
        await goods.event("loaded", ["P1"], outcome="flagged")
        await goods.answer("accepted-before-departure", "accept", scan)
        assert await admission() == "accepted"
        await goods.event("loaded")
        await goods.event("departed")
        await goods.answer("entry-refused", "withdraw-acceptance")
        assert await admission() == "referred"
        late = await goods.answer("entry-refused", "do-not-load", outcome="flagged")
        refused = await goods.answer("entry-refused", "refuse-entry")
        assert await admission() == "refused"
        assert refused["reasons"]
        assert refused["act"]["remedy"]["lastDay"]
        objection = await journey.say(
            "objection/re-assessment", "xb.declarant", ["xb.customs", "xa.customs"], refused,
            kind="review", against=named(refused), lastDay=refused["act"]["remedy"]["lastDay"],
        )  # fmt: skip
        await journey.say(
            "decision/granted", "xb.customs", ["xb.declarant", "xa.customs"], objection,
            goods.declaration, kind="reopen", effect="reopened", answers=named(objection),
            act={"position": "import", **declared(goods.declaration)},
            without=["newVersion", "releaseCovers"],
        )  # fmt: skip
        assert await admission() == "referred"
        found = await journey.findings("xa.customs", "consignment", goods.declared)
        assert {"loaded-against-order", "do-not-load-too-late"} <= set(found)
        assert late["header"]["kind"] == "do-not-load"
