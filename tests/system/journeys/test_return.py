"""Goods go back as a consignment of its own with the positions swapped, inside the time limits."""

from datetime import UTC, date, datetime, timedelta

import pytest

from kit.asynchronous import synchronous
from kit.journeys import BOTH, Goods, World, fresh, importer_of, on_the_way, vector
from threeflow.deadlines import Calendar, deadline, is_over

pytestmark = pytest.mark.slow
STATUS = {"without": ["declarationNumber", "sourceStatus"]}
AT_IMPORT = {"position": "import"}


def _back() -> dict[str, object]:
    carriage = vector("waybill/air-parcel-in-two-cartons")["carriage"]
    return {**carriage, "dispatchCountry": "DE", "destinationCountry": "CN"}


@pytest.mark.requirement("TF-LIMIT-10", "TF-SUBJ-18")
@synchronous
async def test_exported_goods_return_through_an_export_of_xb_and_an_import_of_xa(world: World) -> None:
    async with on_the_way(world) as journey:
        goods = await Goods(journey).lodge()
        await goods.release()
        await goods.event("departed")
        say, number = journey.say, fresh("R")
        way = {"scheme": "waybill", "issuer": "xa.carrier", "value": f"W{number}"}
        own = {"scheme": "local-reference", "issuer": "xa.declarant", "value": number}
        keys = [own, way]
        goods_back = {each: vector("declaration/transit")[each] for each in ("items", "packages", "totals")}
        waybill = await say(
            "waybill/air-parcel-in-two-cartons", "xa.carrier", BOTH, keys=[way], carriage=_back(),
            packages=goods_back["packages"], packageCount=1,
        )  # fmt: skip
        request = await say(
            "return-request/export-return", "xa.declarant", BOTH, goods.declaration, waybill, keys=keys,
            packages=goods_back["packages"],
            returns=[{"item": 1, "number": goods.declared["value"], "line": 1, "quantity": "2"}],
        )  # fmt: skip
        registered = await say(
            "customs-status/registered", "xa.customs", ["xa.declarant", "xb.customs"], request,
            act=AT_IMPORT, **STATUS,
        )  # fmt: skip
        leaving = await say(
            "declaration/transit", "xb.declarant", [*BOTH, "xa.carrier"], waybill, request, keys=keys,
            kind="full", direction="export", procedure={"list": "eu-procedure", "code": "3171"},
            without=["transit"], **goods_back,
        )  # fmt: skip
        to = ["xb.declarant", "xa.customs", "xa.carrier"]
        export = await say("customs-status/registered", "xb.customs", to, leaving, **STATUS)
        await say("release/full", "xb.customs", to, leaving, export, keys=keys)
        received = await say(
            "customs-status/registered", "xa.customs", ["xb.customs"], leaving, kind="advance-received",
            act=AT_IMPORT, **STATUS,
        )  # fmt: skip
        await say(
            "import-decision/accepted-before-departure", "xa.customs", ["xb.customs"], received,
            journey.agreement, leaving, keys=keys,
        )  # fmt: skip
        for kind in ("departed", "available"):
            await say(
                "logistics-event/departed", "xa.carrier", list(BOTH), keys=[way], kind=kind,
                packages=["P1"], without=["eventType", "seals"],
            )  # fmt: skip
        await say(
            "release/full", "xa.customs", ["xa.declarant", "xb.customs"], request, registered, keys=keys,
            act=AT_IMPORT, without=["importingJurisdiction"],
        )  # fmt: skip
        await say(
            "customs-status/registered", "xa.customs", ["xa.declarant", "xb.customs"], request,
            kind="closed", act=AT_IMPORT, **STATUS,
        )  # fmt: skip
        for node in BOTH:
            (tracks,) = (await journey.tracks(node, own)).values()
            assert (tracks["export"], tracks["admission"], tracks["import"]) == (
                "released", "accepted", "closed",
            )  # fmt: skip
        assert (await goods.tracks())["P1+P2"]["transport"] == "departed"


@pytest.mark.requirement("TF-LIMIT-5", "TF-LIMIT-10")
@synchronous
async def test_imported_goods_return_inside_instants_that_everybody_counts_alike(world: World) -> None:
    async with on_the_way(world) as journey:
        now = datetime.now(UTC)
        calendar = Calendar("xb-2026", date(now.year - 1, 1, 1), date(now.year + 2, 1, 1))
        apply, back = (
            deadline(now, days, "calendar-days", calendar, zone="Europe/Berlin", at_expiry="lapses")
            for days in (30, 45)
        )
        keys = [{"scheme": "declaration", "issuer": "xb.declarant", "value": fresh("RIS")}]
        declaration = await journey.say(
            "declaration/import", "xb.declarant", ["xb.customs"], keys=keys, parties=importer_of()
        )
        own = [{"scheme": "local-reference", "issuer": "xb.declarant", "value": fresh("RET")}]
        request = await journey.say(
            "return-request/import-return", "xb.declarant", ["xb.customs"], declaration, keys=own,
            releasedAt=now.isoformat(), applyUntil=apply, returnUntil=back,
        )  # fmt: skip
        assert not is_over(request["applyUntil"], datetime.now(UTC))
        assert is_over(request["returnUntil"], now + timedelta(days=50))
        assert (await journey.tracks("xb.customs", own[0]))["R1"]["export"] == "lodged"
        late = [{**own[0], "value": fresh("RET")}]
        await journey.say(
            "return-request/import-return", "xb.declarant", ["xb.customs"], declaration, keys=late,
            applyUntil={**apply, "at": (now - timedelta(minutes=1)).isoformat()}, outcome="flagged",
        )  # fmt: skip
        assert await journey.findings("xb.customs", "consignment", late[0]) == ["return-late"]
