"""What importing customs says before the goods leave and after: questions, orders, a yes taken back, a no."""

import pytest

from kit.asynchronous import synchronous
from kit.journeys import (
    Goods,
    World,
    account,
    account_key,
    declared,
    importer_of,
    named,
    on_the_way,
    vector,
)

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


@synchronous
async def test_a_refer_is_settled_by_a_guarantee_and_a_physical_check(world: World) -> None:
    """What importing customs may ask besides words and pictures."""
    async with on_the_way(world) as journey:
        goods = await Goods(journey).lodge()
        await goods.release()
        await goods.advance()
        referred = await goods.answer("referred", "refer")
        question = await journey.say(
            "information-request/clarify", "xb.customs", ["xb.declarant", "xa.customs"], referred,
            goods.declaration, kind="guarantee",
        )  # fmt: skip
        of = account("guarantee", "xb.declarant", "DE")
        secured = await journey.say(
            "guarantee/issue", "xb.bank", ["xb.customs", "xb.declarant"], keys=[account_key(of)], account=of,
            guaranteeNumber=of["number"],
            entries=[{"number": "limit", "amount": {"value": "80.00", "currency": "EUR"}}],
        )  # fmt: skip
        code = vector("information-response/answer")["answers"][0]["code"]
        await journey.say(
            "information-response/answer", "xb.declarant", ["xb.customs"], question,
            answers=[{"code": code, "reference": named(secured)}],
        )  # fmt: skip
        declaration = await journey.say(
            "declaration/import", "xb.declarant", ["xb.customs", "xa.customs"], keys=goods.keys,
            parties=importer_of(), guarantees=[of["number"]],
        )  # fmt: skip
        everywhere, at_import = ["xb.declarant", "xa.customs"], {"position": "import"}
        await journey.say(
            "customs-status/registered", "xb.customs", everywhere, declaration, act=at_import,
            without=["declarationNumber", "sourceStatus"],
        )  # fmt: skip
        whole = {**at_import, "scope": {"all": True}}
        order = await journey.say(
            "inspection-order/physical", "xb.customs", everywhere, declaration, keys=goods.keys, act=whole
        )
        result = await journey.say(
            "inspection-result/conform", "xb.customs", everywhere, declaration, order, keys=goods.keys,
            act=whole, speaksFor="scope",
        )  # fmt: skip
        await goods.answer("accepted-before-departure", "accept", result)
        for node in ("xa.customs", "xb.customs"):
            tracks = (await goods.tracks(node)).values()
            assert {(each["admission"], each["import"]) for each in tracks} == {("accepted", "inspected")}
