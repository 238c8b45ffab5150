"""The gRPC port of a node as a process of its own: it holds the library, and hands every call to the node.

The library's calls cost their process several times what an HTTP request costs, most of it in its own code.
Here that is paid on another core than the node's, and what kills the library kills this process alone. It
knows no seal, no store and no rule: octets go to the node as they came. Run by the node with the number of an
open socket; it ends when the node says so, or is gone.
"""

import asyncio
import gc
import itertools
import signal
import socket
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any, Final, NoReturn

import grpc
import grpc.aio
import orjson
import uvloop
from google.protobuf.descriptor import MethodDescriptor

from threeflow_gateway.config import Grpc
from threeflow_gateway.grpc.link import NO_CALL, SIZE, Link, Say, opening, unpacked
from threeflow_gateway.grpc.listener import SERVICES, Listener
from threeflow_gateway.grpc.shapes import Shape, shape
from threeflow_gateway.grpc.statuses import DETAILS
from threeflow_gateway.grpc.window import Window
from threeflow_gateway.observe import logs
from threeflow_gateway.observe.traces import HEADER

__all__ = ["main"]

_CODES: Final = {each.value[0]: each for each in grpc.StatusCode}


class _Call:
    """One call under way at the port."""

    def __init__(self) -> None:
        self.said: asyncio.Queue[tuple[Say, bytes]] = asyncio.Queue()
        self.window = Window()


class Front:
    """The port's side of the pipe."""

    def __init__(self) -> None:
        self._link = Link(self._hear, self._lost)
        self._numbers = itertools.count(1)
        self._calls: dict[int, _Call] = {}
        # Calls with one message and one answer, most of all: what ends them is all that is said of them.
        self._ends: dict[int, asyncio.Future[tuple[Say, bytes]]] = {}
        self._said: asyncio.Queue[tuple[Say, bytes]] = asyncio.Queue()

    async def run(self, pipe: socket.socket) -> None:
        """Serve until the node says stop or is gone."""
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: self._link, sock=pipe)
        kind, octets = await self._said.get()
        if kind is not Say.SETTINGS:
            return
        told = orjson.loads(octets)
        logs.configure(**told["log"])
        listener = Listener(_settings(told["grpc"]), told["bodyOctets"], self._handlers())
        try:
            await listener.start()
        except OSError as error:
            self._link.send(NO_CALL, Say.FAILED, str(error).encode())
            self._link.close()
            return
        self._link.send(NO_CALL, Say.READY, str(listener.port).encode())
        while (word := await self._said.get())[0] is Say.HEALTH:
            await listener.tell(serving=word[1] == b"1")
        # Whom the node does not answer any more waits for nothing.
        await listener.close()
        self._link.close()

    def _hear(self, call: int, kind: Say, octets: bytes) -> None:
        if (end := self._ends.get(call)) is not None:
            if not end.done():
                end.set_result((kind, octets))
        elif call == NO_CALL:
            self._said.put_nowait((kind, octets))
        elif (found := self._calls.get(call)) is not None:
            if kind is Say.MORE:
                found.window.taken(*SIZE.unpack(octets))
            else:
                found.said.put_nowait((kind, octets))

    def _lost(self) -> None:
        """The node is gone: nothing that is under way can be answered."""
        gone = (Say.STATUS, b"")
        for end in self._ends.values():
            if not end.done():
                end.set_result(gone)
        for call in self._calls.values():
            call.said.put_nowait(gone)
        self._said.put_nowait((Say.STOP, b""))

    def _handlers(self) -> dict[str, dict[str, Any]]:
        return {
            service.full_name: {
                method.name: self._handler(f"/{service.full_name}/{method.name}", method)
                for method in service.methods
            }
            for service in SERVICES
        }

    def _handler(self, name: str, method: MethodDescriptor) -> Any:
        async def unary(octets: bytes, context: Any) -> bytes:
            return await self._unary(name, octets, context)

        async def answers(octets: bytes, context: Any) -> None:
            await self._relay(name, octets, context)

        async def exchange(_messages: object, context: Any) -> None:
            await self._relay(name, None, context)

        return {
            Shape.UNARY: lambda: grpc.unary_unary_rpc_method_handler(unary),
            Shape.ANSWERS: lambda: grpc.unary_stream_rpc_method_handler(answers),
            Shape.EXCHANGE: lambda: grpc.stream_stream_rpc_method_handler(exchange),
        }[shape(method)]()

    def _open(self, number: int, name: str, octets: bytes, context: Any) -> None:
        metadata = _metadata(context)
        self._link.send(number, Say.OPEN, opening(name, context.time_remaining(), metadata, octets))

    async def _unary(self, name: str, octets: bytes, context: Any) -> bytes:
        """Hand a call to the node, and its one answer to the caller."""
        number = next(self._numbers)
        end: asyncio.Future[tuple[Say, bytes]] = asyncio.get_running_loop().create_future()
        self._ends[number] = end
        try:
            self._open(number, name, octets, context)
            kind, said = await end
        except BaseException:
            self._link.send(number, Say.GONE)
            raise
        finally:
            del self._ends[number]
        if kind is not Say.DONE:
            await _aborted(context, said)
        return said

    async def _relay(self, name: str, octets: bytes | None, context: Any) -> None:
        """Hand a call to the node, and what the node says to the caller, until the node ends it."""
        number, call = next(self._numbers), _Call()
        self._calls[number] = call
        reading = None
        self._open(number, name, octets or b"", context)
        try:
            if octets is None:
                reading = asyncio.create_task(self._read(number, call, context))
            while (word := await call.said.get())[0] is Say.MESSAGE:
                await context.write(word[1])
                self._link.send(number, Say.MORE)
            kind, said = word
        except BaseException:
            self._link.send(number, Say.GONE)
            raise
        finally:
            del self._calls[number]
            if reading is not None:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)
        if kind is not Say.DONE:
            await _aborted(context, said)

    async def _read(self, number: int, call: _Call, context: Any) -> None:
        while True:
            await call.window.room()
            octets = await context.read()
            if not isinstance(octets, bytes):
                self._link.send(number, Say.NO_MORE)
                return
            call.window.sent(len(octets))
            self._link.send(number, Say.MESSAGE, octets)


async def _aborted(context: Any, said: bytes) -> NoReturn:
    status, message, details = unpacked(said)
    await context.abort(_CODES[status], message, ((DETAILS, details),) if details else ())
    raise AssertionError("an aborted call goes on")


def _metadata(context: Any) -> tuple[bytes, bytes]:
    said: dict[str, str | bytes] = {}
    for name, value in context.invocation_metadata() or ():
        said.setdefault(name, value)
    found = (said.get(name, b"") for name in ("authorization", HEADER))
    one, two = (each.encode("utf-8", "replace") if isinstance(each, str) else each for each in found)
    return one, two


def _settings(told: dict[str, Any]) -> Grpc:
    paths = {each.name for each in fields(Grpc) if "Path" in str(each.type)}
    values: dict[str, Any] = {
        name: Path(value) if value and name in paths else value for name, value in told.items()
    }
    return Grpc(**values)


def main(arguments: list[str]) -> int:
    """Serve the node at the other end of an open socket, named by its number."""
    # Who ends the node ends this process through it, when the calls under way have ended.
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    # As in the node: what is there now stays, and what a call leaves is mostly freed without the collector.
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)
    pipe = socket.socket(fileno=int(arguments[0]))
    pipe.setblocking(False)
    uvloop.run(Front().run(pipe))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
