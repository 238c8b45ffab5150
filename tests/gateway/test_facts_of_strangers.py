"""Who merely knows a number makes nothing known to the rules that look it up."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest

from kit.asynchronous import synchronous
from kit.papers import Parcel, paper, ref
from kit.probed import as_version_of, lodged, numbered, probed


def _of_a_stranger(parcel: Parcel, **content: Any) -> dict[str, Any]:
    """A declaration of somebody who knows the numbers of order and waybill, and nothing else."""
    key = {"scheme": "declaration", "issuer": "xa.seller", "value": uuid.uuid4().hex[:12]}
    told = lodged(parcel, **content)
    return {**paper("declaration/export-list", "xa.seller", ["xa.customs"], keys=[key]), **{
        each: told[each] for each in ("orders", "waybills", *content)
    }}  # fmt: skip


@pytest.mark.requirement("TF-RULE-24", "TF-SUBJ-24")
@synchronous
async def test_a_stranger_who_knows_the_numbers_makes_nothing_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with probed(tmp_path, monkeypatch) as node:
        parcel = Parcel()
        ordered, waybill = numbered(parcel)
        await node.say(_of_a_stranger(parcel))
        for each in (ordered, parcel.payment, waybill):
            assert (await node.say(each)).get("declaredBy", []) == []
        strange = _of_a_stranger(parcel)
        await node.say(strange)
        changed = {
            **waybill,
            "header": {**waybill["header"], "id": str(uuid.uuid4()), **as_version_of(waybill)},
        }
        assert (await node.say(changed))["declaredBy"] == []
        assert (await node.say(lodged(parcel)))["sameConsignment"] == []
        # Nor does the stranger learn who declared: of its own it is told all the same.
        again = await node.say(_of_a_stranger(parcel))
        assert parcel.keys[0]["value"] not in again["sameConsignment"]
        assert strange["header"]["subjects"][0]["keys"][0]["value"] in again["sameConsignment"]


@pytest.mark.requirement("TF-RULE-24")
@synchronous
async def test_what_a_stranger_declares_on_a_licence_counts_once_customs_took_it_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with probed(tmp_path, monkeypatch) as node:
        await node.say_quietly(
            paper("permit/licence", "xa.customs", ["xa.hub"], validUntil="2099-12-31T23:59:59+08:00",
                  keys=[{"scheme": "record", "issuer": "xa.customs", "value": "L-1"}])
        )  # fmt: skip

        def on_the_licence(parcel: Parcel) -> list[dict[str, Any]]:
            items: list[dict[str, Any]] = json.loads(json.dumps(parcel.declaration["items"]))
            items[0]["licences"] = [{"type": {"list": "cn-licence", "code": "4"}, "number": "L-1"}]
            items[0]["quantity"] = {"value": "2", "unit": "H87"}
            return items

        async def left() -> object:
            parcel = Parcel()
            told = await node.say({**parcel.declaration, "items": on_the_licence(parcel)})
            return told["licences"]["L-1"]["remaining"]

        parcel = Parcel()
        strange = _of_a_stranger(parcel, items=on_the_licence(parcel))
        strange["items"][0]["quantity"]["value"] = "4999"
        strange["items"][0].pop("unitPrice")
        await node.say(strange)
        assert await left() == "5000"
        act = {**parcel.registered["act"], "declarationDigest": ref(strange)["digest"]}
        await node.say_quietly(
            paper(
                "customs-status/registered", "xa.customs", ["xa.seller"], references=[ref(strange)], act=act
            )
        )
        assert await left() == "-1"
