"""What waits says for what."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.asynchronous import synchronous
from kit.members import Society
from kit.papers import Parcel, paper, ref
from kit.stations import in_process


@pytest.mark.requirement("TF-INTAKE-45", "TF-INTAKE-11")
@synchronous
async def test_an_act_on_goods_of_unknown_countries_waits_and_says_why(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, _):
        parcel = Parcel()
        waybill, declaration = parcel.waybill, parcel.declaration
        for each in (waybill, declaration):
            for country in ("dispatchCountry", "destinationCountry"):
                each["carriage"].pop(country, None)
        assert (await station.submit(waybill)).state == "accepted"
        declaration["header"]["references"] = [ref(waybill)]
        assert (await station.submit(declaration)).state == "accepted"
        act = {**parcel.registered["act"], "declarationDigest": ref(declaration)["digest"]}
        registered = paper(
            "customs-status/registered",
            "xa.customs",
            ["xa.declarant"],
            references=[ref(declaration)],
            act=act,
        )
        receipt = (await station.submit(registered)).receipt
        assert receipt["outcome"] == "pending"
        (found,) = [each for each in receipt["findings"] if each["rule"] == "position-unknown"]
        assert (found["verdict"], found["pointer"]) == ("unknown", "/act/position")
        assert "carriage" in found["message"]["en"]
        assert "起运国" in found["message"]["zh"]
