"""What tracking tells of portions and of the whole has the form that the OpenAPI description names."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

import threeflow_spec
from kit.asynchronous import synchronous
from kit.members import Society
from kit.papers import Parcel
from kit.stations import in_process

TRACKS = {"export", "transport", "admission", "admission@transit", "import"}


def breaks(name: str, value: Any) -> list[str]:
    """What of a value breaks a schema of the OpenAPI description."""
    components = yaml.safe_load(threeflow_spec.read("v1/openapi.yaml"))["components"]
    schema = {"$ref": f"#/components/schemas/{name}", "components": components}
    return [error.message for error in Draft202012Validator(schema).iter_errors(value)]


@pytest.mark.requirement("TF-REST-1", "TF-REST-13")
@synchronous
async def test_the_whole_is_told_only_where_all_portions_agree(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, _):
        parcel = Parcel()
        for paper in (parcel.order, parcel.declaration, parcel.registered):
            assert (await station.submit(paper)).state == "accepted"
        client = station.as_("xa.customs")
        before: Any = await client.subject("consignment", parcel.keys[0])
        assert breaks("Subject", before) == []
        assert [set(each["tracks"]) for each in before["portions"]] == [TRACKS]
        assert (before["tracks"]["export"], before["tracks"]["import"]) == ("registered", "none")
        first = before["portions"][0]["packages"][0]
        act = {**parcel.release["act"], "scope": {"packages": [first]}}
        assert (await station.submit({**parcel.release, "act": act})).state == "accepted"
        after: Any = await client.subject("consignment", parcel.keys[0])
        assert breaks("Subject", after) == []
        assert [set(each["tracks"]) for each in after["portions"]] == [TRACKS, TRACKS]
        states = {tuple(each["packages"]): each["tracks"]["export"] for each in after["portions"]}
        assert states[first,] == "released"
        assert set(states.values()) == {"registered", "released"}
        assert "export" not in after["tracks"]
        assert after["tracks"]["transport"] == before["tracks"]["transport"]
