"""What is read of a caller runs ahead of the node by so much and no more, however small the messages are."""

import asyncio

import pytest

from kit.asynchronous import synchronous
from threeflow_gateway.grpc.window import Window


async def ahead(window: Window, octets: int) -> int:
    """How many messages of a size are let through before the first is taken."""
    for count in range(1_000):
        waiting = asyncio.ensure_future(window.room())
        await asyncio.sleep(0)
        if not waiting.done():
            waiting.cancel()
            return count
        window.sent(octets)
    return 1_000


@pytest.mark.parametrize(("octets", "most"), [(0, 64), (4_000, 14), (65_536, 1), (2_000_000, 1)])
@synchronous
async def test_a_stream_is_read_ahead_to_a_bound_also_where_its_messages_are_empty(
    octets: int, most: int
) -> None:
    assert await ahead(Window(), octets) == most


@synchronous
async def test_what_the_node_takes_makes_room_for_as_much() -> None:
    window = Window()
    held = await ahead(window, 0)
    for _ in range(held):
        window.taken(0)
    assert await ahead(window, 0) == held
