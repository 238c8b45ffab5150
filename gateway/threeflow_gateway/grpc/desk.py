"""Answers the calls that a gRPC port in a process of its own hands to the node."""

import asyncio
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Final, NoReturn

import grpc
import grpc.aio

from threeflow_gateway.grpc.calls import Behaviour
from threeflow_gateway.grpc.link import NO_CALL, SIZE, Link, Say, opened, packed
from threeflow_gateway.observe.traces import HEADER

__all__ = ["Desk"]

_AHEAD: Final = 16


class _Context:
    """A call's context, as `calls.Context`: the library's own is in the other process."""

    def __init__(self, link: Link, number: int, seconds: float | None, metadata: tuple[bytes, bytes]) -> None:
        self._link = link
        self._number = number
        self._metadata = metadata
        self._loop = asyncio.get_running_loop()
        self._until = None if seconds is None else self._loop.time() + seconds

    # Made for the calls that stream: most do not.
    @cached_property
    def messages(self) -> "asyncio.Queue[bytes | None]":
        """What the caller sent, then None."""
        return asyncio.Queue()

    @cached_property
    def more(self) -> asyncio.Semaphore:
        """Answers that the caller has not taken: at most so many are on their way."""
        return asyncio.Semaphore(_AHEAD)

    def invocation_metadata(self) -> tuple[tuple[str, bytes], ...]:
        one, two = self._metadata
        return (("authorization", one), (HEADER, two))

    def time_remaining(self) -> float | None:
        return None if self._until is None else self._until - self._loop.time()

    async def read(self) -> object:
        octets = await self.messages.get()
        if octets is not None:
            self._link.send(self._number, Say.MORE, SIZE.pack(len(octets)))
        return octets

    async def write(self, message: bytes, /) -> None:
        await self.more.acquire()
        self._link.send(self._number, Say.MESSAGE, message)

    async def abort(
        self, code: grpc.StatusCode, details: str = "", trailing_metadata: tuple[tuple[str, bytes], ...] = ()
    ) -> NoReturn:
        number: int = code.value[0]
        octets = trailing_metadata[0][1] if trailing_metadata else b""
        self._link.send(self._number, Say.STATUS, packed(number, details, octets))
        raise grpc.aio.AbortError


class Desk:
    """The node's side of one link; used inside the event loop alone."""

    def __init__(
        self,
        behaviours: Mapping[str, Behaviour],
        told: Callable[[Say, bytes], None],
        lost: Callable[[], None],
    ) -> None:
        """``told`` hears what the port says of itself, ``lost`` that it is gone."""
        self._behaviours = behaviours
        self._told = told
        self._gone = lost
        self._calls: dict[int, tuple[asyncio.Task[None], _Context]] = {}
        self.link = Link(self._hear, self._lost)

    def _hear(self, call: int, kind: Say, octets: bytes) -> None:
        if call == NO_CALL:
            self._told(kind, octets)
        elif kind is Say.OPEN:
            self._open(call, octets)
        elif (found := self._calls.get(call)) is not None:
            self._hear_of_call(*found, kind, octets)

    @staticmethod
    def _hear_of_call(task: "asyncio.Task[None]", context: _Context, kind: Say, octets: bytes) -> None:
        if kind is Say.MESSAGE:
            context.messages.put_nowait(octets)
        elif kind is Say.NO_MORE:
            context.messages.put_nowait(None)
        elif kind is Say.MORE:
            context.more.release()
        elif kind is Say.GONE:
            task.cancel()

    def _open(self, number: int, octets: bytes) -> None:
        method, seconds, metadata, message = opened(octets)
        context = _Context(self.link, number, seconds, metadata)
        answering = self._answer(number, self._behaviours[method], message, context)
        self._calls[number] = asyncio.get_running_loop().create_task(answering), context

    async def _answer(self, number: int, behaviour: Behaviour, message: bytes, context: _Context) -> None:
        try:
            answer = await behaviour.act(message, context)
        except grpc.aio.AbortError:
            return
        finally:
            self._calls.pop(number, None)
        self.link.send(number, Say.DONE, answer or b"")

    def _lost(self) -> None:
        """The port is gone, and with it whoever waited for an answer."""
        for task, _ in self._calls.values():
            task.cancel()
        self._gone()
