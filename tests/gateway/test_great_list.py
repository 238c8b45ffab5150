"""A trust list of thousands of nodes is taken in beside everything else, in its turn, whole or not at all."""

import asyncio
import os
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kit.asynchronous import synchronous
from kit.members import Keys, Society
from kit.papers import Parcel
from kit.raw import code_of, post
from kit.stations import in_process
from threeflow import envelope, strict, trust
from threeflow.keys import SigningKey
from threeflow.trust import TrustStore
from threeflow.trust.reading import MAX_OCTETS
from threeflow_gateway.app import Gateway
from threeflow_gateway.trusting import Judged, TrustFiles

QUIET: dict[str, dict[str, Any]] = {"trust": {"reload_seconds": 0}, "log": {"checkpoint_seconds": 3600.0}}
MANY = 4000


def _crowd(count: int) -> tuple[list[Mapping[str, Any]], dict[str, Keys]]:
    """So many nodes behind one gateway, as a list has them, and their keys."""
    begins = datetime.now(UTC) - timedelta(days=1)
    entries, held = list[Mapping[str, Any]](), dict[str, Keys]()
    for number in range(count):
        name = f"xa.member{number}"
        seal = SigningKey.generate("Ed25519", f"{name}#seal-1", "seal")
        token = SigningKey.generate("Ed25519", f"{name}#token-1", "token")
        held[name] = Keys([seal], token)
        keys = [
            trust.key_entry(each.public, not_before=begins, not_after=begins + timedelta(days=365))
            for each in (seal, token)
        ]
        entries.append(
            trust.node_entry(name, name=name, roles=["payment-institution"], keys=keys, via="xa.hub")
        )
    return entries, held


def _written(path: Path, octets: bytes) -> None:
    before = path.stat().st_mtime_ns
    path.write_bytes(octets)
    os.utime(path, ns=(before + 1_000_000, before + 1_000_000))


class Ticker:
    """Counts how often the event loop comes by, and the longest that it stayed away, in seconds."""

    def __init__(self) -> None:
        self.ticks, self.longest = 0, 0.0

    async def run(self) -> None:
        """Tick for ever."""
        last = time.monotonic()
        while True:
            await asyncio.sleep(0)
            now = time.monotonic()
            self.ticks, self.longest, last = self.ticks + 1, max(self.longest, now - last), now


@asynccontextmanager
async def ticking() -> AsyncIterator[Ticker]:
    ticker = Ticker()
    task = asyncio.get_running_loop().create_task(ticker.run())
    await asyncio.sleep(0)
    try:
        yield ticker
        await asyncio.sleep(0)
    finally:
        task.cancel()


@pytest.mark.slow
@pytest.mark.requirement("TF-TRUST-21")
@synchronous
async def test_the_node_answers_while_a_great_list_is_taken_in_and_then_it_counts(tmp_path: Path) -> None:
    society = Society()
    entries, keys = _crowd(MANY)
    async with in_process(tmp_path, society, settings=QUIET) as (station, gateway):
        society.publish("xa", extra=entries)
        octets = society.trust_file("xa")
        async with ticking() as blocked:
            began = time.monotonic()
            gateway.node.trust.copy().add_file(octets, now=datetime.now(UTC))
            took = time.monotonic() - began
        # What is to be avoided is there to be seen.
        assert blocked.longest > took / 2
        _written(tmp_path / "trust" / "xa.json", octets)
        async with ticking() as free:
            reload = asyncio.create_task(gateway.node.reload_trust())
            answered = 0
            while not reload.done():
                answer = await post(station, b"", target="/health", method="GET", authorization="")
                assert answer.status_code == 200
                answered += 1
                # In this process an answer may come without a turn of the loop.
                await asyncio.sleep(0.001)
            assert await reload
        sys.stdout.write(
            f"{len(octets)} octets; verified on the loop: silent for {blocked.longest:.2f} s; beside it: "
            f"{free.longest:.2f} s, {answered} answers meanwhile\n"
        )
        assert answered > 5
        assert free.longest < took / 3, (took, free.longest)
        last = f"xa.member{MANY - 1}"
        listed = gateway.node.trust.node(last)
        assert listed is not None
        assert listed.via == "xa.hub"
        society.keys[last] = keys[last]
        target = "/v1/documents/xa.pay/00000000-0000-4000-8000-000000000000"
        answer = await post(station, b"", caller=last, target=target, method="GET")
        assert code_of(answer) == "not-found"


@pytest.fixture
def held_back(
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[[], tuple[threading.Event, threading.Event]]]:
    """Holds back the judging of what was read: gives what tells that it began, and what lets it go on."""
    begun, released = threading.Event(), threading.Event()
    right = TrustFiles._judge

    def judge(self: TrustFiles, store: TrustStore, files: Any) -> Judged:
        begun.set()
        assert released.wait(60)
        return right(self, store, files)

    def hold() -> tuple[threading.Event, threading.Event]:
        monkeypatch.setattr(TrustFiles, "_judge", judge)
        return begun, released

    yield hold
    released.set()


def _sequence(gateway: Gateway) -> int:
    newest = gateway.node.trust.newest("xa")
    assert newest is not None
    return newest.sequence


Hold = Callable[[], tuple[threading.Event, threading.Event]]


@pytest.mark.requirement("TF-TRUST-9", "TF-TRUST-20")
@synchronous
async def test_a_look_that_began_earlier_overwrites_nothing_that_a_later_one_brought(
    tmp_path: Path, held_back: Hold
) -> None:
    society, file = Society(), tmp_path / "trust" / "xa.json"
    async with in_process(tmp_path, society, settings=QUIET) as (_, gateway):
        begun, released = held_back()
        society.publish("xa")
        _written(file, society.trust_file("xa"))
        first = asyncio.create_task(gateway.node.reload_trust())
        await asyncio.to_thread(begun.wait, 60)
        society.publish("xa")
        _written(file, society.trust_file("xa"))
        second = asyncio.create_task(gateway.node.reload_trust())
        await asyncio.sleep(0.1)
        assert _sequence(gateway) == 1
        released.set()
        assert await first
        assert await second
        assert _sequence(gateway) == 3
        assert not await gateway.node.reload_trust()


@pytest.mark.requirement("TF-TRUST-20")
@synchronous
async def test_a_reload_that_is_given_up_changes_nothing_and_the_next_takes_the_list(
    tmp_path: Path, held_back: Hold
) -> None:
    society = Society()
    async with in_process(tmp_path, society, settings=QUIET) as (_, gateway):
        begun, released = held_back()
        society.publish("xa")
        _written(tmp_path / "trust" / "xa.json", society.trust_file("xa"))
        reload = asyncio.create_task(gateway.node.reload_trust())
        await asyncio.to_thread(begun.wait, 60)
        reload.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reload
        released.set()
        await asyncio.sleep(0.1)
        assert _sequence(gateway) == 1
        assert await gateway.node.reload_trust()
        assert _sequence(gateway) == 2


@synchronous
async def test_a_node_closes_while_a_list_is_being_verified(tmp_path: Path, held_back: Hold) -> None:
    society = Society()
    settings = {**QUIET, "trust": {"reload_seconds": 0.05}}
    async with in_process(tmp_path, society, settings=settings) as (station, gateway):
        begun, released = held_back()
        society.publish("xa")
        _written(tmp_path / "trust" / "xa.json", society.trust_file("xa"))
        await asyncio.to_thread(begun.wait, 60)
        # The node goes on by the list that it has.
        assert (await station.submit(Parcel().payment)).state == "accepted"
    assert not released.is_set()
    assert _sequence(gateway) == 1


@pytest.mark.requirement("TF-TRUST-1")
@synchronous
async def test_a_list_beyond_its_bound_is_refused_and_the_earlier_stays(tmp_path: Path) -> None:
    society = Society()
    async with in_process(tmp_path, society, settings=QUIET) as (_, gateway):
        sealed = society.publish("xa")
        payload: dict[str, Any] = strict.parse_object(envelope.read(sealed).payload)
        payload["nodes"][0]["name"] = "x" * MAX_OCTETS
        society.lists["xa"][-1] = envelope.seal(strict.dump(payload), society.anchors["xa"])
        _written(tmp_path / "trust" / "xa.json", society.trust_file("xa"))
        assert not await gateway.node.reload_trust()
        assert _sequence(gateway) == 1
