"""The OpenAPI description and the node agree: operations, statuses, media types; the bundle is up to date."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

import threeflow_spec
from kit.asynchronous import synchronous
from kit.members import Society
from kit.papers import Parcel
from kit.raw import post
from kit.stations import in_process
from threeflow import messages
from threeflow_gateway.rest import operations

ROOT = Path(__file__).resolve().parents[2]


def _described() -> dict[str, Any]:
    described: dict[str, Any] = yaml.safe_load(threeflow_spec.read("v1/openapi.yaml"))
    return described


def test_the_bundle_is_what_its_tool_makes() -> None:
    tool = ROOT / "tools" / "generate_openapi.py"
    assert subprocess.run([sys.executable, str(tool), "--check"], check=False).returncode == 0


def test_every_operation_has_a_function_and_every_refusal_a_documented_status() -> None:
    described = _described()
    statuses: set[str] = set()
    for path in described["paths"].values():
        for method in ("get", "post"):
            if method in path:
                name = "".join(
                    f"_{each.lower()}" if each.isupper() else each for each in path[method]["operationId"]
                )
                assert callable(getattr(operations, name))
                statuses.update(path[method]["responses"])
    assert {str(entry.http) for entry in messages.catalogue().values()} <= statuses
    submit = described["paths"]["/v1/documents"]["post"]["responses"]
    assert {str(entry.http) for entry in messages.catalogue().values()} <= set(submit)


@pytest.mark.requirement("TF-REST-1", "TF-REST-2")
@synchronous
async def test_the_submit_route_in_front_answers_as_described(tmp_path: Path) -> None:
    described = json.loads(threeflow_spec.read("v1/openapi-3.0.3.json"))
    responses = described["paths"]["/v1/documents"]["post"]["responses"]
    async with in_process(tmp_path, Society()) as (station, _):
        order = station.as_("xa.platform").seal(Parcel().order)
        pending = station.as_("xa.customs").seal(Parcel().registered)
        asked = [(order, {}), (order, {}), (pending, {"caller": "xa.customs"}), (b"{}", {}),
                 (order, {"authorization": "Bearer x"}), (order, {"media_type": "text/plain"}),
                 (order, {"headers": {"accept": "image/png"}})]  # fmt: skip
        seen = []
        for body, how in asked:
            answer = await post(station, body, **how)
            seen.append(answer.status_code)
            reference = responses[str(answer.status_code)]["$ref"].rpartition("/")[2]
            content = described["components"]["responses"][reference]["content"]
            schema = content[answer.headers["content-type"]]["schema"]
            whole = {**schema, "components": described["components"]}
            assert jsonschema_rs.is_valid(whole, answer.json()), answer.text
        assert seen == [201, 200, 202, 400, 401, 415, 406]


@pytest.mark.requirement("TF-REST-1")
@synchronous
async def test_what_is_open_to_all_answers_as_described(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, gateway):
        statement = await station.as_("xb.declarant").statement()
        assert not gateway.node.standard.schemas.validate("node-statement", statement)
        assert len(await station.as_("xa.platform").trust_lists()) == 2
        for target in ("/health", "/ready", "/v1/standard/exchange.yaml", "/v1/standard/refusals.yaml"):
            answer = await post(station, b"", target=target, method="GET", authorization="")
            assert answer.status_code == 200, target
        table = await post(station, b"", target="/v1/standard/exchange.yaml", method="GET", authorization="")
        assert table.content == threeflow_spec.read("v1/exchange.yaml")
        missing = await post(station, b"", target="/v1/standard/nothing.yaml", method="GET", authorization="")
        assert missing.status_code == 404
