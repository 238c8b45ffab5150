"""What one node promises about a document: one effect, one receipt, whatever comes twice, late or wrong."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kit.asynchronous import eventually, synchronous
from kit.members import Society
from kit.papers import Parcel, paper, ref
from kit.stations import in_process
from threeflow import envelope, strict
from threeflow.keys import SigningKey

pytestmark = pytest.mark.usefixtures("each_storage")


@pytest.mark.requirement("TF-INTAKE-5", "TF-REST-3")
@synchronous
async def test_a_repeat_earns_the_first_receipt_octet_for_octet(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, _):
        order = Parcel().order
        first, again = await station.submit(order), await station.submit(order)
        assert (first.status, again.status) == (201, 200)
        assert first.raw == again.raw


@pytest.mark.requirement("TF-INTAKE-5", "TF-INTAKE-8")
@synchronous
async def test_racing_deliveries_have_one_effect(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, _):
        order = Parcel().order
        outcomes = await asyncio.gather(*(station.submit(order) for _ in range(20)))
        assert len({each.raw for each in outcomes}) == 1
        assert sorted(each.status for each in outcomes) == [200] * 19 + [201]
        events = [each async for each in station.as_("xa.customs").events()]
        assert len(events) == 1


@pytest.mark.requirement("TF-INTAKE-5")
@synchronous
async def test_a_repeat_after_key_rotation_earns_the_first_receipt(tmp_path: Path) -> None:
    society = Society()
    async with in_process(tmp_path, society) as (station, gateway):
        order = Parcel().order
        sealed = station.as_("xa.platform").seal(order)
        first = await station.as_("xa.platform").submit(sealed)
        old = society.keys["xa.platform"].seal.kid
        society.keys["xa.platform"].seals.append(SigningKey.generate("Ed25519", "xa.platform#seal-2", "seal"))
        retired = {old: {"retired_at": datetime.now(UTC) - timedelta(hours=1)}}
        gateway.node.trust.add(society.publish("xa", key_states=retired), now=datetime.now(UTC))
        again = await station.as_("xa.platform").submit(sealed)
        assert (again.status, again.raw) == (200, first.raw)
        fresh = envelope.seal(strict.dump(Parcel().order), society.keys["xa.platform"].seals[0])
        late = await station.as_("xa.platform").submit(fresh)
        assert late.code == "key-retired"


@pytest.mark.requirement("TF-INTAKE-4", "TF-INTAKE-6")
@synchronous
async def test_other_octets_under_a_bound_id_are_a_conflict(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, _):
        order = Parcel().order
        assert (await station.submit(order)).state == "accepted"
        changed = await station.submit({**order, "orderNumber": "another"})
        assert (changed.code, changed.status) == ("document-conflict", 409)
        broken = bytearray(station.as_("xa.platform").seal({**order, "orderNumber": "third"}))
        at = broken.rindex(b'"signature":"') + 20
        broken[at] = ord("A") if broken[at] != ord("A") else ord("B")
        assert (await station.as_("xa.platform").submit(bytes(broken))).code == "seal-invalid"
        assert (await station.submit(Parcel().order)).state == "accepted"


@pytest.mark.requirement("TF-INTAKE-7")
@synchronous
async def test_a_refusal_binds_nothing(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, _):
        order = Parcel().order
        wrong = {**order, "orderedAt": "yesterday"}
        assert (await station.submit(wrong)).code == "schema-violated"
        assert (await station.submit(wrong)).code == "schema-violated"
        assert (await station.submit(order)).state == "accepted"


@pytest.mark.requirement("TF-INTAKE-18", "TF-INTAKE-21", "TF-INTAKE-22")
@synchronous
async def test_documents_in_any_order_end_in_the_same_state(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, _):
        straight, backwards = Parcel(), Parcel()
        names = ("order", "payment", "waybill", "declaration", "registered", "release")
        for name in names:
            assert (await station.submit(getattr(straight, name))).state == "accepted"
        states = [(await station.submit(getattr(backwards, name))).state for name in reversed(names)]
        assert states[:2] == ["pending", "pending"]
        customs = station.as_("xa.customs")
        one, other = [await customs.subject("consignment", each.keys[0]) for each in (straight, backwards)]
        assert one["tracks"] == other["tracks"]
        assert one["accounts"] == other["accounts"]
        assert {each["outcome"] for each in other["documents"]} == {"accepted"}
        events = [each async for each in customs.events()]
        became = [each for each in events if each["document"]["id"] == backwards.release["header"]["id"]]
        assert [each["outcome"] for each in became] == ["pending", "accepted"]


@pytest.mark.requirement("TF-INTAKE-22")
@synchronous
async def test_what_a_pending_document_lacks_may_never_come(tmp_path: Path) -> None:
    settings = {"process": {"pending_seconds": 1, "sweep_seconds": 0.1}}
    async with in_process(tmp_path, Society(), settings=settings) as (station, _):
        parcel = Parcel()
        assert (await station.submit(parcel.registered)).state == "pending"
        customs = station.as_("xa.customs")

        async def ran_out() -> bool:
            return [each["outcome"] async for each in customs.events()] == ["pending", "no-effect"]

        await eventually(ran_out)
        assert (await station.submit(parcel.declaration)).state == "accepted"
        seen = await customs.subject("consignment", parcel.keys[0])
        assert seen["tracks"]["export"] == "lodged"


@pytest.mark.requirement("TF-INTAKE-22")
@synchronous
async def test_what_ran_out_in_its_case_has_no_effect_for_good(tmp_path: Path) -> None:
    settings = {"process": {"pending_seconds": 1, "sweep_seconds": 0.1}}
    async with in_process(tmp_path, Society(), settings=settings) as (station, _):
        parcel = Parcel()
        for paper in (parcel.order, parcel.payment, parcel.waybill, parcel.declaration):
            assert (await station.submit(paper)).state == "accepted"
        assert (await station.submit(parcel.release)).state == "pending"
        customs = station.as_("xa.customs")

        async def told() -> list[Any]:
            events = [each async for each in customs.events()]
            return [each["outcome"] for each in events if each["document"]["type"] == "release"]

        async def ran_out() -> bool:
            return len(await told()) > 1

        await eventually(ran_out)
        assert await told() == ["pending", "no-effect"]
        # What it lacked comes too late.
        assert (await station.submit(parcel.registered)).state == "accepted"
        assert await told() == ["pending", "no-effect"]
        seen = await customs.subject("consignment", parcel.keys[0])
        assert seen["tracks"]["export"] == "registered"
        outcomes = {each["type"]: each["outcome"] for each in seen["documents"]}
        assert outcomes["release"] == "no-effect"


@pytest.mark.requirement("TF-INTAKE-29", "TF-REST-9")
@synchronous
async def test_the_event_feed_has_no_gap_and_waits(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, _):
        client = station.as_("xa.customs")
        for _ in range(5):
            await station.submit(Parcel().order)
        numbers = [each["sequence"] async for each in client.events(limit=2)]
        assert numbers == [1, 2, 3, 4, 5]

        async def next_one() -> int:
            async for each in client.events(after=5, wait=10):
                return int(str(each["sequence"]))
            return 0

        waiting = asyncio.create_task(next_one())
        await asyncio.sleep(0.2)
        assert not waiting.done()
        await station.submit(Parcel().order)
        async with asyncio.timeout(5):
            assert await waiting == 6


@pytest.mark.requirement("TF-INTAKE-25", "TF-INTAKE-26", "TF-INTAKE-4")
@synchronous
async def test_a_restart_keeps_everything(tmp_path: Path) -> None:
    society, parcel = Society(), Parcel()
    async with in_process(tmp_path, society) as (station, _):
        receipts = [
            await station.submit(getattr(parcel, name)) for name in ("order", "waybill", "declaration")
        ]
        seen = await station.as_("xa.customs").subject("consignment", parcel.keys[0])
    async with in_process(tmp_path, society) as (station, _):
        again = [await station.submit(getattr(parcel, name)) for name in ("order", "waybill", "declaration")]
        assert [each.raw for each in again] == [each.raw for each in receipts]
        assert [each.receipt["log"]["index"] for each in again] == [0, 1, 2]
        assert await station.as_("xa.customs").subject("consignment", parcel.keys[0]) == seen
        assert (await station.submit(parcel.registered)).receipt["log"]["index"] == 3


@pytest.mark.requirement("TF-INTAKE-24")
@synchronous
async def test_keys_join_subjects_and_the_earlier_stays(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, _):
        parcel = Parcel()
        one, two = parcel.case_keys
        first = paper("order/parcel-to-germany", "xa.platform", ["xa.customs"], keys=[one])
        second = paper("payment/paid-with-a-coupon", "xa.pay", ["xa.customs"], keys=[two])
        told = ["xa.customs", "xa.pay"]
        third = paper("order/parcel-to-germany", "xa.platform", told, keys=[one, two])
        subjects = [(await station.submit(each)).receipt["subject"]["id"] for each in (first, second, third)]
        assert subjects[0] != subjects[1]
        assert subjects[2] == subjects[0]
        joined = await station.as_("xa.customs").subject("case", two)
        assert joined["id"] == subjects[0]
        assert len(joined["documents"]) == 3


@pytest.mark.requirement("TF-INTAKE-12", "TF-REST-5", "TF-REST-6")
@synchronous
async def test_not_held_and_not_yours_look_alike(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, _):
        order = Parcel().order
        sealed = station.as_("xa.platform").seal(order)
        await station.as_("xa.platform").submit(sealed)
        held = await station.as_("xa.customs").fetch("xa.platform", order["header"]["id"])
        assert held.raw == sealed
        answers = []
        for number in (order["header"]["id"], "00000000-0000-4000-8000-000000000000"):
            answer = await station.as_("xb.declarant")._transport.request(
                "GET", f"/v1/documents/xa.platform/{number}"
            )
            answers.append((answer.status_code, answer.content))
        assert answers[0] == answers[1]
        assert answers[0][0] == 404
        bare = await station.as_("xa.customs")._transport.request(
            "GET", f"/v1/documents/xa.platform/{order['header']['id']}", accept="application/json"
        )
        assert bare.content == strict.dump(order)


@pytest.mark.requirement("TF-REST-4", "TF-INTAKE-27")
@synchronous
async def test_a_batch_has_one_outcome_a_line(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, _):
        client = station.as_("xa.platform")
        good = [client.seal(Parcel().order) for _ in range(3)]
        bad = client.seal({**Parcel().order, "orderedAt": 7})
        outcomes = await client.submit_batch([good[0], bad, good[1], good[0], good[2]])
        assert [each.state for each in outcomes] == [
            "accepted",
            "refused",
            "accepted",
            "accepted",
            "accepted",
        ]
        assert outcomes[3].raw == outcomes[0].raw
        assert [each.receipt["log"]["index"] for each in outcomes if each.receipt] == [0, 1, 0, 2]


@pytest.mark.requirement("TF-INTAKE-33")
@synchronous
async def test_every_receipt_is_proven_in_the_log(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society(), settings={"limits": {"batch_units": 7}}) as (station, gateway):
        sealed = [station.as_("xa.platform").seal(Parcel().order) for _ in range(300)]
        outcomes = await station.as_("xa.platform").submit_batch(sealed)
        assert await gateway.node._checkpoints.make()
        assert not await gateway.node._checkpoints.make()
        client = station.as_("xa.customs")
        checkpoint = await client.checkpoint()
        assert checkpoint["size"] == 300
        for outcome in outcomes[::37]:
            payload = envelope.read(outcome.raw).payload
            await client.prove_inclusion(payload, outcome.receipt["log"]["index"], checkpoint)
        await station.submit(Parcel().order)
        await gateway.node._checkpoints.make()
        await client.prove_consistency(checkpoint, await client.checkpoint())


@pytest.mark.requirement("TF-INTAKE-16", "TF-INTAKE-17")
@synchronous
async def test_required_references_are_named_and_right(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, _):
        parcel = Parcel()
        await station.submit(parcel.declaration)
        without = {
            **parcel.release,
            "header": {**parcel.release["header"], "references": [ref(parcel.registered)]},
        }
        assert (await station.submit(without)).code == "reference-missing"
        wrong = {**ref(parcel.declaration), "digest": ref(parcel.order)["digest"]}
        header = {**parcel.registered["header"], "references": [wrong]}
        assert (await station.submit({**parcel.registered, "header": header})).code == "reference-mismatch"
        assert (await station.submit(parcel.registered)).state == "accepted"


@pytest.mark.requirement("TF-INTAKE-19")
@synchronous
async def test_a_broken_rule_refuses_a_request_and_flags_a_fact(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, _):
        parcel = Parcel()
        order = parcel.order
        order["totals"]["goodsValue"]["value"] = "1"
        flagged = await station.submit(order)
        assert (flagged.state, flagged.status) == ("flagged", 201)
        assert [each["rule"] for each in flagged.receipt["findings"] if each["verdict"] == "fail"]
        declaration = parcel.declaration
        declaration["totals"]["grossWeight"]["value"] = "0.1"
        refused = await station.submit(declaration)
        assert (refused.code, refused.status) == ("rule-violated", 422)
        violations = refused.refusal["violations"]
        assert all(each["pointer"].startswith("/") and each["message"]["zh"] for each in violations)
        assert violations == sorted(violations, key=lambda each: (each["rule"], each["pointer"]))


@pytest.mark.requirement("TF-INTAKE-29")
@synchronous
async def test_events_and_receipts_have_the_form_of_their_schemas(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, gateway):
        schemas = gateway.node.standard.schemas
        parcel = Parcel()
        for name in ("registered", "order", "payment", "waybill", "declaration", "release"):
            outcome = await station.submit(getattr(parcel, name))
            assert not schemas.validate("receipt", outcome.receipt)
        events = [each async for each in station.as_("xa.customs").events()]
        assert len(events) == 7
        for each in events:
            assert not schemas.validate("event", each)
