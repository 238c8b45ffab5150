"""The bad input that every node has to bear: a table of all cases, and those that only a process shows.

`bad_input.yaml` names, for each case, its code and the test that shows it; here the table is held to the
tests, and what no other file shows is sent to a gateway process of its own.
"""

import ast
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from kit.asynchronous import synchronous
from kit.commands import threeflow
from kit.papers import Parcel, paper, ref
from kit.raw import JOSE, bearer, code_of, post, seal_raw
from kit.stations import Fleet, Process, Station, configure
from threeflow import messages, strict, trust
from threeflow.keys import SigningKey

TESTS = Path(__file__).resolve().parents[1]
TABLE: list[dict[str, str]] = yaml.safe_load(Path(__file__).with_name("bad_input.yaml").read_text("utf-8"))
NODE = "xa.customs"
LIMIT = 60_000


@cache
def _tests_of(file: str) -> tuple[dict[str, str], dict[str, str]]:
    """The source of each test of a file, and the code of each case of its tables (`BAD…`)."""
    text = (TESTS / file).read_text("utf-8")
    tree = ast.parse(text)
    tests: dict[str, str] = {}
    cases: dict[str, str] = {}
    for each in tree.body:
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
            tests[each.name] = "\n".join(
                ast.get_source_segment(text, part) or "" for part in (*each.decorator_list, each)
            )
        if isinstance(each, ast.AnnAssign) and isinstance(each.value, ast.Dict):
            cases.update(_cases(each.value))
    return tests, cases


def _cases(table: ast.Dict) -> Iterator[tuple[str, str]]:
    for key, value in zip(table.keys, table.values, strict=True):
        if isinstance(key, ast.Constant) and isinstance(value, ast.Tuple):
            last = value.elts[-1]
            if isinstance(last, ast.Constant):
                yield str(key.value), str(last.value)


@pytest.mark.parametrize("row", TABLE, ids=[each["case"] for each in TABLE])
def test_each_case_of_the_table_has_its_test_and_its_code(row: dict[str, str]) -> None:
    place, _, case = row["shown"].rstrip("]").partition("[")
    file, _, name = place.partition("::")
    tests, cases = _tests_of(file)
    assert name in tests, row["shown"]
    if case:
        assert cases[case] == row["code"]
    else:
        assert f'"{row["code"]}"' in tests[name], row["code"]
    if row["code"] not in {"no-effect", "flagged"} and not row["code"].startswith("TF-"):
        assert row["code"] in messages.catalogue()


RULES: list[dict[str, str]] = yaml.safe_load(Path(__file__).with_name("bad_rules.yaml").read_text("utf-8"))


@pytest.mark.parametrize("row", RULES, ids=[each["case"] for each in RULES])
def test_each_case_that_rules_bear_has_its_test(row: dict[str, str]) -> None:
    place, _, case = row["shown"].rstrip("]").partition("[")
    file, _, name = place.partition("::")
    tests, cases = _tests_of(file)
    assert name in tests, row["shown"]
    assert not case or case in cases, row["shown"]


@asynccontextmanager
async def process(folder: Path) -> AsyncIterator[tuple[Station, Fleet]]:
    """One gateway process that bears bodies up to `LIMIT` octets."""
    fleet = Fleet(folder, ("xa.hub", NODE, "xb.customs"), {"limits": {"body_octets": LIMIT}})
    fleet.processes[NODE].start()
    try:
        yield fleet.stations[NODE], fleet
    finally:
        await fleet.close()


async def assert_goes_on(station: Station) -> None:
    assert (await station.submit(Parcel().order)).state == "accepted"


async def _valued(station: Station, value: Any) -> tuple[int, str]:
    """What an order earns whose goods value is this; the standard's own writer would refuse a float."""
    payload = Parcel().order
    payload["totals"]["goodsValue"]["value"] = value
    octets = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    sealed = strict.dump(seal_raw(octets, station.society.keys["xa.platform"].seal))
    answer = await post(station, sealed)
    return answer.status_code, code_of(answer)


@pytest.mark.slow
@pytest.mark.requirement("TF-INTAKE-2")
@synchronous
async def test_a_body_that_hides_its_length_is_cut_off_at_the_limit(tmp_path: Path) -> None:
    async with process(tmp_path) as (station, _):
        octets = b"x" * (LIMIT + 1)

        async def pieces() -> AsyncIterator[bytes]:
            for start in range(0, len(octets), 1000):
                yield octets[start : start + 1000]

        said = {"authorization": "Bearer " + bearer(station, "xa.platform", octets), "content-type": JOSE}
        async with httpx.AsyncClient() as client:
            url = f"{station.endpoint}/v1/documents"
            answer = await client.post(url, content=pieces(), headers=said)
            assert "content-length" not in answer.request.headers
        assert (answer.status_code, code_of(answer)) == (413, "too-large")
        await assert_goes_on(station)


@pytest.mark.slow
@synchronous
async def test_a_number_where_a_decimal_string_belongs_is_refused(tmp_path: Path) -> None:
    async with process(tmp_path) as (station, _):
        assert await _valued(station, 12.5) == (400, "json-malformed")
        assert await _valued(station, 12) == (422, "schema-violated")
        assert await _valued(station, "1e3") == (422, "schema-violated")
        await assert_goes_on(station)


async def _released(station: Station) -> Parcel:
    parcel = Parcel()
    for name in ("order", "payment", "waybill", "declaration", "registered", "release"):
        assert (await station.submit(getattr(parcel, name))).state == "accepted", name
    return parcel


@pytest.mark.slow
@pytest.mark.requirement("TF-INTAKE-20")
@synchronous
async def test_a_request_is_held_to_what_can_still_come_and_an_act_is_recorded(tmp_path: Path) -> None:
    async with process(tmp_path) as (station, _):
        parcel = await _released(station)
        names = [ref(each) for each in (parcel.order, parcel.payment, parcel.waybill)]
        again = paper("declaration/export-list", "xa.declarant", [NODE], keys=parcel.keys, references=names)
        late = await station.submit(again)
        assert (late.status, late.code) == (409, "wrong-state")
        too_much = {"items": [{"sequence": 1, "quantity": "999999"}]}
        asked = paper(
            "cancellation/whole",
            "xa.declarant",
            [NODE],
            keys=parcel.keys,
            references=[ref(parcel.declaration)],
            header={"kind": "part"},
            scope=too_much,
        )
        beyond = await station.submit(asked)
        assert (beyond.status, beyond.code) == (422, "scope-exceeded")
        act = {**parcel.release["act"], "scope": too_much, "decidedAt": datetime.now(UTC).isoformat()}
        fresh = {**parcel.release["header"], "id": asked["header"]["id"]}
        recorded = await station.submit({**parcel.release, "header": fresh, "act": act})
        assert recorded.state == "flagged"
        assert "scope-exceeded" in {each["rule"] for each in recorded.receipt["findings"]}
        await assert_goes_on(station)


@pytest.mark.slow
@pytest.mark.requirement("TF-TRUST-3")
@synchronous
async def test_a_list_that_names_a_foreign_node_starts_no_node(
    tmp_path: Path,
) -> None:
    async with process(tmp_path) as (station, fleet):
        await assert_goes_on(station)
        customs = station.as_(NODE)
        key = SigningKey.generate("Ed25519", "xb.intruder#seal-1", "seal")
        listed = trust.key_entry(key.public, not_before=datetime.now(UTC), not_after=datetime.now(UTC))
        intruder = trust.node_entry("xb.intruder", name="x", roles=["customs"], keys=[listed])
        sealed = fleet.society.publish("xa", extra=[intruder])
        # As a document it is none: lists travel out of band.
        assert (await customs.submit(sealed)).code == "unknown-signer"
        await assert_goes_on(station)
        port = int(fleet.society.endpoints[NODE].rpartition(":")[2])
        configure(tmp_path, fleet.society, NODE, port)
        fleet.processes[NODE].stop()
        # A node that holds a list goes on by it and complains (TF-TRUST-21); one that holds none is no node.
        fleet.processes[NODE].start()
        await assert_goes_on(station)
        assert "trust-list-invalid" in (tmp_path / NODE / "log.txt").read_text()
        fleet.processes[NODE].stop()
        new = Process(configure(tmp_path / "new", fleet.society, NODE, port), station.endpoint)
        with pytest.raises(RuntimeError, match="trust-list-invalid"):
            new.start()
        shown = threeflow("trust", "show", tmp_path / "trust" / "xa.json")
        assert shown.returncode == 2
        assert "trust-list-invalid" in shown.stdout + shown.stderr
