"""A node's port answers odd octets with refusals, and then still takes a right submission in.

`make fuzz REQUESTS=100000` is the long form.
"""

from pathlib import Path

import pytest

from fuzz import described, ports
from fuzz.grpc_port import Call
from fuzz.wire import Reply
from kit.asynchronous import synchronous
from kit.members import Society
from kit.raw import post
from kit.stations import in_process

pytestmark = [pytest.mark.slow, pytest.mark.long]


@pytest.mark.requirement("TF-REST-1")
@synchronous
async def test_a_path_with_a_slash_behind_it_is_not_found_and_redirects_nowhere(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (station, _):
        for target in ("/health/", "/v1/events/", "/v1/documents/batch/", "/"):
            answer = await post(station, b"", target=target, method="GET")
            assert answer.status_code == 404, target
            assert answer.headers["content-type"] == "application/problem+json"
            assert "location" not in answer.headers


@pytest.mark.requirement("TF-REST-8")
@pytest.mark.parametrize("form", list(ports.FORMS))
@synchronous
async def test_odd_octets_earn_no_5xx_and_hang_nothing(tmp_path: Path, form: str) -> None:
    figures = await ports.fuzz(800, 11, tmp_path, own_process=ports.FORMS[form], slices=2)
    assert figures["requests"] == 800
    assert not ports.findings(figures)
    answered = {kind["kind"]: kind["answers"] for kind in figures["kinds"]}  # type: ignore[attr-defined]
    assert {"200", "400"} <= set(answered["REST, raw"]) & set(answered["REST, signed"])
    assert {"OK", "INVALID_ARGUMENT"} <= set(answered["gRPC, signed"])


@pytest.mark.requirement("TF-REST-1", "TF-REST-8")
def test_what_the_description_allows_and_forbids_earns_answers_that_it_knows(tmp_path: Path) -> None:
    figures = described.run(90, 5, tmp_path, slices=1)
    assert figures["requests"] >= 90
    assert not ports.findings(figures)
    kinds = {kind["kind"]: kind for kind in figures["kinds"]}
    assert kinds.keys() == {"REST, positive", "REST, negative", "REST, stateful"}
    assert all(kind["sent"] >= 30 for kind in kinds.values())
    assert "400" in kinds["REST, negative"]["answers"]
    assert "200" in kinds["REST, stateful"]["answers"]


def test_a_failure_and_a_hang_are_findings() -> None:
    tally = ports.Tally("raw")
    tally.add(b"GET / HTTP/1.1\r\n\r\n", Reply(500, False, b"HTTP/1.1 500 x\r\n\r\n"))
    tally.add(b"GET / HTTP/1.1\r\n\r\n", Reply(0, True))
    tally.count(Call("DocumentService/FetchDocument", b"", None), "UNKNOWN")
    tally.add(b"GET / HTTP/1.1\r\n\r\n", Reply(503, False, b"HTTP/1.1 503 x\r\nRetry-After: 1\r\n\r\n"))
    found = ports.findings({"kinds": [tally.told()], "memoryFlat": False, "memoryMiB": [1, 2]})
    assert [each.partition(":")[0] for each in found] == [
        "3xx or 5xx",
        "3xx or 5xx",
        "hang",
        "memory kept growing",
    ]
