"""``GET /v1/rules`` and ``GET /v1/codelists``: a node tells everybody by what it judges."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

import threeflow_spec
from kit.asynchronous import synchronous
from kit.members import Society
from kit.raw import post
from kit.stations import Station, in_process
from threeflow.codelists import CodeLists
from threeflow.standard import Standard

OVERLAY = Path(__file__).with_name("made_up_type")
DESCRIBED: dict[str, Any] = json.loads(threeflow_spec.read("v1/openapi-3.0.3.json"))
SETTINGS = {"node": {"overlays": [str(OVERLAY)]}}


async def told(station: Station, target: str, path: str = "") -> Mapping[str, Any]:
    """What a stranger is answered, in the form that the description gives for the path."""
    answer = await post(station, b"", target=target, method="GET", authorization="")
    assert answer.status_code == 200, answer.text
    described = DESCRIBED["paths"][path or target.partition("?")[0]]["get"]["responses"]["200"]
    schema = {**described["content"]["application/json"]["schema"], "components": DESCRIBED["components"]}
    assert jsonschema_rs.is_valid(schema, answer.json()), answer.text
    found: Mapping[str, Any] = answer.json()
    return found


@pytest.mark.requirement("TF-REST-11", "TF-REST-7")
@synchronous
async def test_a_stranger_is_told_every_rule_by_which_the_node_judges(tmp_path: Path) -> None:
    standard = Standard.load(OVERLAY)
    async with in_process(tmp_path, Society(), settings=SETTINGS) as (station, gateway):
        rules = await told(station, "/v1/rules")
        assert rules["standardDigest"] == gateway.node.standard.digest
        assert [each["id"] for each in rules["rules"]] == sorted(each.id for each in standard.rules)
        assert "BRT-01" in {each["id"] for each in rules["rules"]}
        for target, due in (
            ("/v1/rules?type=payment", {"payment"}),
            ("/v1/rules?type=berth-request", {"berth-request"}),
        ):
            found = await told(station, target)
            assert found["rules"]
            assert all(due & {each["type"] for each in rule["appliesTo"]} for rule in found["rules"])
            assert [each["pack"] for each in found["packs"]] == sorted(
                {each["pack"] for each in found["rules"]}
            )
        core, import_ = [
            await told(station, f"/v1/rules?profile={each}") for each in ("asean-acdd", "cn-9610-i")
        ]
        only = {each["id"] for each in import_["rules"]} - {each["id"] for each in core["rules"]}
        assert "VAL-03" in only


@pytest.mark.requirement("TF-REST-11")
@synchronous
async def test_one_rule_is_told_as_its_pack_states_it_with_the_facts_that_it_asks_for(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society(), settings=SETTINGS) as (station, gateway):
        for rule in gateway.node.standard.rules:
            found = await told(station, f"/v1/rules/{rule.id}", "/v1/rules/{rule}")
            assert found["pack"] == rule.pack
            assert (found["rule"]["id"], found["rule"]["message"]["zh"]) == (rule.id, rule.message.zh)
            assert set(found["facts"]) == set(rule.facts)


@pytest.mark.requirement("TF-REST-11", "TF-VER-7")
@synchronous
async def test_code_lists_are_told_with_their_source_by_pages_and_by_the_day(tmp_path: Path) -> None:
    lists = CodeLists.load()
    async with in_process(tmp_path, Society()) as (station, _):
        index = (await told(station, "/v1/codelists"))["codelists"]
        assert [each["id"] for each in index] == sorted(lists.ids)
        assert all(
            each[name] for each in index for name in ("authority", "source", "edition", "licence", "codes")
        )
        path = "/v1/codelists/{list}"
        modes = await told(station, "/v1/codelists/cn-supervision-mode", path)
        assert {each["code"] for each in modes["codes"]} == set(lists.get("cn-supervision-mode").codes)
        days = ("2020-06-30", "2020-07-01")
        pages = [await told(station, f"/v1/codelists/cn-supervision-mode?on={day}", path) for day in days]
        before, after = [{each["code"] for each in page["codes"]} for page in pages]
        assert "9710" in after - before
        seen: list[str] = []
        target = "/v1/codelists/iso-3166-1?limit=100"
        while target:
            page = await told(station, target, path)
            seen += [each["code"] for each in page["codes"]]
            target = f"/v1/codelists/iso-3166-1?limit=100&after={page['next']}" if "next" in page else ""
        assert seen == sorted(lists.get("iso-3166-1").codes)


SENSELESS = {
    "/v1/rules?type=wish": 404, "/v1/rules?profile=nothing": 404, "/v1/rules/ZZZ-99": 404,
    "/v1/rules/prv": 400,
    "/v1/codelists/nothing": 404, "/v1/codelists/UPPER": 400, "/v1/codelists/iso-4217?on=2026-02-30": 400,
    "/v1/codelists/iso-4217?on=today": 400, "/v1/codelists/iso-4217?limit=0": 400,
    "/v1/codelists/iso-4217?limit=10001": 400, "/v1/rules?wish=1": 400,
}  # fmt: skip


@pytest.mark.requirement("TF-REST-8")
@synchronous
async def test_what_is_not_there_or_makes_no_sense_is_refused_with_its_code(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, _):
        for target, status in SENSELESS.items():
            answer = await post(station, b"", target=target, method="GET", authorization="")
            code = {404: "not-found", 400: "bad-request"}[status]
            assert (answer.status_code, answer.json()["code"]) == (status, code), target
