"""How much one node may ask: each sender by itself, with an answer that says when to come again."""

import json
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from kit.asynchronous import synchronous
from kit.members import Society
from kit.papers import Parcel
from kit.stations import Station, in_process
from threeflow import envelope, token
from threeflow.errors import Refused
from threeflow_gateway.intake.rates import Rates


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_turns_come_back_with_time_and_each_name_has_its_own() -> None:
    clock = Clock()
    rates = Rates("requests", 2.0, 3, clock)
    for _ in range(3):
        rates.take("xa.one")
    with pytest.raises(Refused) as caught:
        rates.take("xa.one")
    assert (caught.value.code, caught.value.retryable, caught.value.after) == ("too-many-requests", True, 1)
    rates.take("xa.two")
    clock.seconds = 0.5
    rates.take("xa.one")
    with pytest.raises(Refused, match="too-many-requests"):
        rates.take("xa.one")
    clock.seconds = 1000.0
    for _ in range(3):
        rates.take("xa.one")
    with pytest.raises(Refused, match="too-many-requests"):
        rates.take("xa.one")


def test_a_clock_that_goes_back_gives_nothing_and_takes_nothing() -> None:
    clock = Clock()
    rates = Rates("requests", 1.0, 1, clock)
    rates.take("xa.one")
    clock.seconds = -3600.0
    with pytest.raises(Refused):
        rates.take("xa.one")
    clock.seconds = -3599.0
    rates.take("xa.one")


def test_a_slow_rate_says_how_long_to_wait() -> None:
    rates = Rates("documents", 0.1, 1, Clock())
    rates.take("xa.one")
    with pytest.raises(Refused) as caught:
        rates.take("xa.one")
    assert caught.value.after == 10


def test_no_bound_where_it_is_nought_and_memory_is_bounded() -> None:
    free = Rates("requests", 0.0, 0)
    for _ in range(10_000):
        free.take("xa.one")
    rates = Rates("requests", 1.0, 2)
    tracemalloc.start()
    for number in range(10_000):
        rates.take(f"xa.n{number}")
    full = tracemalloc.get_traced_memory()[0]
    for number in range(10_000, 40_000):
        rates.take(f"xa.n{number}")
    assert tracemalloc.get_traced_memory()[0] < full * 1.5
    tracemalloc.stop()


async def raw(station: Station, body: bytes, caller: str, path: str = "/v1/documents") -> httpx.Response:
    """One request as it goes over the wire, with nobody to repeat it."""
    keys = station.society.keys[caller]
    kind = "application/jose+json" if path == "/v1/documents" else "application/x-ndjson"
    made = token.make(
        keys.token, caller, station.node, "POST", station.endpoint + path, body, datetime.now(UTC),
        environment=station.society.environment,
    )  # fmt: skip
    async with httpx.AsyncClient(transport=station._transport) as client:
        return await client.post(
            station.endpoint + path, content=body,
            headers={"authorization": f"Bearer {made}", "content-type": kind},
        )  # fmt: skip


LIMITS: dict[str, dict[str, Any]] = {
    "callers": {"calls_per_second": 0.01, "calls_at_once": 3},
    "issuers": {"documents_per_second": 0.01, "documents_at_once": 3},
}


@pytest.mark.requirement("TF-INTAKE-35", "TF-INTAKE-28", "TF-RCPT-10")
@synchronous
async def test_a_caller_beyond_its_bound_is_told_when_to_come_again_and_others_go_on(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society(), settings={"limits": LIMITS["callers"]}) as (station, _):
        sealed = [station.as_("xa.platform").seal(Parcel().order) for _ in range(4)]
        answers = [await raw(station, each, "xa.platform") for each in sealed]
        assert [each.status_code for each in answers] == [201, 201, 201, 429]
        told = answers[3].json()
        assert answers[3].headers["content-type"] == "application/problem+json"
        assert (told["code"], told["retryable"]) == ("too-many-requests", True)
        assert 50 <= int(answers[3].headers["retry-after"]) <= 100
        assert set(told["titles"]) == {"en", "zh"}
        other = station.as_("xa.pay").seal(Parcel().payment)
        assert (await raw(station, other, "xa.pay")).status_code == 201


@pytest.mark.requirement("TF-INTAKE-35")
@synchronous
async def test_a_hub_cannot_spend_for_one_issuer_what_is_another_s(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society(), settings={"limits": LIMITS["issuers"]}) as (station, _):
        sealed = [station.as_("xa.platform").seal(Parcel().order) for _ in range(4)]
        answers = [await raw(station, each, "xa.hub") for each in sealed]
        assert [each.status_code for each in answers] == [201, 201, 201, 429]
        # It is proven who calls, and the seal was verified: this refusal is sealed.
        problem = json.loads(envelope.read(answers[3].content).payload)["problem"]
        assert problem["code"] == "too-many-requests"
        assert 50 <= int(answers[3].headers["retry-after"]) <= 100
        other = station.as_("xa.pay").seal(Parcel().payment)
        assert (await raw(station, other, "xa.hub")).status_code == 201


@pytest.mark.requirement("TF-INTAKE-35")
@synchronous
async def test_what_is_only_claimed_spends_nothing(tmp_path: Path) -> None:
    """A seal that does not verify, under another's name, is not counted against the other."""
    async with in_process(tmp_path, Society(), settings={"limits": LIMITS["issuers"]}) as (station, _):
        good = station.as_("xa.platform").seal(Parcel().order)
        whole = json.loads(good)
        seal = whole["signatures"][0]["signature"]
        whole["signatures"][0]["signature"] = ("B" if seal[0] == "A" else "A") + seal[1:]
        forged = json.dumps(whole).encode()
        for _ in range(5):
            assert (await raw(station, forged, "xa.hub")).status_code == 403
        assert (await raw(station, good, "xa.hub")).status_code == 201


@pytest.mark.requirement("TF-INTAKE-35")
@synchronous
async def test_lines_of_a_batch_count_as_requests(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society(), settings={"limits": LIMITS["callers"]}) as (station, _):
        lines = [station.as_("xa.platform").seal(Parcel().order) for _ in range(4)]
        answer = await raw(station, b"\n".join(lines) + b"\n", "xa.platform", "/v1/documents/batch")
        outcomes = [json.loads(each) for each in answer.content.splitlines()]
        # The request itself was the first of three turns.
        assert ["payload" in each for each in outcomes] == [True, True, False, False]
        assert {each.get("code") for each in outcomes[2:]} == {"too-many-requests"}


@pytest.mark.requirement("TF-INTAKE-36", "TF-INTAKE-28")
@synchronous
async def test_strangers_buy_neither_signatures_nor_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with in_process(tmp_path, Society()) as (station, gateway):

        def never(*_: object, **__: object) -> None:
            raise AssertionError("a stranger was served")

        monkeypatch.setattr(gateway.node._sealer, "refusal", never)
        monkeypatch.setattr(gateway.node.intake._examiner, "examine", never)
        monkeypatch.setattr(gateway.node.committer, "submit", never)
        async with httpx.AsyncClient(transport=station._transport) as client:
            for authorization in ("", "Bearer x", "Bearer a.b.c", "Basic eDp5"):
                answer = await client.post(
                    station.endpoint + "/v1/documents", content=b"[" * 1000,
                    headers={"authorization": authorization, "content-type": "application/jose+json"},
                )  # fmt: skip
                assert (answer.status_code, answer.headers["content-type"]) == (
                    401, "application/problem+json",
                )  # fmt: skip
