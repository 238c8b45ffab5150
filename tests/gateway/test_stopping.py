"""A node that is asked to stop at the very moment at which something rang stops all the same."""

import asyncio
from pathlib import Path

from kit.asynchronous import synchronous
from kit.members import Society
from kit.stations import in_process


@synchronous
async def test_a_bell_that_rings_as_the_node_stops_does_not_keep_it_from_stopping(tmp_path: Path) -> None:
    async with in_process(tmp_path, Society()) as (_, gateway):
        node = gateway.node
        watching = [
            asyncio.create_task(node._watch_trust(), name="trust"),
            asyncio.create_task(node._watch_rules(), name="rules"),
        ]
        await asyncio.sleep(0.2)
        node._trust_bell.set()
        node._rule_bell.set()
        for each in watching:
            each.cancel()
        _, left = await asyncio.wait(watching, timeout=3)
        for each in left:
            each.cancel()
        assert [each.get_name() for each in left] == []
