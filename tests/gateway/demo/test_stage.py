"""Whatever goes wrong on the stage of a run, no gateway is left behind."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kit.asynchronous import synchronous
from threeflow.errors import Unavailable
from threeflow.standard import Standard
from threeflow_gateway.demo import names, network, parties
from threeflow_gateway.demo.parties import Feed, Party
from threeflow_gateway.demo.stage import staged


@synchronous
async def test_gateways_are_stopped_also_where_the_parties_cannot_be_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    class Closing:
        async def close(self) -> None:
            told.append("closed")
            raise RuntimeError("a feed broke")

        def __getitem__(self, node_id: str) -> Party:
            raise Unavailable(node_id)

    async def start(self: network.Network) -> None:
        told.append("started")

    async def stop(self: network.Network) -> None:
        told.append("stopped")

    monkeypatch.setattr(network.Network, "start", start)
    monkeypatch.setattr(network.Network, "stop", stop)
    monkeypatch.setattr(parties, "gather", lambda net, trust: Closing())
    with pytest.raises(RuntimeError, match="a feed broke"):
        async with staged(tmp_path, Standard.load(), datetime.now(UTC), 1):
            pass
    assert told == ["started", "closed", "stopped"]


@synchronous
async def test_who_waits_for_a_feed_that_broke_is_told_why() -> None:
    class Broken:
        def events(self, **_: int) -> None:
            raise RuntimeError("the disk is full")

    feed = Feed(Party(names.HUB, Broken(), mailbox=None))  # type: ignore[arg-type]
    feed.start()
    await asyncio.sleep(0.01)
    with pytest.raises(Unavailable, match="the disk is full"):
        await feed.held("sha-256:" + "0" * 64)
    await feed.stop()
