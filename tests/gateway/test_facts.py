"""What a node supplies of the facts that rules ask for: from its own store, and never from an absence."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kit.asynchronous import synchronous
from kit.papers import Parcel, paper, ref
from kit.probed import as_version_of, lodged, numbered, order, probed
from threeflow.standard import Standard
from threeflow_gateway.intake.facts import PROVIDERS, Facts

SUPPLIED = ("held", "register", "account", "stated")


def test_every_fact_of_the_standard_says_how_it_is_supplied_and_has_its_provider() -> None:
    declared = {name: fact for rule in Standard.load().rules for name, fact in rule.facts.items()}
    assert {fact.supplied for fact in declared.values()} == set(SUPPLIED)
    found = {name for name, fact in declared.items() if fact.supplied != "stated"}
    assert found == set(PROVIDERS), "a fact that is not stated has a provider, and no other"


@pytest.mark.requirement("TF-RULE-23")
@synchronous
async def test_a_number_that_stands_elsewhere_is_told_with_its_document_but_not_for_versions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with probed(tmp_path, monkeypatch) as node:
        first, second, other = order("O-1"), order("O-1"), order("O-2")
        assert (await node.say(first))["sameNumber"] == []
        assert (await node.say(other))["sameNumber"] == []
        assert (await node.say(second))["sameNumber"] == [
            {"id": first["header"]["id"], "at": first["header"]["issuedAt"]}
        ]
        version = paper("order/parcel-to-germany", "xa.platform", ["xa.customs"], header=as_version_of(other),
                        orderNumber="O-2")  # fmt: skip
        assert (await node.say(version))["sameNumber"] == []


@pytest.mark.requirement("TF-RULE-23")
@synchronous
async def test_orders_of_one_buyer_on_one_day_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer = {"country": "DE", "naturalPerson": True, "identityDigest": "sha-256:" + "5" * 64}
    async with probed(tmp_path, monkeypatch) as node:
        counts = []
        for number, day in enumerate(("10", "10", "11", "10"), 1):
            said = order(f"B-{number}")
            said["header"].pop("parts", None)
            parties = {**said["parties"], "buyer": buyer, "consignee": buyer}
            said = {**said, "parties": parties, "orderedAt": f"2026-03-{day}T23:30:00+08:00"}
            said["header"]["issuedAt"] = f"2026-03-{day}T23:30:00+08:00"
            counts.append((await node.say(said))["buyerOrdersToday"])
        assert counts == [1, 2, 1, 3]
        assert "buyerOrdersToday" not in await node.say(order("B-9"))


@pytest.mark.requirement("TF-RULE-23")
@synchronous
async def test_what_is_declared_is_told_until_the_declaration_is_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with probed(tmp_path, monkeypatch) as node:
        parcel = Parcel()
        ordered, waybill = numbered(parcel)
        for each in (ordered, parcel.payment, waybill):
            assert (await node.say(each))["declaredBy"] == []
        declared = lodged(parcel)
        declared["header"]["references"] = [ref(ordered), ref(parcel.payment), ref(waybill)]
        assert (await node.say(declared))["sameConsignment"] == []
        number = parcel.keys[0]["value"]
        changed = {**order(ordered["orderNumber"]), "orderType": "b2b"}
        changed["header"] |= as_version_of(ordered)
        assert (await node.say(changed))["declaredBy"] == [number]
        rejected = {
            **paper("customs-status/rejected", "xa.customs", ["xa.declarant"], references=[ref(declared)]),
            "act": parcel.registered["act"] | {"declarationDigest": ref(declared)["digest"]},
        }
        await node.say(rejected)
        third = {**order(ordered["orderNumber"]), "orderType": "b2b"}
        third["header"] |= as_version_of(changed, 3)
        assert (await node.say(third))["declaredBy"] == []


@pytest.mark.requirement("TF-RULE-23")
@synchronous
async def test_another_declaration_of_the_same_orders_and_waybill_is_told_and_a_version_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with probed(tmp_path, monkeypatch) as node:
        parcel = Parcel()
        for each in (parcel.order, parcel.payment, parcel.waybill):
            await node.say(each)
        declared = lodged(parcel)
        assert (await node.say(declared))["sameConsignment"] == []
        version = lodged(parcel)
        version["header"] |= {"id": str(uuid.uuid4()), **as_version_of(declared)}
        assert (await node.say(version))["sameConsignment"] == []
        again = lodged(parcel)
        again["header"] |= {"id": str(uuid.uuid4()), "issuedAt": datetime.now(UTC).isoformat()}
        assert (await node.say(again, "pending"))["sameConsignment"] == [parcel.keys[0]["value"]]
        elsewhere = lodged(parcel, waybills=[{**parcel.keys[1], "value": "W-other"}])
        elsewhere["header"] |= {
            "id": str(uuid.uuid4()),
            "subjects": [{"keys": [{"scheme": "declaration", "issuer": "xa.customs", "value": "D-other"}]}],
        }
        assert (await node.say(elsewhere))["sameConsignment"] == []


@pytest.mark.requirement("TF-RULE-22")
@synchronous
async def test_who_keeps_no_register_supplies_what_it_holds_and_nothing_of_what_it_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = {
        "name": "Gan River Trading",
        "ids": [{"scheme": "cn-customs", "value": "3601000011"}],
        "country": "CN",
    }
    stranger = {**firm, "ids": [{"scheme": "cn-customs", "value": "3601999999"}]}
    async with probed(tmp_path, monkeypatch) as node:
        keys = [{"scheme": "record", "issuer": "xa.customs", "value": "REG-1"}]
        registration = paper(
            "registration/aeo", "xa.customs", ["xa.hub"], keys=keys, header={"kind": "customs"},
            registrationNumber="REG-1", holder=firm, validFrom="2020-01-01T00:00:00+08:00",
        )  # fmt: skip
        for member in ("grade", "role", "recognisedAs"):
            registration.pop(member, None)

        async def judged(party: Mapping[str, Any]) -> Mapping[str, Any]:
            parcel = Parcel()
            for each in (parcel.order, parcel.payment, parcel.waybill):
                await node.say(each)
            return await node.say({**parcel.declaration, "parties": {"declarant": party, "seller": party}})

        assert not {"registered", "negativeEntries"} & (await judged(firm)).keys()
        await node.say_quietly(registration)
        assert (await judged(firm))["registered"] == {"3601000011": "REG-1"}
        assert "registered" not in await judged(stranger)
        entry = paper(
            "credit-record/negative-entry", "xa.customs", ["xa.hub"], holder=firm,
            validUntil="2099-01-01T00:00:00+08:00",
            keys=[{"scheme": "record", "issuer": "xa.customs", "value": "N-1"}],
        )  # fmt: skip
        await node.say_quietly(entry)
        assert (await judged(firm))["negativeEntries"] == ["3601000011"]
        assert "negativeEntries" not in await judged(stranger)


@pytest.mark.requirement("TF-RULE-22")
@synchronous
async def test_who_keeps_the_register_supplies_what_is_not_there_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeps = ["registered", "negativeEntries", "registeredTrader", "warehouseRecords", "yearToDate", "exits"]
    async with probed(tmp_path, monkeypatch, registers=keeps) as node:
        parcel = Parcel()
        for each in (parcel.order, parcel.payment, parcel.waybill):
            await node.say(each)
        found = await node.say(parcel.declaration)
        assert (found["registered"], found["negativeEntries"], found["warehouseRecords"]) == ({}, [], {})


def test_a_register_that_no_node_keeps_is_no_setting(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="usdRates"):
        Facts(Standard.load(), keeps=("usdRates",))


@pytest.mark.requirement("TF-RULE-23", "TF-RULE-22")
@synchronous
async def test_a_licence_is_told_with_its_last_day_and_what_is_left_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with probed(tmp_path, monkeypatch) as node:
        permit = paper(
            "permit/licence", "xa.customs", ["xa.hub"], validUntil="2099-12-31T23:59:59+08:00",
            keys=[{"scheme": "record", "issuer": "xa.customs", "value": "L-1"}],
        )  # fmt: skip
        left = []
        for step in range(3):
            parcel = Parcel()
            for each in (parcel.order, parcel.payment, parcel.waybill):
                await node.say(each)
            items = json.loads(json.dumps(parcel.declaration["items"]))
            items[0]["licences"] = [{"type": {"list": "cn-licence", "code": "4"}, "number": "L-1"}]
            items[0]["quantity"] = {"value": "2", "unit": "H87"}
            found = await node.say({**parcel.declaration, "items": items})
            left.append(found.get("licences"))
            if step == 0:
                await node.say_quietly(permit)
        assert left == [
            None,
            {"L-1": {"validUntil": "2099-12-31", "remaining": "4998"}},
            {"L-1": {"validUntil": "2099-12-31", "remaining": "4996"}},
        ]


@pytest.mark.requirement("TF-RULE-23")
@synchronous
async def test_of_a_declaration_it_is_told_how_it_stands_since_when_and_what_is_left_of_its_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with probed(tmp_path, monkeypatch) as node:
        parcel = Parcel()
        # Who claims a refund by these documents has been told of them.
        parcel.declaration["header"]["receivers"].append("xa.seller")
        parcel.registered["header"]["receivers"].append("xa.seller")
        for each in (parcel.order, parcel.payment, parcel.waybill, parcel.declaration, parcel.registered):
            await node.say_quietly(each)
        amendment = paper(
            "amendment/net-weight",
            "xa.declarant",
            ["xa.customs"],
            references=[ref(parcel.declaration)],
            keys=parcel.keys,
        )
        assert (await node.say(amendment))["state"] == "registered"
        await node.say_quietly(parcel.release)
        number, day = parcel.keys[0]["value"], parcel.release["act"]["decidedAt"][:10]
        entered = _entered(number)
        await node.say_quietly(entered)
        first = await node.say(_claim(parcel, entered, number, "refund", 1))
        assert (first["releasedOn"], first["otherClaims"], first["exits"]) == (day, [], {})
        second = await node.say(_claim(parcel, entered, number, "exempt-no-invoice", 2))
        assert second["otherClaims"] == [{"number": number, "line": 1, "refundType": "refund"}]
        left = []
        for _ in range(2):
            found = await node.say(_return(parcel, number))
            left.append({each["line"]: each["quantity"] for each in found["remaining"][number]}[1])
        whole = parcel.declaration["items"][0]["quantity"]["value"]
        assert left == [whole, str(int(whole) - 1)]
        assert "exportedOn" not in found
        assert "remaining" not in await node.say(_return(parcel, "NOBODY-KNOWS-IT"))
        departed = {**parcel.registered, "declarationNumber": number}
        departed["header"] |= {"id": str(uuid.uuid4()), "kind": "exit-confirmed"}
        await node.say_quietly(departed)
        assert (await node.say(_return(parcel, number)))["exportedOn"] == day
        third = await node.say(_claim(parcel, entered, number, "refund", 3), "pending")
        assert third["exits"] == {number: {"procedure": "9610", "exitedOn": day}}


@pytest.mark.requirement("TF-RULE-23")
@synchronous
async def test_of_a_response_it_is_told_what_was_asked_and_until_when(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with probed(tmp_path, monkeypatch) as node:
        parcel = Parcel()
        for each in (parcel.order, parcel.payment, parcel.waybill, parcel.declaration, parcel.registered):
            await node.say_quietly(each)
        limit = {
            "at": "2099-03-04T16:00:00+08:00",
            "zone": "Asia/Shanghai",
            "calendar": "xa-2099",
            "rule": "hours",
        }
        act = {**parcel.registered["act"], "deadline": {**limit, "atExpiry": "decided-on-what-is-held"}}
        request = paper(
            "information-request/payment-originals", "xa.customs", ["xa.declarant"], act=act,
            keys=parcel.keys, references=[ref(parcel.declaration)],
        )  # fmt: skip
        await node.say_quietly(request)
        response = paper(
            "information-response/answer", "xa.declarant", ["xa.customs"], references=[ref(request)],
            answers=[{"code": {"list": "threeflow-element", "code": "90"}}],
        )  # fmt: skip
        told = (await node.say(response))["request"]
        assert told == {"kind": "payment-originals", "deadline": limit["at"]}


_REFUND = {"kind": "refund", "holder": "3601000011", "number": "2026"}
_REFUND_KEYS = [{"scheme": "account", "issuer": "3601000011", "value": "refund:2026"}]


def _money(number: str, line: int) -> dict[str, Any]:
    return {"number": number, "line": line, "amount": {"value": "13.00", "currency": "CNY"}}


def _entered(number: str) -> dict[str, Any]:
    lines = [_money(number, line) for line in (1, 2)]
    return paper(
        "customs-status/entered-for-summary", "xa.customs", ["xa.seller"], keys=_REFUND_KEYS, account=_REFUND,
        entries=lines,
    )  # fmt: skip


def _claim(parcel: Parcel, entered: dict[str, Any], number: str, kind: str, line: int) -> dict[str, Any]:
    told = [ref(each) for each in (parcel.declaration, parcel.registered, entered)]
    return paper(
        "refund-claim/refund", "xa.seller", ["xa.customs"], keys=_REFUND_KEYS, refundType=kind,
        entries=[_money(number, line)], references=told,
    )  # fmt: skip


def _return(parcel: Parcel, number: str) -> dict[str, Any]:
    own = [{"scheme": "local-reference", "issuer": "xa.declarant", "value": uuid.uuid4().hex[:12]}]
    return paper(
        "return-request/export-return", "xa.declarant", ["xa.customs"], keys=own,
        references=[ref(parcel.declaration)],
        returns=[{"item": 1, "number": number, "line": 1, "quantity": "1"}],
    )  # fmt: skip


@pytest.mark.requirement("TF-ACC-13", "TF-RULE-22")
@synchronous
async def test_a_person_s_year_is_told_by_the_customs_that_keeps_its_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer = {"country": "CN", "naturalPerson": True, "identityDigest": "sha-256:" + "5" * 64}
    async with probed(tmp_path, monkeypatch) as node:

        async def judged() -> Mapping[str, Any]:
            parcel = Parcel()
            for each in (parcel.order, parcel.payment, parcel.waybill):
                await node.say(each)
            parties = {**parcel.declaration["parties"], "buyer": buyer}
            return await node.say({**parcel.declaration, "parties": parties})

        assert "yearToDate" not in await judged()
        year = Parcel().order["header"]["issuedAt"][:4]
        account = {"kind": "personal-limit", "holder": "xa.customs", "number": f"{year}/{'5' * 32}"}
        keys = [{"scheme": "account", "issuer": "xa.customs", "value": f"personal-limit:{account['number']}"}]
        for number, value in (("D1", "1200.50"), ("D2", "300")):
            line = {"number": number, "side": "debit", "amount": {"value": value, "currency": "CNY"}}
            entered = paper(
                "customs-status/entered-for-summary", "xa.customs", ["xa.seller"], keys=keys, account=account,
                entries=[line],
            )  # fmt: skip
            await node.say_quietly(entered)
        assert (await judged())["yearToDate"] == "1500.50"
