"""The pipe between a node and a gRPC port beside it: every frame is heard, whole and in order."""

import asyncio
import socket

from hypothesis import given, settings
from hypothesis import strategies as st

from kit.asynchronous import eventually, synchronous
from threeflow_gateway.grpc.link import Link, Say

Heard = list[tuple[int, Say, bytes] | str]


def listener() -> tuple[Link, Heard]:
    """A side that notes what it hears, and its end."""
    heard: Heard = []
    return Link(lambda *frame: heard.append(frame), lambda: heard.append("lost")), heard


async def turned(heard: Heard, wanted: int) -> None:
    """Let the event loop turn until so much is heard."""

    async def enough() -> bool:
        return len(heard) >= wanted

    await eventually(enough, within=30)


frames = st.lists(
    st.tuples(st.integers(0, 2**32 - 1), st.sampled_from(Say), st.binary(max_size=40)), max_size=30
)


@settings(max_examples=60, deadline=None)
@given(frames, st.lists(st.integers(1, 60), min_size=1))
def test_frames_are_heard_whole_and_in_order_however_the_pipe_cuts_them(
    said: list[tuple[int, Say, bytes]], sizes: list[int]
) -> None:
    async def run() -> None:
        link, heard = listener()
        octets = b"".join(len(each).to_bytes(4) + call.to_bytes(4) + bytes([kind]) + each
                          for call, kind, each in said)  # fmt: skip
        at = turn = 0
        while at < len(octets):
            size = sizes[turn % len(sizes)]
            link.data_received(octets[at : at + size])
            at, turn = at + size, turn + 1
            if turn % 3 == 0:
                await asyncio.sleep(0)
        await turned(heard, len(said))
        assert heard == said

    asyncio.run(run())


@synchronous
async def test_what_was_said_before_the_end_is_heard_before_it() -> None:
    loop = asyncio.get_running_loop()
    here, there = socket.socketpair()
    for each in (here, there):
        each.setblocking(False)
    teller, _ = listener()
    link, heard = listener()
    await loop.create_connection(lambda: teller, sock=here)
    await loop.create_connection(lambda: link, sock=there)
    # More than one write takes, and more than is held back.
    for number in range(1, 101):
        teller.send(number, Say.DONE, b"x" * 1000)
    teller.close()
    await turned(heard, 101)
    assert heard == [*((number, Say.DONE, b"x" * 1000) for number in range(1, 101)), "lost"]


@synchronous
async def test_what_a_frame_lets_happen_begins_before_the_last_of_many_is_heard() -> None:
    loop = asyncio.get_running_loop()
    order: list[str] = []

    def hear(call: int, _kind: Say, _octets: bytes) -> None:
        order.append(f"heard {call}")
        loop.call_soon(order.append, f"done {call}")

    link = Link(hear, lambda: None)
    calls = range(1, 101)
    link.data_received(b"".join((0).to_bytes(4) + call.to_bytes(4) + bytes([Say.DONE]) for call in calls))

    async def done() -> bool:
        return "done 100" in order

    await eventually(done, within=30)
    assert order.index("done 1") < order.index("heard 20")
