"""A batch as a stream: many documents under way, outcomes in the order sent, reading ahead within bounds.

What is read is bounded by the outcomes that the caller has not taken: a caller that stops taking them is soon
read no more, and gRPC's flow control then stops it from sending (TF-GRPC-13).
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from threeflow.v1 import document_service_pb2 as pb
from threeflow_gateway.binding.verbs import MOST_AT_ONCE
from threeflow_gateway.grpc.calls import Asked, read
from threeflow_gateway.grpc.company import Company

__all__ = ["Batch"]

Line = Callable[[pb.SubmitBatchRequest], Awaitable[pb.SubmitBatchResponse]]


@dataclass(frozen=True, slots=True)
class _Sent:
    """One document under way, and its size in octets."""

    outcome: "asyncio.Task[pb.SubmitBatchResponse]"
    octets: int


class Batch:
    """One stream of documents; ``line`` decides what becomes of one."""

    def __init__(self, asked: Asked, line: Line, *, most_octets: int) -> None:
        self._asked = asked
        self._line = line
        self._most_octets = most_octets
        self._sent: asyncio.Queue[_Sent | None] = asyncio.Queue()
        self._documents = 0
        self._octets = 0
        self._taken = asyncio.Event()
        self._company = Company()

    async def run(self) -> None:
        """Answer every document of the stream; where it is cut, let go of what was not begun.

        Raises:
            Refused: a message is none; what came before it was answered.
            Unavailable: the caller takes no outcomes.
        """
        reading = asyncio.create_task(self._read())
        try:
            while (sent := await self._sent.get()) is not None:
                await self._asked.write(await sent.outcome)
                self._documents -= 1
                self._octets -= sent.octets
                self._taken.set()
            await reading
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await reading
            while not self._sent.empty():
                left = self._sent.get_nowait()
                if left is not None:
                    left.outcome.cancel()

    async def _read(self) -> None:
        try:
            while True:
                while self._documents >= MOST_AT_ONCE or self._octets >= self._most_octets:
                    self._taken.clear()
                    await self._taken.wait()
                octets = await self._asked.context.read()
                if not isinstance(octets, bytes):
                    return
                said = read(pb.SubmitBatchRequest, octets)
                # Arrival order is commit order: the committer takes them as they are begun here.
                started = self._company.join(alone=self._documents == 0)
                self._sent.put_nowait(_Sent(asyncio.create_task(self._decided(said, started)), len(octets)))
                self._documents += 1
                self._octets += len(octets)
        finally:
            self._sent.put_nowait(None)

    async def _decided(self, said: pb.SubmitBatchRequest, started: asyncio.Event) -> pb.SubmitBatchResponse:
        await started.wait()
        return await self._line(said)
