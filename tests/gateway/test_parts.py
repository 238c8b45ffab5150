"""A part that is not what the payload binds refuses the document; the words of a refusal are strict JSON."""

import copy
from pathlib import Path

import pytest

from kit.asynchronous import synchronous
from kit.members import Society
from kit.papers import Parcel
from kit.raw import code_of, post, seal_raw
from kit.stations import in_process
from threeflow import envelope, parts, strict

pytestmark = pytest.mark.usefixtures("each_storage")


@pytest.mark.requirement("TF-PART-1", "TF-PART-3", "TF-PART-4", "TF-PART-6", "TF-INTAKE-23")
@synchronous
async def test_parts_are_what_the_header_binds(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, _):
        octets = parts.make({"name": "Erika Mustermann"})
        bare = strict.dump({"party": {"name": "Erika Mustermann"}})
        right = Parcel().order
        right["header"]["parts"] = [parts.bind("buyer", octets, ["clearance"])]
        named_twice = copy.deepcopy(right)
        named_twice["header"]["parts"] += [{**right["header"]["parts"][0], "digest": "sha-256:" + "0" * 64}]
        pointing = copy.deepcopy(right)
        pointing["parties"]["buyer"]["part"] = "nobody"
        saltless = copy.deepcopy(right)
        saltless["header"]["parts"] = [parts.bind("buyer", bare, ["clearance"])]
        key = station.society.keys["xa.platform"].seal
        for payload, carried, code in (
            (right, [octets, octets], "part-unbound"),
            (named_twice, [octets], "part-unbound"),
            (pointing, [octets], "part-unbound"),
            (saltless, [bare], "schema-violated"),
        ):
            sealed = envelope.seal(strict.dump(payload), key, parts=carried)
            assert code_of(await post(station, sealed)) == code
        assert (
            await post(station, envelope.seal(strict.dump(right), key, parts=[octets]))
        ).status_code == 201


@pytest.mark.requirement("TF-CONV-4", "TF-RCPT-7")
@synchronous
async def test_a_refusal_does_not_repeat_the_text_that_it_refuses(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, _):
        octets = strict.dump(Parcel().order)[:-1] + ',"x":"e\u0301"}'.encode()
        body = strict.dump(seal_raw(octets, station.society.keys["xa.platform"].seal))
        assert code_of(await post(station, body)) == "json-malformed"
