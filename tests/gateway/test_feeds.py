"""The event feed while processes write it, keys are rotated and one stops: no gap, no double, resent alike.

Crashes by SIGKILL under load, feeds included, are in ``tests/system/test_kill_store.py``; a consumer that
is a million events behind is measured by `make bench-stored`.
"""

import asyncio
import random
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from kit.asynchronous import synchronous
from kit.members import Society
from kit.papers import Parcel
from kit.raw import post
from kit.stations import Station, in_process
from threeflow.keys import SigningKey

pytestmark = pytest.mark.usefixtures("each_storage")
READERS = ("xa.customs", "xa.platform")


class Consumer:
    """Reads a feed page by page, now here, now there; now and then it forgets what it just read."""

    def __init__(self, reader: str, stations: list[Station], seed: int) -> None:
        self.reader = reader
        self.events: list[dict[str, Any]] = []
        self.resent = 0
        self._stations = stations
        self._random = random.Random(seed)

    async def page(self, limit: int, wait: int = 0) -> list[dict[str, Any]]:
        """The page behind the last number held, from whichever process answers."""
        target = f"/v1/events?after={len(self.events)}&limit={limit}&wait={wait}"
        while True:
            station = self._random.choice(self._stations)
            answer = await post(station, b"", caller=self.reader, method="GET", target=target)
            if answer.status_code == 503:
                # It stops, as one may.
                continue
            assert answer.status_code == 200, answer.text
            found: list[dict[str, Any]] = orjson.loads(answer.content)["events"]
            return found

    async def read(self) -> None:
        """Read one page, and write it down; where the consumer dies before that, the same comes again."""
        limit, after = self._random.randint(1, 9), len(self.events)
        page = await self.page(limit, wait=1)
        assert [each["sequence"] for each in page] == list(range(after + 1, after + 1 + len(page)))
        if self._random.random() < 0.2:
            again = await self.page(limit)
            assert again[: len(page)] == page
            self.resent += 1
        self.events += page


@pytest.mark.requirement("TF-INTAKE-29")
@synchronous
async def test_feeds_have_no_gap_over_processes_rotated_keys_and_a_restart(tmp_path: Path) -> None:
    society, rng = Society(), random.Random(7)
    async with AsyncExitStack() as stack:
        one, _ = await stack.enter_async_context(in_process(tmp_path, society))
        second = await stack.enter_async_context(AsyncExitStack())
        other, _ = await second.enter_async_context(in_process(tmp_path, society))
        stations, submitted = [one, other], list[str]()
        consumers = [Consumer(each, stations, number) for number, each in enumerate(READERS)]

        async def write(count: int) -> None:
            orders = [Parcel().order for _ in range(count)]
            outcomes = await asyncio.gather(*(rng.choice(stations).submit(each) for each in orders))
            assert {each.state for each in outcomes} == {"accepted"}
            submitted.extend(each["header"]["id"] for each in orders)

        async def consume(consumer: Consumer) -> None:
            while len(consumer.events) < 100:
                await consumer.read()

        reading = [asyncio.create_task(consume(each)) for each in consumers]
        await write(40)
        # One process stops under its readers; what it had taken in is read at the other.
        stations.remove(other)
        # As a server does, it first answers what it was asked.
        await asyncio.sleep(2.5)
        await second.aclose()
        await write(20)
        # The platform's keys and the node's are rotated, and a process of the new keys joins.
        for each in ("xa.platform", "xa.customs"):
            kid = society.keys[each].seal.kid
            society.keys[each].seals.append(SigningKey.generate("Ed25519", f"{each}#seal-2", "seal"))
            society.publish("xa", key_states={kid: {"retired_at": datetime.now(UTC) + timedelta(hours=1)}})
        third, _ = await stack.enter_async_context(in_process(tmp_path, society))
        stations.append(third)
        await write(40)
        async with asyncio.timeout(120):
            await asyncio.gather(*reading)
        for consumer in consumers:
            assert sorted(each["document"]["id"] for each in consumer.events) == sorted(submitted)
            assert consumer.resent
            # Whichever process is asked, and however often, the feed is the same to the octet.
            pages = [
                (
                    await post(
                        station, b"", caller=consumer.reader, method="GET", target="/v1/events?limit=1000"
                    )
                ).content
                for station in (one, third, one)
            ]
            assert pages[0] == pages[1] == pages[2]
            assert orjson.loads(pages[0])["events"] == consumer.events
