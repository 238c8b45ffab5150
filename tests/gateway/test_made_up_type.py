"""A document type added as data alone: submitted, refused when wrong, moving its subject, and seen by all."""

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kit.asynchronous import eventually, synchronous
from kit.commands import threeflow
from kit.members import Society
from kit.papers import Parcel
from kit.stations import Fleet, Station, in_process
from threeflow.errors import Refused
from threeflow.rules import vectors
from threeflow.standard import Standard

OVERLAY = Path(__file__).with_name("made_up_type")
ASKED = OVERLAY / "vectors" / "documents" / "berth-request" / "asked.json"
NODES = ("xa.hub", "xa.customs", "xb.customs")


def request(kind: str = "asked", **content: Any) -> dict[str, Any]:
    """The vector under a fresh id, issued now."""
    payload: dict[str, Any] = json.loads(ASKED.read_bytes())
    fresh = {"id": str(uuid.uuid4()), "issuedAt": datetime.now(UTC).isoformat(), "kind": kind}
    return {**payload, **content, "header": payload["header"] | fresh}


async def movement(station: Station) -> Mapping[str, Any]:
    key = request()["header"]["subjects"][0]["keys"][0]
    return await station.as_(station.node).subject("movement", key)


def test_the_vectors_of_the_made_up_rule_hold() -> None:
    standard = Standard.load(OVERLAY)
    own = [each for each in vectors.load(OVERLAY) if each.rule == "BRT-01"]
    assert [each.found(standard) for each in own] == [each.expect for each in own]
    assert len(own) == 2


@pytest.mark.parametrize(("words", "code"), [((), 1), (("--overlay", str(OVERLAY)), 0)])
def test_the_command_line_knows_the_type_by_its_overlay_alone(words: tuple[str, ...], code: int) -> None:
    assert threeflow("validate", ASKED, *words).returncode == code


@pytest.mark.slow
@pytest.mark.requirement("TF-VER-5")
@synchronous
async def test_a_type_made_of_data_is_taken_in_judged_folded_delivered_and_seen(tmp_path: Path) -> None:
    fleet = Fleet(tmp_path, NODES, {"node": {"overlays": [str(OVERLAY)]}})
    fleet.start()
    try:
        hub, customs, _ = (fleet.stations[node] for node in NODES)

        shapeless = await hub.submit(request(berth="seven"))
        assert (shapeless.code, shapeless.status) == ("schema-violated", 422)
        assert [each["pointer"] for each in shapeless.refusal["violations"]] == ["/berth"]
        heavy = await hub.submit(request(load={"value": "40000.5", "unit": "KGM"}))
        assert (heavy.code, heavy.status) == ("rule-violated", 422)
        assert [each["rule"] for each in heavy.refusal["violations"]] == ["BRT-01"]
        stranger = request()
        stranger["header"]["issuer"] = "xa.declarant"
        assert (await hub.submit(stranger)).code == "not-entitled"

        asked = request()
        assert (await hub.submit(asked)).state == "accepted"

        async def arrived() -> bool:
            return [each async for each in customs.as_("xa.customs").events()] != []

        await eventually(arrived)
        for station in (hub, customs):
            seen = await movement(station)
            assert seen["tracks"] == {"movement": "planned"}
            assert [each["type"] for each in seen["documents"]] == ["berth-request"]
        (event,) = [each async for each in customs.as_("xa.customs").events()]
        assert event["document"]["type"] == "berth-request"
        assert event["document"]["id"] == asked["header"]["id"]
        assert [(each["track"], each["from"], each["to"]) for each in event["steps"]] == [
            ("movement", "none", "planned")
        ]

        assert (await hub.submit(request("given-back"))).state == "accepted"
        assert (await movement(hub))["tracks"] == {"movement": "cancelled"}
        # With the same hour as the first, the order of their ids would say which of the two came too late.
        late = await hub.submit(request(**{"from": "2026-03-06T06:00:00Z"}))
        assert (late.code, late.status) == ("wrong-state", 409)
        assert (await hub.submit(Parcel().order)).state == "accepted"
    finally:
        await fleet.close()


@synchronous
async def test_without_the_overlay_the_type_is_unknown(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society(), "xa.hub") as (station, _):
        assert (await station.submit(request())).code == "unknown-type"
        with pytest.raises(Refused) as refused:
            await movement(station)
        assert refused.value.code == "not-found"
